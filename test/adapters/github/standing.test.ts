import { describe, expect, it } from 'vitest';
import { askPull } from '../../../src/adapters/github/place.ts';
import { standingOf } from '../../../src/adapters/github/standing.ts';
import { sha } from '../../../src/core/units.ts';
import type { ForgeState } from '../../../src/ports/forge.ts';
import { change, operation } from '../forge-contract.ts';
import { createMutePlace, LOGIN } from './mute-place.ts';

/** What half an answer says of a proposal's branch: nothing, and never that it is somebody else's. */

const BRANCH = 'belay/rollback/a/3.5.0-0123456789ab';
const parent = sha('a'.repeat(40));
const tip = sha('b'.repeat(40));
const blob = '72a1fb1c86844469abf7fca9bf55b4f69e962c44';

const request = {
  ...change(parent, { 'a.yaml': 'weight: 0\n' }),
  branch: BRANCH,
  title: 't',
  description: 'd',
};
const state: ForgeState = {
  head: parent,
  branch: { tip, operation: operation() },
  pulls: [],
  earlier: [],
  siblings: [],
  obstacle: undefined,
  repository: 'R_1',
};

const ours = {
  oid: tip,
  message: `${request.subject}\n\n${request.body}`,
  author: { email: 'x', user: { login: LOGIN } },
  committer: { email: 'noreply@github.com' },
  signature: { isValid: true, wasSignedByGitHub: true },
  associatedPullRequests: { totalCount: 0, nodes: [] },
  parents: { nodes: [{ oid: parent }] },
};
const theirs = { ...ours, signature: null };

const standing = (main: unknown, target: unknown = ours) =>
  standingOf(
    createMutePlace({
      main,
      branch: { id: 'REF_1', target },
      after0: { entries: [{ name: 'a.yaml', mode: 33188, oid: blob }] },
      before0: { entries: [{ name: 'a.yaml', mode: 33188, oid: 'c'.repeat(40) }] },
    }),
    { ...request, state },
    { state, made: undefined },
  );

describe('a branch with our commit', () => {
  it('is our own when that is all it is ahead by', async () => {
    expect(await standing({ compare: { aheadBy: 1 } })).toEqual({ kind: 'own', tip });
    expect(await standing({ compare: { aheadBy: 2 } })).toEqual({ kind: 'taken', tip });
  });

  it.each([
    ['no default branch', null],
    ['no comparison', { compare: null }],
    ['half a comparison', { compare: {} }],
    ['a comparison of something else', { compare: { aheadBy: '1' } }],
  ])('is not said to be somebody else’s by an answer with %s', async (_, main) => {
    await expect(standing(main)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('"main.compare.aheadBy"'),
    });
  });
});

describe('a branch with a commit of somebody else', () => {
  it.each([{ aheadBy: 1 }, { aheadBy: 7 }, null])('is theirs, compared or not (%j)', async (compare) => {
    expect(await standing({ compare }, theirs)).toEqual({ kind: 'taken', tip });
  });

  it.each([null, { compare: {} }])('is not said to be theirs by half an answer (%j)', async (main) => {
    await expect(standing(main, theirs)).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('is behind where nothing is on it', async () => {
    expect(await standing({ compare: { aheadBy: 0 } }, theirs)).toEqual({ kind: 'behind', ref: 'REF_1' });
  });
});

it('a pull request that is shown no more is unsettled: the repository is shown', async () => {
  await expect(askPull(createMutePlace({ pullRequest: null }), 7, 'state')).rejects.toMatchObject({
    code: 'UNSETTLED',
    message: expect.stringContaining('#7'),
  });
});
