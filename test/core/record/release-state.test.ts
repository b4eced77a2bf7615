import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildChange } from '../../../src/core/change/build-change.ts';
import type { RecordedKind } from '../../../src/core/decision/decision.ts';
import { readChain } from '../../../src/core/record/record-file.ts';
import {
  findQuarantine,
  findTakeover,
  type ReleaseState,
  readState,
} from '../../../src/core/record/release-state.ts';
import { percent, sha } from '../../../src/core/units.ts';
import { minute, refOf, type VersionInput } from '../../builders/release.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const BASE = sha('1'.repeat(40));
const ONE: VersionInput = { version: '1', backend: 'slot-a', digit: '1' };
const TWO: VersionInput = { version: '2', backend: 'slot-b', digit: '2' };
const THREE: VersionInput = { version: '3', backend: 'slot-a', digit: '3' };

type Step = readonly [kind: RecordedKind, stable: VersionInput, candidate?: VersionInput];

const FIRST: Step = ['adopt', ONE];
const PROMOTED: readonly Step[] = [FIRST, ['start', ONE, TWO], ['promote', ONE, TWO]];

/** What the records say after these decisions, each written on the state that the ones before it give. */
function stateAfter(...steps: readonly Step[]): ReleaseState {
  const files = new Map<string, string>();
  const read = (): ReleaseState => {
    const reading = readChain('scorer', files, sha256);
    if (reading.kind === 'broken') throw new TypeError(reading.problems[0]!.message);
    return readState(reading.chain, undefined);
  };
  for (const [index, [kind, stable, candidate]] of steps.entries()) {
    const state = read();
    const good = state.good.find(({ ref }) => ref.version === stable.version);
    const change = buildChange({
      run: {
        tool: 'belay test',
        trigger: { kind: 'schedule', actor: null },
        base: BASE,
        now: minute(index),
      },
      release: 'scorer',
      decision: {
        kind,
        from: percent(0),
        to: percent(0),
        reasons: [{ code: 'CHECKS_PASS', text: 'because' }],
      },
      via: 'commit',
      state,
      stable: refOf(stable),
      candidate: candidate ? refOf(candidate) : null,
      rollout: undefined,
      manifest: { path: 'releases/scorer.yaml', before: `${index}`, after: `${index + 1}` },
      targets: [],
      ...(kind === 'rollback' && candidate && good
        ? {
            quarantine: refOf(candidate),
            restored: { version: refOf(stable), commit: BASE, record: good.record, passedOver: [] },
          }
        : {}),
      sha256,
    });
    const file = change.files.at(-1)!;
    files.set(file.path, file.after);
  }
  return read();
}

describe('the backends that the records know', () => {
  it('hold the version that came last', () => {
    const { backends } = stateAfter(...PROMOTED, ['start', TWO, THREE]);
    expect([...backends].map(([name, { ref, record }]) => [name, ref.version, record])).toEqual([
      ['slot-b', '2', 4],
      ['slot-a', '3', 4],
    ]);
  });

  it('hold what a rollback restored, should it have been in the place of the bad version', () => {
    const { backends } = stateAfter(FIRST, ['rollback', ONE, THREE]);
    expect(backends.get('slot-a')).toMatchObject({ ref: { version: '1' }, record: 2 });
  });

  it('say who took over whose', () => {
    const state = stateAfter(...PROMOTED, ['start', TWO, THREE]);
    expect(findTakeover(state, refOf(ONE))).toMatchObject({ ref: { version: '3' }, record: 4 });
    expect(findTakeover(state, refOf(TWO))).toBeUndefined();
    expect(findTakeover(state, refOf({ ...ONE, backend: 'slot-c' }))).toBeUndefined();
  });

  it('are not taken over by another name for the same thing', () => {
    const state = stateAfter(FIRST, ['adopt', { ...ONE, version: '1-hotfix' }]);
    expect(findTakeover(state, refOf(ONE))).toBeUndefined();
  });
});

describe('a name that comes again', () => {
  const again: VersionInput = { ...THREE, version: '1' };
  const state = stateAfter(...PROMOTED, ['start', TWO, again], ['rollback', TWO, again]);

  it('may not come a third time', () => {
    expect(findQuarantine(state, refOf({ ...again, digit: '7' }))).toMatchObject({ record: 5 });
  });

  it('leaves the good version alone that had it first', () => {
    expect(findQuarantine(state, refOf(ONE))).toBeUndefined();
    expect(state.good.map(({ ref }) => ref)).toEqual([refOf(TWO), refOf(ONE)]);
  });
});

describe('what was gone back to', () => {
  it('is the newest good version, once, and by the record that said so first', () => {
    const { good } = stateAfter(...PROMOTED, ['start', TWO, THREE], ['rollback', ONE, THREE]);
    expect(good.map(({ ref, record }) => [ref.version, record])).toEqual([
      ['1', 1],
      ['2', 3],
    ]);
  });
});

describe('a version that was gone back to', () => {
  it('was itself up to when the version that took its place was begun with', () => {
    const { watched } = stateAfter(
      ...PROMOTED,
      ['start', TWO, THREE],
      ['rollback', TWO, THREE],
      ['rollback', ONE, TWO],
    );
    expect(watched).toMatchObject({ kind: 'restored', ref: { version: '1' }, troubledSince: minute(2) });
  });

  it('was itself up to the rollback when nothing took its place', () => {
    const { watched } = stateAfter(...PROMOTED, ['start', TWO, THREE], ['rollback', TWO, THREE]);
    expect(watched).toMatchObject({ ref: { version: '2' }, troubledSince: minute(4) });
  });

  it('that was gone back to before was itself until the last trouble, not until the one before', () => {
    const { watched } = stateAfter(
      ...PROMOTED,
      ['rollback', ONE, TWO],
      ['start', ONE, THREE],
      ['rollback', ONE, THREE],
    );
    expect(watched).toMatchObject({ ref: { version: '1' }, bad: { version: '3' }, troubledSince: minute(5) });
  });

  it('is as old as the rollout that brought it', () => {
    const { watched } = stateAfter(...PROMOTED, ['start', TWO, THREE], ['rollback', TWO, THREE]);
    expect(watched).toMatchObject({ broughtAt: minute(1) });
    expect(stateAfter(FIRST, ['start', ONE, TWO], ['rollback', ONE, TWO]).watched).toMatchObject({
      broughtAt: undefined,
    });
  });

  it('is good, and not watched any more, once it has recovered', () => {
    const { good, watched } = stateAfter(...PROMOTED, ['rollback', ONE, TWO], ['recover', ONE]);
    expect(good.map(({ ref, record }) => [ref.version, record])).toEqual([['1', 5]]);
    expect(watched).toBeUndefined();
  });
});
