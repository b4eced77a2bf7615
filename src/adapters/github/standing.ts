import { createHash } from 'node:crypto';
import type { Sha } from '../../core/units.ts';
import type { FileWrite, ForgeState, ProposeRequest } from '../../ports/forge.ts';
import { operationOf } from '../operation.ts';
import { at, listAt, numberAt, optionalShaAt, textAt } from './data.ts';
import { isMadeByUs, MAKER_FIELDS } from './maker.ts';
import type { Place } from './place.ts';
import { askAs } from './place.ts';

/** How a proposal's branch stands. */
export type Standing =
  | { readonly kind: 'none' }
  /** At the commit that the proposal begins from. */
  | { readonly kind: 'ready' }
  /** At an older commit of the default branch, with nothing on it; `ref` is GitHub's id of the branch. */
  | { readonly kind: 'behind'; readonly ref: string }
  /** Its tip is exactly this proposal's commit, and a run of ours made it. */
  | { readonly kind: 'own'; readonly tip: Sha }
  | { readonly kind: 'taken'; readonly tip: Sha };

/** How the branch stands; one query when there is something on it. `made` is the tip that this run itself put there. */
export async function standingOf(
  place: Place,
  request: ProposeRequest,
  found: { readonly state: ForgeState; readonly made: Sha | undefined },
): Promise<Standing> {
  const { branch } = found.state;
  if (branch === undefined) return { kind: 'none' };
  const { tip } = branch;
  if (tip === request.parent) return { kind: 'ready' };
  if (tip === found.made) return { kind: 'own', tip };
  const folders = foldersOf(request.files);
  const { repository, login } = await askAs(place, {
    types: '$main: String!, $ref: String!',
    fields: `main: ref(qualifiedName: $main) { compare(headRef: $ref) { aheadBy } }
      branch: ref(qualifiedName: $ref) {
        id target { oid ... on Commit { message ${MAKER_FIELDS} parents(first: 2) { nodes { oid } } } }
      }
      ${folders.map((folder, index) => comparison(tip, folder, index)).join('\n')}`,
    variables: { main: `refs/heads/${place.defaultBranch}`, ref: `refs/heads/${request.branch}` },
  });
  const target = at(repository, 'branch', 'target');
  if (optionalShaAt(target, 'oid') !== tip) return { kind: 'taken', tip };
  const isOurs =
    isMadeByUs(place, target, login) &&
    isOwnCommit(target, request) &&
    folders.every((folder, index) => isOwnFolder(repository, { folder, index, files: request.files }));
  if (!isOurs && isUnrelated(repository)) return { kind: 'taken', tip };
  const ahead = numberAt(repository, 'main', 'compare', 'aheadBy');
  if (ahead === 0) return { kind: 'behind', ref: textAt(repository, 'branch', 'id') };
  return { kind: isOurs && ahead === 1 ? 'own' : 'taken', tip };
}

/**
 * GitHub makes no comparison with what has no commit in common with the default branch. What is ours begins from that branch, so of
 * ours this would be no answer; a stranger's branch without a common history must keep no rollback from taking another name.
 */
function isUnrelated(repository: unknown): boolean {
  return at(repository, 'main') !== undefined && at(repository, 'main', 'compare') === undefined;
}

/** It bears the operation and has one parent; being the only one ahead of the default branch, it begins from a commit of that. */
function isOwnCommit(commit: unknown, request: ProposeRequest): boolean {
  return (
    operationOf(textAt(commit, 'message')) === request.operation &&
    listAt(commit, 'parents', 'nodes').length === 1
  );
}

/** All folders on the way to the files, the root (`''`) first. */
function foldersOf(files: readonly FileWrite[]): readonly string[] {
  const folders = new Set(['']);
  for (const { path } of files) {
    const names = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= names.length; depth += 1) folders.add(names.slice(0, depth).join('/'));
  }
  return [...folders];
}

/** A folder as the commit left it and as it found it. */
function comparison(tip: Sha, folder: string, index: number): string {
  const entries = '... on Tree { entries { name mode oid } }';
  const [after, before] = [`${tip}:${folder}`, `${tip}^:${folder}`].map((text) => JSON.stringify(text));
  return `after${index}: object(expression: ${after}) { ${entries} }
    before${index}: object(expression: ${before}) { ${entries} }`;
}

interface Comparison {
  readonly folder: string;
  readonly index: number;
  readonly files: readonly FileWrite[];
}

/** The folder differs in nothing but the files, which have the right bytes; folders on the way are compared by themselves. */
function isOwnFolder(repository: unknown, { folder, index, files }: Comparison): boolean {
  const after = entriesOf(at(repository, `after${index}`));
  const before = entriesOf(at(repository, `before${index}`));
  const prefix = folder === '' ? '' : `${folder}/`;
  const onTheWay = new Set<string>();
  const wanted = new Map<string, string>();
  for (const { path, text } of files) {
    if (!path.startsWith(prefix)) continue;
    const [name = '', ...deeper] = path.slice(prefix.length).split('/');
    if (deeper.length > 0) onTheWay.add(name);
    else wanted.set(name, blobId(text));
  }
  for (const [name, blob] of wanted)
    if (![`33188 ${blob}`, `33261 ${blob}`].includes(after.get(name) ?? '')) return false;
  for (const name of onTheWay) if (!/^16384 /.test(after.get(name) ?? '')) return false;
  const others = [...new Set([...after.keys(), ...before.keys()])].filter(
    (name) => !wanted.has(name) && !onTheWay.has(name),
  );
  return others.every((name) => after.get(name) === before.get(name));
}

/** Mode (as GitHub's decimal of the octal) and object by name; nothing for a folder that is not there. */
function entriesOf(tree: unknown): ReadonlyMap<string, string> {
  if (at(tree, 'entries') === undefined) return new Map();
  return new Map(
    listAt(tree, 'entries').map((entry) => [
      textAt(entry, 'name'),
      `${String(at(entry, 'mode'))} ${textAt(entry, 'oid')}`,
    ]),
  );
}

/** The id git gives to a file of this text. */
function blobId(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
