import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenHeader } from '../../src/adapters/git/fetch.ts';
import { createGitReader } from '../../src/adapters/git/git-reader.ts';
import { createGitHubForge } from '../../src/adapters/github/github-forge.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import { orderOf } from '../../src/app/answer-comment.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { rollback } from '../../src/app/rollback.ts';
import type { World } from '../../src/app/world.ts';
import { runResult } from '../../src/cli/run-result.ts';
import { ToolError } from '../../src/core/errors.ts';
import { readChain } from '../../src/core/record/record-file.ts';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { exitCodeOfFault } from '../../src/report/exit-code.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { personGit, scratchFolder } from '../adapters/scratch-repository.ts';
import { healthy, readRecording, WALK, writeFiles, writeManifest } from '../app/bench.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import { VirtualClock } from '../lab/clock.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import type { Lab } from '../lab/lab.ts';
import type { FaultStory } from './stories.ts';

/** What a run said, or that it was killed. */
export type Said =
  | { readonly kind: 'killed' }
  | {
      readonly kind: 'ended';
      readonly exit: number;
      /** Of the first receipt that has one, or of the error that ended the run. */
      readonly code: string | undefined;
      /** Everything a person sees. */
      readonly text: string;
      readonly receipts: readonly string[];
    };

/** Where a process ends. */
export interface Kill {
  readonly operation: string;
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** A repository of the lab in the middle of a story. */
export interface Scene {
  readonly lab: Lab;
  readonly repo: RepositoryHandle;
  /** A checkout of what is there now, for a later run. */
  checkOut(): string;
  run(
    at: number,
    what: FaultStory['run'],
    options?: { readonly kill?: Kill; readonly checkout?: string },
  ): Promise<Said>;
}

const templates = new Map<string, Promise<string>>();
let count = 0;

/** A repository as the story begins. What leads there is played once and copied. */
export async function openScene(lab: Lab, story: FaultStory): Promise<Scene> {
  const key = `${story.moves} ${story.config} ${story.candidate}`;
  const template = templates.get(key) ?? playTemplate(lab, story);
  templates.set(key, template);
  count += 1;
  const settings = story.settings;
  const repo = await lab.createRepository({ name: `case-${count}`, fromBareGit: await template, settings });
  const scene = createScene(lab, repo, story);
  await story.before?.(scene);
  return scene;
}

async function playTemplate(lab: Lab, story: FaultStory): Promise<string> {
  const files = { '.belay/config.yaml': story.config, ...writeFiles() };
  const repo = await lab.createRepository({ name: `template-${templates.size}`, files });
  const scene = createScene(lab, repo, story);
  for (const [index, at] of WALK.slice(0, story.moves).entries()) {
    await scene.run(at, 'advance');
    if (index === 0) await repo.commit({ files: { [MANIFEST]: writeManifest({ candidate: CANDIDATE }) } });
  }
  return repo.gitDir;
}

function createScene(lab: Lab, repo: RepositoryHandle, story: FaultStory): Scene {
  const checkOut = (): string => cloneByHand(repo.gitDir);
  return {
    lab,
    repo,
    checkOut,
    run: (at, what, options = {}) => {
      if (lab.clock instanceof VirtualClock) lab.clock.advance(minute(at) - lab.clock.now());
      const directory = options.checkout ?? checkOut();
      return runOnce({ lab, repo, story }, { at, what, directory, kill: options.kill });
    },
  };
}

/** What `git clone --shared --no-checkout` makes, without its processes: there are thousands of checkouts. */
function cloneByHand(from: string): string {
  const directory = join(scratchFolder(), 'checkout');
  const git = join(directory, '.git');
  mkdirSync(join(git, 'objects/info'), { recursive: true });
  cpSync(join(from, 'refs/heads'), join(git, 'refs/remotes/origin'), { recursive: true });
  mkdirSync(join(git, 'refs/heads'));
  cpSync(join(from, 'refs/heads/main'), join(git, 'refs/heads/main'));
  writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(git, 'config'), '[core]\n\trepositoryformatversion = 0\n');
  writeFileSync(join(git, 'objects/info/alternates'), `${join(from, 'objects')}\n`);
  return directory;
}

interface Run {
  readonly at: number;
  readonly what: FaultStory['run'];
  readonly directory: string;
  readonly kill: Kill | undefined;
}

async function runOnce(
  { lab, repo, story }: { readonly lab: Lab; readonly repo: RepositoryHandle; readonly story: FaultStory },
  { at, what, directory, kill }: Run,
): Promise<Said> {
  const token = lab.token({ kind: 'app' });
  const clock = createFixedClock(minute(at));
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const end = createEnd(kill);
  const forge = createGitHubForge({
    signs: true,
    reader: createGitReader({
      directory,
      defaultBranch: 'main',
      fetch: { url: repo.cloneUrl, authHeader: tokenHeader(token), clock },
    }),
    owner: repo.owner,
    repository: repo.name,
    defaultBranch: 'main',
    token,
    apiUrl: lab.apiUrl,
    graphqlUrl: lab.graphqlUrl,
    clock,
    log: { info: log, warn: log, debug: log },
    random: () => 0.5,
    deadline: () => whenLabHangs(lab),
    fetch: end.fetch,
  });
  const world = {
    forge,
    openProvider: async () =>
      readRecording({ [STABLE.version]: healthy, [CANDIDATE.version]: story.candidate }),
    clock,
    log: { info: log, warn: log, debug: log },
    sha256,
    tool: 'belay test',
    trigger: { kind: 'manual', actor: 'mona' },
  } as const;
  const running = start(world, what);
  const said = await Promise.race([running.then(told, failed), end.killed]);
  if (said.kind === 'killed') return said;
  const text = [...lines, said.text].join('\n');
  if (text.includes(token)) throw new Error(`the token is in: ${text}`);
  return { ...said, text };
}

