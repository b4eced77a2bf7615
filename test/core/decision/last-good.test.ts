import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findLastGood, type ManifestRevision } from '../../../src/core/decision/last-good.ts';
import type { BackendUse, ReleaseState } from '../../../src/core/record/release-state.ts';
import { sha } from '../../../src/core/units.ts';
import { buildState, refOf, type VersionInput, writeRelease } from '../../builders/release.ts';

const ONE: VersionInput = { version: '1', backend: 'slot-a', digit: '1' };
const TWO: VersionInput = { version: '2', backend: 'slot-b', digit: '2' };
const THREE: VersionInput = { version: '3', backend: 'slot-a', digit: '3' };
const FOUR: VersionInput = { version: '4', backend: 'slot-b', digit: '4' };
const FIVE: VersionInput = { version: '5', backend: 'slot-c', digit: '5' };

/** Newest first, each settled on a version. */
function revisionsOf(...versions: readonly VersionInput[]): readonly ManifestRevision[] {
  return versions.map((stable, index) => ({
    commit: sha(String(index + 1).repeat(40)),
    text: stringify(writeRelease({ stable })),
  }));
}

function stateOf(input: {
  readonly good: readonly VersionInput[];
  readonly quarantined?: readonly VersionInput[];
  readonly backends: readonly VersionInput[];
}): ReleaseState {
  return buildState({
    good: input.good.map((version, index) => ({ ref: refOf(version), record: 10 - index })),
    quarantined: (input.quarantined ?? []).map((version) => ({ ref: refOf(version), record: 11 })),
    backends: new Map(
      input.backends.map((version): [string, BackendUse] => [
        version.backend,
        { ref: refOf(version), record: 12 },
      ]),
    ),
  });
}

function search(
  state: ReleaseState,
  bad: VersionInput | undefined,
  revisions: readonly ManifestRevision[],
  prefer?: string,
) {
  const { found, skipped } = findLastGood({
    path: 'releases/scorer.yaml',
    state,
    bad: bad && refOf(bad),
    revisions,
    prefer,
  });
  return {
    found: found?.ref.version,
    skipped: skipped.map(({ version, reason }) => `${version}: ${reason}`),
  };
}

it('is no version with the content of the bad one, whatever it was called when it was good', () => {
  const again = { ...ONE, version: '1-again' };
  const state = stateOf({ good: [again, TWO, ONE], backends: [again, TWO] });
  expect(search(state, again, revisionsOf(again, ONE), '1')).toEqual({
    found: undefined,
    skipped: [
      '1: it has the same content as 1-again',
      '2: no settled, valid manifest with it in the history of the default branch',
    ],
  });
  expect(search(state, again, revisionsOf(again, TWO, ONE), '1').found).toBe('2');
});

describe('two slots that take turns', () => {
  it('lead back to the version before, while the next one is tried in the slot of the one before that', () => {
    const state = stateOf({ good: [TWO, ONE], backends: [THREE, TWO] });
    expect(search(state, THREE, revisionsOf(TWO, ONE))).toEqual({ found: '2', skipped: [] });
  });

  it('lead back to the version before, once that one is promoted', () => {
    const state = stateOf({ good: [THREE, TWO, ONE], backends: [THREE, TWO] });
    expect(search(state, THREE, revisionsOf(THREE, TWO, ONE)).found).toBe('2');
  });

  it('do not lead back to a version whose slot a bad one took', () => {
    const state = stateOf({ good: [TWO, ONE], quarantined: [THREE], backends: [THREE, TWO] });
    expect(search(state, TWO, revisionsOf(TWO, ONE))).toEqual({
      found: undefined,
      skipped: ['1: its backend "slot-a" was taken over by 3 in record 12'],
    });
  });

  it('do not lead back to a version whose slot the bad one has now, although no record names it yet', () => {
    const state = stateOf({ good: [TWO, ONE], backends: [ONE, TWO] });
    expect(search(state, THREE, revisionsOf(ONE))).toEqual({
      found: undefined,
      skipped: [
        '2: no settled, valid manifest with it in the history of the default branch',
        '1: its backend "slot-a" is that of 3 now',
      ],
    });
  });

  it('lead back to a version that came again to its slot', () => {
    const state = stateOf({ good: [TWO, ONE], quarantined: [THREE], backends: [ONE, TWO] });
    expect(search(state, TWO, revisionsOf(TWO, ONE)).found).toBe('1');
  });

  it('lead away from a bad version even when only another good one is left in the slot', () => {
    const state = stateOf({ good: [THREE, ONE], backends: [THREE, FOUR] });
    expect(search(state, FOUR, revisionsOf(ONE))).toEqual({
      found: '1',
      skipped: ['3: no settled, valid manifest with it in the history of the default branch'],
    });
  });

  it('are no matter to KServe, where the manifest itself says what is served', () => {
    const settled = writeRelease({ stable: ONE }) as { spec: { targets: unknown[] } };
    settled.spec.targets = [
      { kind: 'kserve', file: 'serving/scorer.yaml', service: 'scorer', mode: 'knative' },
    ];
    const revisions = [{ commit: sha('1'.repeat(40)), text: stringify(settled) }];
    const state = stateOf({ good: [TWO, ONE], quarantined: [THREE], backends: [THREE, TWO] });
    expect(search(state, TWO, revisions).found).toBe('1');
  });
});

