import type { Refusal } from '../../ports/forge.ts';
import { grantHint } from './caller.ts';
import { oneLine } from './mask.ts';
import type { FieldError } from './reply.ts';

/** What an error of one field of a mutation means. GitHub's types come first; most refusals differ in their words only. */
export type Meaning =
  /** The branch is not where it was expected. */
  | 'stale'
  /** There is one of that name already. */
  | 'exists'
  /** The head has nothing that the base has not, or GitHub has not noticed it yet. */
  | 'no-commits'
  | 'pulls-not-allowed'
  | 'permission'
  /** The branch takes changes from its merge queue alone. */
  | 'merge-queue'
  /** A check, a review or the like is missing: may come. */
  | 'pending'
  | 'rule'
  | 'conflict'
  /** The base moved during the merge: try again. */
  | 'base-moved'
  | 'head-moved'
  | 'not-mergeable'
  | 'other';

const WORDS: readonly (readonly [Meaning, RegExp])[] = [
  ['stale', /expected branch to point to|is at \S+ but expected|not a fast.?forward/i],
  ['pulls-not-allowed', /not permitted to create or approve pull requests/i],
  [
    'permission',
    /resource not accessible|must have (push|write|admin) access|does not have (the )?(correct )?permission|required scopes|without `?workflows?`? permission|SAML|IP allow list/i,
  ],
  ['exists', /already exists/i],
  ['no-commits', /no commits between|sha can't be blank|head ref must be a branch/i],
  ['base-moved', /base branch was modified/i],
  ['head-moved', /head branch was modified|head (sha|oid).*(match|expected)|expected_?head_?oid/i],
  ['conflict', /merge conflict|conflicts? (must|need)/i],
  ['merge-queue', /through the merge queue/i],
  [
    'pending',
    /required status check|checks? (are|is) (expected|pending|failing)|waiting (for|on)|approving review|review (is|are)? ?(required|needed)|review required|changes (have been )?requested|code owner|still a draft|out of date|unresolved (conversation|comment|thread)|conversation(s)? must be resolved|deployment|merge queue|must be (up to date|signed)|code scanning/i,
  ],
  [
    'rule',
    /rule violations|GH013|GH006|protected branch|protected ref|must be made through a pull request|not authorized to push|are not allowed on this|must not contain merge commits|cannot (update|change|create|delete) this/i,
  ],
  ['not-mergeable', /not mergeable|(clean|unstable|unknown|dirty|blocked|behind) status/i],
];

/** Reads an error. */
export function meaningOf(error: Pick<FieldError, 'type' | 'message'>): Meaning {
  if (error.type === 'STALE_DATA') return 'stale';
  for (const [meaning, words] of WORDS) if (words.test(error.message)) return meaning;
  return error.type === 'FORBIDDEN' || error.type === 'INSUFFICIENT_SCOPES' ? 'permission' : 'other';
}

/** How to go on where a branch has a merge queue. */
export const MERGE_QUEUE_ADVICE =
  'Belay writes at once or not at all, and no queue: put the GitHub App whose token this is on the bypass list of the rule that requires the merge queue (GITHUB_TOKEN cannot be on it)';

/** What to do about a required check that failed. */
export const FAILING_ADVICE =
  'It will not merge like this: mend the check and run it again, or let somebody merge who may go around the rule';

/** What to do about a required check that says nothing. */
export const SILENT_ADVICE =
  'What GITHUB_TOKEN opens starts no workflow by itself: approve the run on the pull request, or close and reopen it; from then on use the token of a GitHub App';

/** What a pull request still waits for, in GitHub's words, and what to do about a merge queue and about a check that failed. */
export function requirementOf(message: string): string {
  const wanted = rulesOf(message);
  if (/check.* (is|are) failing/i.test(message)) return `${wanted} ${FAILING_ADVICE}`;
  // armed, it is added to the queue by GitHub once nothing else is missing
  if (meaningOf({ type: '', message }) === 'merge-queue')
    return `${wanted} GitHub adds it to the queue, where it lands only when the required workflows run on "merge_group" too. ${MERGE_QUEUE_ADVICE}`;
  return wanted;
}

/** Which rules: GitHub lists them below `Repository rule violations found`; classic protection says one sentence. */
export function rulesOf(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim().replace(/^-\s*/, ''))
    .filter(
      (line) =>
        line !== '' && !/^(remote:|Repository rule violations found|Review all repository rules)/.test(line),
    );
  const rules = lines.join(' ') || message.trim();
  return /[.!]$/.test(rules) ? rules : `${rules}.`;
}

export interface RefusalContext {
  /** What was to be done, e.g. `commit to "main"`. */
  readonly purpose: string;
  /** Permissions the purpose needs, as workflows write them. */
  readonly needs: string;
  readonly permissions: string | undefined;
  /** Where a person can go on by hand; empty when nowhere. */
  readonly byHand: string;
}

/** The refusal that an error amounts to; undefined when it is not one. */
export function refusalOf(
  error: Pick<FieldError, 'type' | 'message'>,
  context: RefusalContext,
): Refusal | undefined {
  switch (meaningOf(error)) {
    case 'pulls-not-allowed':
      return {
        kind: 'refused',
        code: 'PULL_REQUESTS_NOT_ALLOWED',
        message: `GitHub: Actions may not create pull requests here. Switch on "Allow GitHub Actions to create and approve pull requests" under Settings > Actions > General > Workflow permissions, in the organization and in the repository (the stricter one wins), or use the token of a GitHub App${context.byHand}`,
      };
    case 'permission':
      return {
        kind: 'refused',
        code: 'PERMISSION_MISSING',
        message: `GitHub: the token may not ${context.purpose}: ${oneLine(error.message)}. It needs ${context.needs}${grantHint(context.permissions)}`,
      };
    case 'merge-queue':
      return {
        kind: 'refused',
        code: 'MERGE_QUEUE',
        message: `GitHub: the merge queue does not let this token ${context.purpose}: ${rulesOf(error.message)} ${MERGE_QUEUE_ADVICE}${context.byHand}`,
      };
    case 'rule':
    case 'pending':
      return {
        kind: 'refused',
        code: 'RULE_VIOLATION',
        message: `GitHub: a rule does not let this token ${context.purpose}: ${rulesOf(error.message)} Put the GitHub App whose token this is on the bypass list of every ruleset concerned, or let changes go through pull requests${context.byHand}`,
      };
    default:
      return undefined;
  }
}
