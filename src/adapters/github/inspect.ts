import { ToolError, type ToolErrorCode } from '../../core/errors.ts';
import type { ForgeState, Inspection, PullRequest, Sibling } from '../../ports/forge.ts';
import { checkBranch, foldersOf, operationOf } from '../operation.ts';
import {
  at,
  CLOSER_FIELDS,
  CLOSING_FIELDS,
  isClosedByPerson,
  listAt,
  PULL_FIELDS,
  readPull,
  shaAt,
  textAt,
} from './data.ts';
import { isMadeByUs, MAKER_FIELDS } from './maker.ts';
import { nextPage, PAGE_FIELDS } from './pages.ts';
import type { Place } from './place.ts';
import { askAs, askRepository } from './place.ts';

/**
 * All states of the branch's own pull requests, found by branch and not by search, which lags. Those from forks are left
 * out: a stranger's fork may have a branch of the same name.
 */
const FIELDS = `id
  main: ref(qualifiedName: $main) { target { oid } }
  branch: ref(qualifiedName: $ref) {
    target { oid ... on Commit { message ${MAKER_FIELDS} } }
    associatedPullRequests(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { ${PULL_FIELDS} ${CLOSING_FIELDS} }
    }
  }
  pulls: pullRequests(headRefName: $branch, first: 50, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { ${PULL_FIELDS} ${CLOSING_FIELDS} }
  }`;

/** Whether the n-th folder of the proposal's branch is a branch itself. */
function folderField(index: number): string {
  return `folder${index}: ref(qualifiedName: $folder${index}) { id }`;
}

/** As many as GitHub gives at a time, by name: by date it sorts tags alone. */
const BRANCHES = 'first: 100, orderBy: {field: ALPHABETICAL, direction: ASC}';

/** Branches with the message of their tip and their open pull request to `$base`, of which GitHub allows one. */
const FAMILY_FIELDS = `${PAGE_FIELDS} nodes {
  target { ... on Commit { message } }
  associatedPullRequests(states: OPEN, baseRefName: $base, first: 5) { nodes { ${PULL_FIELDS} } }
}`;

/** Branches of the n-th family. */
function familyField(index: number): string {
  return `family${index}: refs(refPrefix: $prefix${index}, ${BRANCHES}) { ${FAMILY_FIELDS} }`;
}

/** Closed pull requests from the n-th earlier branch. */
function earlierField(index: number): string {
  return `earlier${index}: pullRequests(headRefName: $earlier${index}, states: CLOSED, first: 5, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { ${PULL_FIELDS} ${CLOSER_FIELDS} }
  }`;
}

/** A field that may not be read, or that GitHub is too long at. */
const LESS_MAY_HELP: ReadonlySet<ToolErrorCode> = new Set(['FORGE_UNAVAILABLE', 'FORGE_REFUSED', 'CORRUPT']);

/**
 * What is there for a proposal, by one query. Where GitHub does not answer that, it is asked without the earlier branches: they are
 * asked about for an old word of a person's, and no rollback waits for that.
 */
export async function inspectProposal(place: Place, proposal: Inspection): Promise<ForgeState> {
  try {
    return await look(place, proposal);
  } catch (error) {
    if (!(error instanceof ToolError) || !LESS_MAY_HELP.has(error.code) || !proposal.earlier?.length)
      throw error;
    const state = await look(place, { ...proposal, earlier: [] });
    place.caller.log.warn(
      `${error.message}. Without what was closed under earlier names of "${proposal.branch}" it gave an answer, so those do not count in this run`,
    );
    return state;
  }
}

