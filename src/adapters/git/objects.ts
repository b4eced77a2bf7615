import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createBatchParser, type StoredObject } from './batch-parser.ts';
import { readFailure } from './blobs.ts';
import { createGit, type GitAnswer, type GitOptions, gitEnvironment } from './git-process.ts';

/** The objects of one repository, from a single git that answers until nobody has asked for a second. */
export interface Objects {
  /**
   * What bears a name (an id, `<id>^{tree}`, `HEAD^{commit}`); undefined when nothing does. Any number may be asked for at once.
   * @throws ToolError when git ends without an answer
   */
  read(name: string): Promise<StoredObject | undefined>;
  /** Starts git now, so that it is there when it is asked. */
  start(): void;
}

/** A git that nobody asks ends after this long; it never keeps this process alive. */
const IDLE_MS = 1_000;

/** A question that git has been asked. */
interface Question {
  readonly answer: (object: StoredObject | undefined) => void;
  readonly fail: (answer: GitAnswer | Error) => void;
}

export function createObjects(options: GitOptions): Objects {
  let running: Server | undefined;
  const server = (): Server => {
    if (running?.isOver() !== false) running = startServer(options);
    return running;
  };
  return {
    start: () => void server(),
    async read(name) {
      // a line of its input each: a name with a blank or a line break is none
      if (/\s/.test(name) || name === '') return undefined;
      try {
        return await server().ask(name);
      } catch (fault) {
        if (fault instanceof Error) return throwStartFault(options, fault);
        throw readFailure(fault as GitAnswer);
      }
    },
  };
}

/** A git that cannot be started says why in one place. */
async function throwStartFault(options: GitOptions, fault: Error): Promise<never> {
  await createGit(options)({ args: ['--version'] });
  throw fault;
}

interface Server {
  /** It takes no more questions. */
  isOver(): boolean;
  ask(name: string): Promise<StoredObject | undefined>;
}

function startServer(options: GitOptions): Server {
  const child = spawn('git', ['--no-pager', 'cat-file', '--batch'], {
    cwd: options.directory,
    env: gitEnvironment(options),
    windowsHide: true,
  });
  const asked: Question[] = [];
  const errors: Buffer[] = [];
  let idle: NodeJS.Timeout | undefined;
  let over = false;
  const rest = (): void => {
    holdOpen(child, false);
    idle = setTimeout(() => {
      over = true;
      child.stdin.end();
    }, IDLE_MS).unref();
  };
  const end = (reason: GitAnswer | Error): void => {
    clearTimeout(idle);
    over = true;
    for (const question of asked.splice(0)) question.fail(reason);
  };
  child.stdout.on(
    'data',
    createBatchParser((object) => {
      asked.shift()?.answer(object);
      if (asked.length === 0) rest();
    }),
  );
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.on('error', end);
  child.on('close', (code) =>
    end({ code: code ?? -1, stdout: Buffer.alloc(0), stderr: Buffer.concat(errors).toString('utf8') }),
  );
  // git may end without reading its input; its exit code says why
  child.stdin.on('error', () => undefined);
  rest();
  return {
    isOver: () => over,
    ask: (name) =>
      new Promise((answer, fail) => {
        clearTimeout(idle);
        holdOpen(child, true);
        asked.push({ answer, fail });
        child.stdin.write(`${name}\n`);
      }),
  };
}

/** Whether this process waits for the child before it ends. */
function holdOpen(child: ChildProcessWithoutNullStreams, hold: boolean): void {
  const action = hold ? 'ref' : 'unref';
  child[action]();
  // pipes are sockets, whatever their declared type
  for (const pipe of [child.stdin, child.stdout, child.stderr])
    if (action in pipe) (pipe as unknown as Record<typeof action, () => void>)[action]();
}