describe('a name that came again', () => {
  const again: VersionInput = { version: '1', backend: 'slot-a', digit: '9' };

  it('does not spoil the good version that bore it first', () => {
    const state = stateOf({ good: [TWO, ONE], quarantined: [again], backends: [ONE, TWO] });
    expect(search(state, TWO, revisionsOf(TWO, ONE)).found).toBe('1');
  });

  it('spoils it when the content is the same: that is what was proven bad', () => {
    const copy: VersionInput = { ...ONE, version: '1-copy' };
    const state = stateOf({ good: [TWO, ONE], quarantined: [copy], backends: [ONE, TWO] });
    expect(search(state, TWO, revisionsOf(TWO, ONE))).toEqual({
      found: undefined,
      skipped: ['1: rolled back in record 11'],
    });
  });
});

describe('a version that is named to fall back to', () => {
  const state = stateOf({ good: [TWO, ONE], backends: [TWO, ONE] });

  it('is taken before the newest good one', () => {
    expect(search(state, FIVE, revisionsOf(TWO, ONE), '1')).toEqual({ found: '1', skipped: [] });
  });

  it.each([
    [
      'that has no bytes',
      state,
      FIVE,
      [TWO],
      '1: no settled, valid manifest with it in the history of the default branch',
    ],
    ['that nobody knows', state, FIVE, [TWO, ONE], '0: no record says that it is good'],
    ['that is the bad one', state, ONE, [TWO, ONE], '1: it is the version that is taken back'],
    [
      'that was rolled back',
      stateOf({ good: [TWO], quarantined: [ONE], backends: [TWO] }),
      FIVE,
      [TWO, ONE],
      '1: rolled back in record 11',
    ],
  ])('%s is passed over, and the newest good one is taken', (_, known, bad, versions, skipped) => {
    const found = search(known, bad, revisionsOf(...versions), skipped.slice(0, 1));
    expect(found).toEqual({ found: '2', skipped: [skipped] });
  });
});

describe('a good version that needs what production has left behind', () => {
  const at = (stable: VersionInput, index: string, also: readonly string[] = []): ManifestRevision => {
    const manifest = writeRelease({ stable }) as { spec: { stable: object } };
    const needs = { compat: { index }, ...(also.length > 0 ? { alsoWorksWith: { index: also } } : {}) };
    manifest.spec.stable = { ...manifest.spec.stable, ...needs };
    return { commit: sha(stable.version.repeat(40)), text: stringify(manifest) };
  };
  const state = stateOf({ good: [FOUR, THREE, ONE], backends: [] });

  it('is passed by with the reason, and the next older one that fits is found', () => {
    expect(search(state, FOUR, [at(FOUR, '2026-11'), at(THREE, '2026-10'), at(ONE, '2026-11')])).toEqual({
      found: '1',
      skipped: ['3: needs index 2026-10; production serves 2026-11'],
    });
  });

  it('is gone back to when it works with both, or says nothing of it', () => {
    expect(search(state, FOUR, [at(FOUR, '2026-11'), at(THREE, '2026-10', ['2026-11'])]).found).toBe('3');
    expect(search(state, FOUR, [at(FOUR, '2026-11'), ...revisionsOf(THREE)]).found).toBe('3');
    expect(search(state, FOUR, [...revisionsOf(FOUR), at(THREE, '2026-10')]).found).toBe('3');
  });

  it('is measured by the newest manifest that can be read', () => {
    const broken = { commit: sha('a'.repeat(40)), text: 'spec: [' };
    const gone = { commit: sha('b'.repeat(40)), text: undefined };
    const revisions = [gone, broken, at(FOUR, '2026-11'), at(THREE, '2026-10')];
    expect(search(state, FOUR, revisions)).toMatchObject({
      found: undefined,
      skipped: [expect.anything(), expect.anything()],
    });
  });
});