async function look(place: Place, proposal: Inspection): Promise<ForgeState> {
  const { defaultBranch } = place;
  const { branch, earlier = [], families } = proposal;
  checkBranch(branch, defaultBranch);
  // GitHub takes whole folders only
  const prefixes = families.map((family) => `refs/heads/${family.slice(0, family.lastIndexOf('/') + 1)}`);
  const folders = foldersOf(branch);
  const { repository, login } = await askAs(place, {
    types: [
      '$main: String!, $ref: String!, $branch: String!',
      ...(prefixes.length === 0 ? [] : ['$base: String!']),
      ...folders.map((_, index) => `$folder${index}: String!`),
      ...earlier.map((_, index) => `$earlier${index}: String!`),
      ...prefixes.map((_, index) => `$prefix${index}: String!`),
    ].join(', '),
    fields: [
      FIELDS,
      ...folders.map((_, index) => folderField(index)),
      ...earlier.map((_, index) => earlierField(index)),
      ...prefixes.map((_, index) => familyField(index)),
    ].join('\n'),
    variables: {
      main: `refs/heads/${defaultBranch}`,
      ref: `refs/heads/${branch}`,
      branch,
      ...(prefixes.length === 0 ? {} : { base: defaultBranch }),
      ...Object.fromEntries(folders.map((folder, index) => [`folder${index}`, `refs/heads/${folder}`])),
      ...Object.fromEntries(earlier.map((one, index) => [`earlier${index}`, one])),
      ...Object.fromEntries(prefixes.map((prefix, index) => [`prefix${index}`, prefix])),
    },
  });
  if (at(repository, 'main') === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `GitHub: "${place.owner}/${place.name}" has no branch "${defaultBranch}". Name its default branch`,
    });
  const refs: (readonly unknown[])[] = [];
  for (const [index, prefix] of prefixes.entries())
    refs.push(await allBranches(place, prefix, at(repository, `family${index}`)));
  const own = at(repository, 'branch');
  const listed = [
    ...listAt(repository, 'pulls', 'nodes'),
    ...(own === undefined ? [] : listAt(own, 'associatedPullRequests', 'nodes')),
  ];
  return {
    head: shaAt(repository, 'main', 'target', 'oid'),
    branch: own === undefined ? undefined : readBranch(place, own, login),
    pulls: pullsOf(listed, defaultBranch).filter((pull) => pull.branch === branch),
    earlier: pullsOf(
      earlier
        .flatMap((_, index) => listAt(repository, `earlier${index}`, 'nodes'))
        .filter((node) => isClosedByPerson(node, login)),
      defaultBranch,
    ),
    siblings: refs.flatMap((found, index) =>
      siblingsIn(found, defaultBranch).filter(
        (pull) => pull.branch !== branch && pull.branch.startsWith(families[index] ?? ''),
      ),
    ),
    obstacle: folders.find((_, index) => at(repository, `folder${index}`) !== undefined),
    repository: textAt(repository, 'id'),
  };
}

/**
 * Branches under a prefix, from their first page on: people leave those behind that were merged, and the one that is open may come
 * after a hundred of them. One request for each further hundred.
 */
async function allBranches(place: Place, prefix: string, first: unknown): Promise<readonly unknown[]> {
  const refs = [...listAt(first, 'nodes')];
  let after = nextPage(first, undefined);
  while (after !== undefined) {
    const repository = await askRepository(place, {
      types: '$prefix: String!, $base: String!, $after: String!',
      fields: `refs(refPrefix: $prefix, after: $after, ${BRANCHES}) { ${FAMILY_FIELDS} }`,
      variables: { prefix, base: place.defaultBranch, after },
    });
    const page = at(repository, 'refs');
    refs.push(...listAt(page, 'nodes'));
    after = nextPage(page, after);
  }
  return refs;
}

/** What is on the proposal's own branch counts as this tool's only when its account made it: an earlier run is believed, a push is not. */
function readBranch(place: Place, ref: unknown, login: string): ForgeState['branch'] {
  const isOurs = isMadeByUs(place, at(ref, 'target'), login);
  return { tip: shaAt(ref, 'target', 'oid'), operation: isOurs ? operationAt(ref) : undefined };
}

/** What the tip of a branch names. */
function operationAt(ref: unknown): string | undefined {
  const message = at(ref, 'target', 'message');
  return typeof message === 'string' ? operationOf(message) : undefined;
}

/** Open pull requests of branches, newest first. A branch that was deleted meanwhile is null. */
function siblingsIn(refs: readonly unknown[], base: string): readonly Sibling[] {
  const there = refs.filter((ref) => ref !== null);
  const found = there.flatMap((ref) =>
    pullsOf(listAt(ref, 'associatedPullRequests', 'nodes'), base).map((pull) => ({
      ...pull,
      operation: operationAt(ref),
    })),
  );
  return found.filter((pull) => pull.state === 'open').sort((a, b) => b.number - a.number);
}

/** Newest first, each once. */
function pullsOf(nodes: readonly unknown[], base: string): readonly PullRequest[] {
  const pulls = new Map<number, PullRequest>();
  for (const node of nodes) {
    const pull = readPull(node, base);
    if (pull !== undefined) pulls.set(pull.number, pull);
  }
  return [...pulls.values()].sort((a, b) => b.number - a.number);
}