function start(world: World, what: FaultStory['run']): Promise<RunReport> {
  if (what === 'advance') return advance(world, { only: [], dryRun: false });
  if (!('name' in what)) return rollback(world, what);
  const order = orderOf(what, {
    person: { login: 'mona', id: 1 },
    // a run that is started again has the same number
    source: { kind: 'run', id: what.name === 'pause' ? 1 : 2 },
  });
  return obeyCommand({ ...world, trigger: { ...world.trigger, order } }, what, { dryRun: false });
}

function told(report: RunReport): Extract<Said, { kind: 'ended' }> {
  const result = runResult(report);
  const receipts = report.releases.map(({ receipt }) => receipt);
  const coded = receipts.flatMap((receipt) => ('code' in receipt ? [receipt.code] : []));
  return {
    kind: 'ended',
    exit: result.exitCode,
    code: coded[0],
    text: [result.text, ...result.problems.map(({ message }) => message)].join('\n'),
    receipts: receipts.map(({ kind }) => kind),
  };
}

function failed(fault: unknown): Extract<Said, { kind: 'ended' }> {
  if (!(fault instanceof ToolError)) throw fault;
  return {
    kind: 'ended',
    exit: exitCodeOfFault(fault.code),
    code: fault.code,
    text: fault.message,
    receipts: [],
  };
}

/** A `fetch` that never answers again once the process is gone. */
function createEnd(kill: Kill | undefined) {
  let seen = 0;
  let isGone = false;
  let die = (_: Said): void => undefined;
  const killed = new Promise<Said>((resolve) => {
    die = resolve;
  });
  const never = new Promise<Response>(() => undefined);
  const send: typeof fetch = async (input, init) => {
    if (isGone) return never;
    const isIt =
      kill !== undefined &&
      new RegExp(`\\b${kill.operation}\\b`).test(String(init?.body)) &&
      ++seen === kill.nth;
    if (!isIt) return fetch(input, init);
    if (kill.when === 'before') isGone = true;
    else {
      await fetch(input, init).then((answer) => answer.text());
      isGone = true;
    }
    die({ kind: 'killed' });
    return never;
  };
  return { fetch: send, killed };
}

/** Ends a request as soon as the lab has decided never to answer it: no clock, however slow the machine. */
export function whenLabHangs(lab: Lab): AbortSignal {
  const controller = new AbortController();
  const index = lab.requests.length;
  const look = setInterval(() => {
    const ended = lab.requests.slice(index).filter(({ endedAt }) => endedAt > 0);
    if (ended.some(({ fault }) => fault === 'timeout' || fault === 'cut')) {
      clearInterval(look);
      controller.abort(new DOMException('no answer in time', 'TimeoutError'));
    } else if (ended.length > 0) clearInterval(look);
  }, 3);
  look.unref();
  return controller.signal;
}

/** What is there at the end, without moments and evidence. */
export interface Content {
  readonly files: readonly (readonly [path: string, content: unknown])[];
  /** Whether the records verify. */
  readonly chain: string;
  /** Operations that more commits name than one and its merge. */
  readonly twice: readonly string[];
  readonly pulls: readonly {
    readonly head: string;
    readonly state: string;
    readonly armed: boolean;
    readonly comments: readonly string[];
  }[];
  readonly branches: readonly string[];
}

export async function contentOf(repo: RepositoryHandle): Promise<Content> {
  const paths = personGit(repo.gitDir, ['ls-tree', '-r', '--name-only', 'main']).split('\n');
  const texts = new Map<string, string>();
  for (const path of paths) texts.set(path, (await repo.read(path)) ?? '');
  const records = new Map([...texts].filter(([path]) => path.startsWith('.belay/records/')));
  const operations = (await repo.log()).flatMap(({ message }) => message.match(/^Belay-Op: .*$/m) ?? []);
  return {
    files: [...texts].map(([path, text]) => [path, records.has(path) ? essence(text) : text] as const),
    chain: readChain('scorer', records, sha256).kind,
    twice: operations.filter(
      (one, index) => operations.slice(0, index).filter((other) => other === one).length > 1,
    ),
    pulls: repo.pulls.map(({ number, state, head, autoMerge }) => ({
      head,
      state,
      armed: autoMerge !== undefined,
      comments: repo.comments.filter(({ issue }) => issue === number).map(({ body }) => body),
    })),
    branches: [...(await repo.branches())].sort(),
  };
}

function essence(text: string): unknown {
  const { decision, stable, candidate, good, quarantine, restored, manifest, targets, sequence } =
    RecordSchema.parse(JSON.parse(text));
  const { kind, from, to } = decision;
  return { sequence, kind, from, to, stable, candidate, good, quarantine, restored, manifest, targets };
}
