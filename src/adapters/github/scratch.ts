import { DRILL_BRANCHES } from '../../core/manifest/config-schema.ts';
import type { Sha } from '../../core/units.ts';
import type { Forge } from '../../ports/forge.ts';
import type { Landing, Scratch, ScratchBranch } from '../../ports/scratch.ts';
import { checkScratchBranch } from '../operation.ts';
import type { WriteReply } from './caller.ts';
import { at, listAt, optionalShaAt, shaAt, textAt } from './data.ts';
import { refusalOf } from './explain.ts';
import { createGitHubForge, type GitHubForgeOptions } from './github-forge.ts';
import { oneLine } from './mask.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import { nextPage, PAGE_FIELDS } from './pages.ts';
import { askRepository, errorOf, neverKnown, type Place, refusedOtherwise, WRITE_ATTEMPTS } from './place.ts';
import { type FieldError, isUnknown } from './reply.ts';

export interface GitHubScratchOptions extends PlaceOptions {
  /** A reader of the same checkout whose default branch is another one. */
  readonly readerOf: (branch: string) => GitHubForgeOptions['reader'];
}

/** Scratch branches of a repository on GitHub. */
export function createGitHubScratch(options: GitHubScratchOptions): Scratch {
  const place = openPlace(options);
  return {
    list: () => listBranches(place),
    create: (branch, commit) => createBranch(place, branch, commit),
    remove: (branch) => removeBranch(place, branch),
    onto: (branch): Forge => {
      checkScratchBranch(branch, place.defaultBranch);
      return createGitHubForge({ ...options, defaultBranch: branch, reader: options.readerOf(branch) });
    },
    landing: () => readLanding(place),
  };
}

async function listBranches(place: Place): Promise<readonly ScratchBranch[]> {
  const found: ScratchBranch[] = [];
  let after: string | undefined;
  do {
    const repository = await askRepository(place, {
      types: '$prefix: String!, $after: String',
      fields: `refs(refPrefix: $prefix, first: 100, after: $after) { ${PAGE_FIELDS} nodes { id name target { oid } } }`,
      variables: { prefix: `refs/heads/${DRILL_BRANCHES}`, after: after ?? null },
    });
    const page = at(repository, 'refs');
    found.push(...listAt(page, 'nodes').flatMap((node) => (node === null ? [] : [readBranch(node)])));
    after = nextPage(page, after);
  } while (after !== undefined);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Its name is relative to the prefix that was asked for. */
function readBranch(node: unknown): ScratchBranch {
  return {
    name: `${DRILL_BRANCHES}${textAt(node, 'name')}`,
    tip: shaAt(node, 'target', 'oid'),
    id: textAt(node, 'id'),
  };
}

async function createBranch(place: Place, branch: string, commit: Sha): ReturnType<Scratch['create']> {
  checkScratchBranch(branch, place.defaultBranch);
  const purpose = `make branch "${branch}"`;
  let reason = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const found = await askRepository(place, {
      types: '$ref: String!',
      fields: 'id ref(qualifiedName: $ref) { target { oid } }',
      variables: { ref: `refs/heads/${branch}` },
    });
    if (optionalShaAt(found, 'ref', 'target', 'oid') === commit) return { kind: 'created' };
    const input = { repositoryId: textAt(found, 'id'), name: `refs/heads/${branch}`, oid: commit };
    const reply = await place.caller.write({
      query: 'mutation($ref: CreateRefInput!) { ref: createRef(input: $ref) { ref { id } } }',
      variables: { ref: input },
    });
    const error = errorIn(reply, 'ref');
    if (error === undefined) return { kind: 'created' };
    reason = error.message;
    if (isDoubtful(reply, error)) await place.caller.pause(attempt);
    else {
      const { permissions } = reply as Exclude<WriteReply, { kind: 'unknown' }>;
      const refusal = refusalOf(error, { purpose, needs: '"contents: write"', permissions, byHand: '' });
      if (refusal === undefined) throw refusedOtherwise(purpose, oneLine(reason));
      return refusal;
    }
  }
  throw neverKnown(purpose, reason);
}

async function removeBranch(place: Place, { name, tip, id }: ScratchBranch): Promise<void> {
  checkScratchBranch(name, place.defaultBranch);
  const purpose = `delete branch "${name}"`;
  let reason = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const found = await askRepository(place, {
      types: '$ref: String!',
      fields: 'ref(qualifiedName: $ref) { target { oid } }',
      variables: { ref: `refs/heads/${name}` },
    });
    if (optionalShaAt(found, 'ref', 'target', 'oid') !== tip) return;
    const reply = await place.caller.write({
      query: 'mutation($ref: DeleteRefInput!) { ref: deleteRef(input: $ref) { clientMutationId } }',
      variables: { ref: { refId: id } },
    });
    const error = errorIn(reply, 'ref');
    if (error === undefined) return;
    reason = error.message;
    if (!isDoubtful(reply, error)) throw refusedOtherwise(purpose, reason);
    await place.caller.pause(attempt);
  }
  throw neverKnown(purpose, reason);
}

function errorIn(reply: WriteReply, alias: string): FieldError | undefined {
  if (reply.kind === 'answer') return errorOf(reply, alias);
  return { type: '', alias: '', message: reply.reason };
}

function isDoubtful(reply: WriteReply, error: FieldError): boolean {
  return reply.kind === 'unknown' || isUnknown(error);
}

/** Rules of rulesets, and those of classic protection as GitHub shows them to people who are no administrators. */
const LANDING = `query($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    autoMergeAllowed
    ref(qualifiedName: $ref) {
      rules(first: 50) { nodes { type parameters {
        ... on RequiredStatusChecksParameters { requiredStatusChecks { context } }
        ... on PullRequestParameters { requiredApprovingReviewCount }
      } } }
      refUpdateRule { requiredStatusCheckContexts requiredApprovingReviewCount }
    }
  }
}`;

async function readLanding(place: Place): Promise<Landing> {
  const answer = await place.caller.read({
    query: LANDING,
    variables: { owner: place.owner, name: place.name, ref: `refs/heads/${place.defaultBranch}` },
  });
  const autoMerge = at(answer.data, 'repository', 'autoMergeAllowed') === true;
  if (answer.errors.length > 0) return { requirements: undefined, autoMerge };
  const ref = at(answer.data, 'repository', 'ref');
  const rules = listOf(at(ref, 'rules', 'nodes')).flatMap((rule) => requirementsOf(at(rule, 'parameters')));
  return { requirements: [...new Set([...rules, ...classicOf(at(ref, 'refUpdateRule'))])], autoMerge };
}

function requirementsOf(parameters: unknown): readonly string[] {
  const checks = listOf(at(parameters, 'requiredStatusChecks')).map((check) => textAt(check, 'context'));
  return [...checks.map(checkOf), ...reviewsOf(at(parameters, 'requiredApprovingReviewCount'))];
}

function classicOf(rule: unknown): readonly string[] {
  const contexts = listOf(at(rule, 'requiredStatusCheckContexts')).map(String);
  return [...contexts.map(checkOf), ...reviewsOf(at(rule, 'requiredApprovingReviewCount'))];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function checkOf(name: string): string {
  return `check "${oneLine(name)}"`;
}

function reviewsOf(count: unknown): readonly string[] {
  return typeof count === 'number' && count > 0 ? [`${count} approving review(s)`] : [];
}
