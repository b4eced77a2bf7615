import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { gitEnvironment } from './run-git.ts';

/** An object of the repository, whole. */
export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly content: Buffer;
}

type Waiting = (object: GitObject | undefined) => void;

/** Reads objects through one `git cat-file --batch` that stays: a process for each read would be most of the lab's time. */
export class ObjectReader {
  readonly #dir: string;
  readonly #waiting: Waiting[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The object that a name like `<id>` or `<id>:path` has; undefined when there is none. */
  read(name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(name)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#start().stdin.write(`${name}\n`);
    });
  }

  /** Ends the process, if there is one. */
  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child;
    const child = spawn('git', ['cat-file', '--batch'], { cwd: this.#dir, env: gitEnvironment() });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      while (this.#takeOne());
    });
    child.stdin.on('error', () => undefined);
    child.on('close', () => {
      for (const answer of this.#waiting.splice(0)) answer(undefined);
    });
    return child;
  }

  /** Answers the oldest read if all of its object has come. */
  #takeOne(): boolean {
    const end = this.#buffer.indexOf('\n');
    if (end < 0) return false;
    const header = this.#buffer.subarray(0, end).toString('utf8');
    const found = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(header);
    const size = found ? Number(found[3]) : 0;
    const next = found ? end + 1 + size + 1 : end + 1;
    if (this.#buffer.length < next) return false;
    const content = Buffer.from(this.#buffer.subarray(end + 1, end + 1 + size));
    this.#buffer = this.#buffer.subarray(next);
    this.#waiting.shift()?.(found ? { oid: found[1] ?? '', type: found[2] ?? '', content } : undefined);
    return true;
  }
}
