import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { formatInstant, sha } from '../../core/units.ts';
import type { Git } from '../git/git-process.ts';
import { gitOutput } from '../git/git-process.ts';
import type { Signature } from './write-commit.ts';
import { personOf } from './write-commit.ts';

/**
 * A pull request as it stands in the repository: the message of an annotated tag object that `refs/belay/pulls/<number>`
 * names. `git show refs/belay/pulls/1` prints it, with the commit it is about; the object keeps that commit alive when the
 * branch is gone.
 */
export interface StoredPull {
  readonly number: number;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** It was closed by `close`; a person closes one by deleting its branch. */
  readonly withdrawn: boolean;
  readonly branch: string;
  readonly base: string;
  /** The branch's tip when this was written last; for an open one whose branch exists, its tip. */
  readonly head: Sha;
  /** What the base became by the merge. */
  readonly mergeCommit: Sha | undefined;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  /** Oldest first. */
  readonly comments: readonly string[];
  /** The tag object; what an update must replace. */
  readonly object: Sha;
}

/** Tips of branches (full names) and all pull requests, newest first: what one look at the refs gives. */
export interface RefSnapshot {
  readonly tips: ReadonlyMap<string, { readonly commit: Sha; readonly message: string }>;
  readonly pulls: readonly StoredPull[];
}

const PULLS = 'refs/belay/pulls/';

/** Name of the ref of a pull request. */
export function pullRef(number: number): string {
  return `${PULLS}${number}`;
}

/**
 * The named branches and every pull request. A merge by somebody else marks the pull request before it deletes the branch, so
 * one that looks open without a branch is looked at once more before it is taken for closed.
 */
export async function readRefs(git: Git, branches: readonly string[]): Promise<RefSnapshot> {
  const first = await lookAtRefs(git, branches);
  const isTorn = first.pulls.some((pull) => pull.state === 'closed' && !pull.withdrawn);
  return isTorn ? lookAtRefs(git, branches) : first;
}

/** One process, and one more when pull requests of other branches are open. */
async function lookAtRefs(git: Git, branches: readonly string[]): Promise<RefSnapshot> {
  const output = await gitOutput(git, 'read branches and pull requests', {
    args: [
      'for-each-ref',
      '--format=%(refname)%00%(objectname)%00%(*objectname)%00%(contents)%00',
      ...branches.map((branch) => `refs/heads/${branch}`),
      PULLS,
    ],
  });
  const fields = output.split('\0');
  const tips = new Map<string, { commit: Sha; message: string }>();
  const stored: StoredPull[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [ref = '', object = '', target = '', contents = ''] = fields.slice(index, index + 4);
    const name = ref.trimStart();
    if (name.startsWith(PULLS)) stored.push(decodePull(name, { object, target, contents }));
    else tips.set(name.slice('refs/heads/'.length), { commit: sha(object), message: contents });
  }
  stored.sort((a, b) => b.number - a.number);
  return { tips, pulls: await withTips(git, stored, tips) };
}

/** An open pull request shows its branch's tip; without a branch there is nothing left to merge. */
async function withTips(
  git: Git,
  stored: readonly StoredPull[],
  known: RefSnapshot['tips'],
): Promise<readonly StoredPull[]> {
  const open = stored.filter((pull) => pull.state === 'open');
  const missing = open.map((pull) => pull.branch).filter((branch) => !known.has(branch));
  const others = missing.length === 0 ? new Map<string, Sha>() : await readTips(git, missing);
  return stored.map((pull) => {
    if (pull.state !== 'open') return pull;
    const tip = known.get(pull.branch)?.commit ?? others.get(pull.branch);
    return tip === undefined ? { ...pull, state: 'closed' } : { ...pull, head: tip };
  });
}

async function readTips(git: Git, branches: readonly string[]): Promise<ReadonlyMap<string, Sha>> {
  const output = await gitOutput(git, 'read branches', {
    args: [
      'for-each-ref',
      '--format=%(refname) %(objectname)',
      ...branches.map((branch) => `refs/heads/${branch}`),
    ],
  });
  const lines = output.trim() === '' ? [] : output.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [ref = '', object = ''] = line.split(' ');
      return [ref.slice('refs/heads/'.length), sha(object)];
    }),
  );
}

/** Writes the object of a pull request; no ref changes. */
export async function writePull(
  git: Git,
  pull: Omit<StoredPull, 'object'>,
  signature: Signature,
): Promise<Sha> {
  const input = [
    `object ${pull.head}`,
    'type commit',
    `tag belay-pull-${pull.number}`,
    `tagger ${personOf(signature)}`,
    '',
    encodePull(pull),
  ].join('\n');
  return sha((await gitOutput(git, 'write a pull request', { args: ['mktag'], input })).trim());
}

/** A new pull request's content. */
export function newPull(
  content: Pick<StoredPull, 'number' | 'title' | 'description' | 'branch' | 'base' | 'head'>,
  signature: Signature,
): Omit<StoredPull, 'object'> {
  return {
    ...content,
    state: 'open',
    withdrawn: false,
    mergeCommit: undefined,
    openedAt: formatInstant(signature.at),
    comments: [],
  };
}

function encodePull(pull: Omit<StoredPull, 'object'>): string {
  const fields: readonly (readonly [string, string])[] = [
    ['State', pull.state],
    ['Branch', pull.branch],
    ['Base', pull.base],
    ['Opened', pull.openedAt],
    ...(pull.mergeCommit === undefined ? [] : [['Merged-As', pull.mergeCommit] as const]),
    // one line each, whatever the comment holds
    ...pull.comments.map((comment) => ['Comment', JSON.stringify(comment)] as const),
  ];
  const title = pull.title.replace(/\s+/g, ' ').trim();
  const description = pull.description.trimEnd();
  const trailers = fields.map(([name, value]) => `Pull-${name}: ${value}\n`).join('');
  return `${title}\n\n${description === '' ? '' : `${description}\n\n`}${trailers}`;
}

function decodePull(
  ref: string,
  tag: { readonly object: string; readonly target: string; readonly contents: string },
): StoredPull {
  const text = tag.contents.trimEnd();
  const split = text.lastIndexOf('\n\n');
  const lines = text.slice(split + 2).split('\n');
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`Pull-${name}: `)).map((line) => line.slice(name.length + 7));
  const [state] = all('State');
  const [branch] = all('Branch');
  const [base] = all('Base');
  const [mergeCommit] = all('Merged-As');
  const number = Number(ref.slice(PULLS.length));
  const isKnown = state === 'open' || state === 'merged' || state === 'closed';
  if (split < 0 || !isKnown || branch === undefined || base === undefined || !Number.isSafeInteger(number))
    throw new ToolError({
      code: 'CORRUPT',
      message: `git: ${ref} does not hold a pull request. Look at it with: git show ${ref}`,
    });
  const head = text.slice(0, split);
  const titleEnd = head.indexOf('\n\n');
  return {
    number,
    title: titleEnd < 0 ? head : head.slice(0, titleEnd),
    description: titleEnd < 0 ? '' : head.slice(titleEnd + 2),
    state,
    withdrawn: state === 'closed',
    branch,
    base,
    head: sha(tag.target),
    mergeCommit: mergeCommit === undefined ? undefined : sha(mergeCommit),
    openedAt: all('Opened')[0] ?? '',
    comments: all('Comment').map((comment) => String(JSON.parse(comment))),
    object: sha(tag.object),
  };
}
