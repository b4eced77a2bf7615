import { describe, expect, it } from 'vitest';
import { type Meaning, meaningOf, refusalOf, rulesOf } from '../../../src/adapters/github/explain.ts';

/** Words of GitHub as issue threads report them: octokit, cli, create-pull-request, ghcommit, renovate, kargo. */
const REPORTED: readonly (readonly [string, string, Meaning])[] = [
  ['STALE_DATA', 'Expected branch to point to "3f2c" but it did not. Pull and try again.', 'stale'],
  ['STALE_DATA', 'anything', 'stale'],
  ['', 'Ref refs/heads/main is at 9be07d4 but expected 3f2c1aa', 'stale'],
  ['UNPROCESSABLE', 'Update is not a fast forward', 'stale'],
  ['UNPROCESSABLE', 'A ref named "refs/heads/belay/x" already exists in the repository.', 'exists'],
  ['UNPROCESSABLE', 'Reference already exists', 'exists'],
  ['UNPROCESSABLE', 'A pull request already exists for acme:belay/x.', 'exists'],
  ['UNPROCESSABLE', 'No commits between main and belay/x', 'no-commits'],
  [
    'UNPROCESSABLE',
    "Head sha can't be blank, Base sha can't be blank, No commits between main and x",
    'no-commits',
  ],
  ['FORBIDDEN', 'GitHub Actions is not permitted to create or approve pull requests.', 'pulls-not-allowed'],
  ['FORBIDDEN', 'Resource not accessible by integration', 'permission'],
  ['FORBIDDEN', 'Resource not accessible by personal access token', 'permission'],
  ['INSUFFICIENT_SCOPES', 'Your token has not been granted what it takes', 'permission'],
  ['UNPROCESSABLE', 'Base branch was modified. Review and try the merge again.', 'base-moved'],
  ['UNPROCESSABLE', 'Head branch was modified. Review and try the merge again.', 'head-moved'],
  ['UNPROCESSABLE', 'Pull Request has merge conflicts', 'conflict'],
  ['UNPROCESSABLE', 'Pull Request is not mergeable', 'not-mergeable'],
  ['UNPROCESSABLE', 'Pull request is in clean status', 'not-mergeable'],
  ['UNPROCESSABLE', 'Required status check "ci" is expected.', 'pending'],
  ['UNPROCESSABLE', '3 of 3 required status checks are expected.', 'pending'],
  ['UNPROCESSABLE', 'At least 1 approving review is required by reviewers with write access.', 'pending'],
  ['UNPROCESSABLE', 'Waiting on code owner review from acme/risk.', 'pending'],
  ['UNPROCESSABLE', 'Changes must be made through the merge queue', 'merge-queue'],
  [
    'UNPROCESSABLE',
    'Repository rule violations found\n\nRequired status check "ci" is expected.\n\n',
    'pending',
  ],
  [
    'UNPROCESSABLE',
    'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    'rule',
  ],
  ['', 'GH013: Repository rule violations found for refs/heads/main.', 'rule'],
  ['', 'GH006: Protected branch update failed for refs/heads/main.', 'rule'],
  ['UNPROCESSABLE', 'Merge commits are not allowed on this repository.', 'rule'],
  ['UNPROCESSABLE', 'This branch must not contain merge commits.', 'rule'],
  ['NOT_FOUND', 'Could not resolve to a node', 'other'],
];

describe('meaningOf', () => {
  it.each(REPORTED)('%s "%s" means %s', (type, message, meaning) => {
    expect(meaningOf({ type, message })).toBe(meaning);
  });
});

describe('rulesOf', () => {
  it('names the rules and leaves out the frame around them', () => {
    const message =
      'Repository rule violations found\n\nChanges must be made through a pull request.\n\n2 of 2 required status checks are expected.\n\n';
    expect(rulesOf(message)).toBe(
      'Changes must be made through a pull request. 2 of 2 required status checks are expected.',
    );
    expect(rulesOf('Required status check "ci" is expected')).toBe('Required status check "ci" is expected.');
  });
});

describe('refusalOf', () => {
  const context = {
    purpose: 'commit to "main"',
    needs: '"contents: write"',
    permissions: 'contents=write',
    byHand: '',
  };
  it('names the permission that is needed and the one that GitHub names', () => {
    const refusal = refusalOf(
      { type: 'FORBIDDEN', message: 'Resource not accessible by integration' },
      context,
    );
    expect(refusal).toMatchObject({ code: 'PERMISSION_MISSING' });
    expect(refusal?.message).toContain('"contents: write" (GitHub names: contents=write)');
  });

  it('names the setting and where it is, on both levels', () => {
    const message = 'GitHub Actions is not permitted to create or approve pull requests.';
    const refusal = refusalOf({ type: 'FORBIDDEN', message }, context);
    expect(refusal).toMatchObject({ code: 'PULL_REQUESTS_NOT_ALLOWED' });
    expect(refusal?.message).toContain('Settings > Actions > General > Workflow permissions');
    expect(refusal?.message).toContain('in the organization and in the repository');
  });

  it('is none for words that nobody has reported', () => {
    expect(refusalOf({ type: 'UNPROCESSABLE', message: 'Title is too long' }, context)).toBeUndefined();
  });
});
