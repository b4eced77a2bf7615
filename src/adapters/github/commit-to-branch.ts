import type { Sha } from '../../core/units.ts';
import type { CommitOutcome, CommitRequest } from '../../ports/forge.ts';
import { checkCommit, operationOf } from '../operation.ts';
import { at, listAt, optionalShaAt, shaAt, textAt } from './data.ts';
import { meaningOf, refusalOf } from './explain.ts';
import type { Place } from './place.ts';
import {
  additionsOf,
  askRepository,
  errorOf,
  neverKnown,
  refusedOtherwise,
  WRITE_ATTEMPTS,
} from './place.ts';
import { isUnknown } from './reply.ts';

const COMMIT = `mutation($commit: CreateCommitOnBranchInput!) {
  commit: createCommitOnBranch(input: $commit) { commit { oid } }
}`;

/** Input of `createCommitOnBranch`: compare-and-swap on the branch's tip. */
export function commitInput(place: Place, branch: string, request: CommitRequest): object {
  return {
    branch: { repositoryNameWithOwner: `${place.owner}/${place.name}`, branchName: branch },
    expectedHeadOid: request.parent,
    message: { headline: request.subject, body: request.body },
    fileChanges: { additions: additionsOf(request.files) },
  };
}

/** One commit on the default branch, by one request when nothing goes wrong. */
export async function commitToBranch(place: Place, request: CommitRequest): Promise<CommitOutcome> {
  checkCommit(request);
  const { caller, defaultBranch } = place;
  const moved: CommitOutcome = { kind: 'head-moved', expected: request.parent };
  const variables = { commit: commitInput(place, defaultBranch, request) };
  let doubt = '';
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const reply = await caller.write({ query: COMMIT, variables });
    const step = await readCommit(place, reply);
    if (step.kind === 'done') return step.outcome;
    if (step.kind === 'stale' && doubt === '') return moved;
    if (step.kind === 'unknown') {
      doubt = step.reason;
      await caller.pause(attempt);
    }
    const found = await findCommit(place, request);
    if (found.own !== undefined) return { kind: 'committed', commit: found.own };
    if (found.tip !== request.parent) return moved;
  }
  throw neverKnown(`commit to "${defaultBranch}"`, doubt);
}

type Step =
  | { readonly kind: 'done'; readonly outcome: CommitOutcome }
  | { readonly kind: 'stale' }
  | { readonly kind: 'unknown'; readonly reason: string };

async function readCommit(place: Place, reply: Awaited<ReturnType<Place['caller']['write']>>): Promise<Step> {
  if (reply.kind === 'unknown') return reply;
  const commit = reply.kind === 'answer' ? optionalShaAt(reply.data, 'commit', 'commit', 'oid') : undefined;
  if (commit !== undefined) return { kind: 'done', outcome: { kind: 'committed', commit } };
  const error =
    reply.kind === 'answer' ? errorOf(reply, 'commit') : { type: '', alias: '', message: reply.reason };
  if (error === undefined)
    return { kind: 'unknown', reason: 'an answer without the commit and without an error' };
  if (isUnknown(error)) return { kind: 'unknown', reason: error.message };
  if (meaningOf(error) === 'stale') return { kind: 'stale' };
  const purpose = `commit to "${place.defaultBranch}"`;
  const { permissions } = reply;
  const refusal = refusalOf(error, { purpose, needs: '"contents: write"', permissions, byHand: '' });
  if (refusal === undefined) throw refusedOtherwise(purpose, error.message);
  return { kind: 'done', outcome: refusal };
}

/** How far back an own commit is looked for: others may have pushed on top of it. */
const RECENT = 50;

/** The default branch's tip, and the commit of an operation on the expected parent if it arrived. */
async function findCommit(
  place: Place,
  request: CommitRequest,
): Promise<{ readonly tip: Sha; readonly own: Sha | undefined }> {
  const repository = await askRepository(place, {
    types: '$ref: String!',
    fields: `ref(qualifiedName: $ref) { target { oid ... on Commit {
      history(first: ${RECENT}) { nodes { oid message parents(first: 2) { nodes { oid } } } }
    } } }`,
    variables: { ref: `refs/heads/${place.defaultBranch}` },
  });
  const target = at(repository, 'ref', 'target');
  const own = listAt(target, 'history', 'nodes').find(
    (node) =>
      operationOf(textAt(node, 'message')) === request.operation &&
      optionalShaAt(listAt(node, 'parents', 'nodes')[0], 'oid') === request.parent,
  );
  return { tip: shaAt(target, 'oid'), own: own === undefined ? undefined : shaAt(own, 'oid') };
}
