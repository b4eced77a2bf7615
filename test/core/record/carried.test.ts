import { describe, expect, it } from 'vitest';
import type { RecordChain } from '../../../src/core/record/record-file.ts';
import type { BelayRecord } from '../../../src/core/record/record-schema.ts';
import { readState } from '../../../src/core/record/release-state.ts';
import { CANDIDATE, minute, refOf } from '../../builders/release.ts';

const OTHER = { version: '3.6.0', backend: 'scorer-c', digit: 'c' };
const RENAMED = { ...CANDIDATE, version: '3.5.1' };

type Told = readonly [kind: BelayRecord['decision']['kind'], candidate: typeof CANDIDATE, logHarm?: number];

/** What the state says is carried over to the last rollout of these records. */
function carriedAfter(...told: readonly Told[]): number {
  const records = told.map(([kind, candidate, logHarm], index) => ({
    sequence: index + 1,
    at: minute(index),
    trigger: { kind: 'schedule', actor: null },
    via: 'commit',
    decision: { kind, from: 0, to: 1, reasons: [] },
    stable: null,
    candidate: kind === 'adopt' ? null : refOf(candidate),
    good: null,
    quarantine: null,
    manifest: { path: 'releases/scorer.yaml', before: null, after: null },
    evidence: logHarm === undefined ? null : { logHarm },
  }));
  const candidate = told.at(-1)![1];
  return readState({ records, tip: null } as unknown as RecordChain, refOf(candidate)).carried;
}

const withdrawn: readonly Told[] = [
  ['start', CANDIDATE],
  ['advance', CANDIDATE, 3],
  ['adopt', CANDIDATE],
];
const half = (log: number) => Math.log((1 + Math.exp(log)) / 2);

describe('the evidence of an earlier trial of the same content', () => {
  it.each<{ name: string; told: readonly Told[]; carried: number }>([
    {
      name: 'is none in the first trial',
      told: [
        ['start', CANDIDATE],
        ['advance', CANDIDATE, 3],
      ],
      carried: 0,
    },
    { name: 'is halved with none', told: [...withdrawn, ['start', CANDIDATE]], carried: half(3) },
    { name: 'goes by content, not by name', told: [...withdrawn, ['start', RENAMED]], carried: half(3) },
    { name: 'is not for other content', told: [...withdrawn, ['start', OTHER]], carried: 0 },
    {
      name: 'is kept when the candidate is renamed in the manifest without being taken out',
      told: [
        ['start', CANDIDATE],
        ['advance', CANDIDATE, 3],
        ['start', RENAMED],
      ],
      carried: half(3),
    },
    {
      name: 'adds up over the trials',
      told: [
        ...withdrawn,
        ['start', CANDIDATE],
        ['pause', CANDIDATE, -2],
        ['adopt', CANDIDATE],
        ['start', CANDIDATE],
      ],
      carried: half(3) + half(-2),
    },
    {
      name: 'ends with a decision on it',
      told: [
        ['start', CANDIDATE],
        ['promote', CANDIDATE, 3],
        ['start', CANDIDATE],
      ],
      carried: 0,
    },
    {
      name: 'is not there when nothing was written of it',
      told: [
        ['start', CANDIDATE],
        ['adopt', CANDIDATE],
        ['start', CANDIDATE],
      ],
      carried: 0,
    },
    {
      name: 'costs at most ln 2 and never overflows',
      told: [
        ['start', CANDIDATE],
        ['advance', CANDIDATE, -1e4],
        ['adopt', CANDIDATE],
        ['start', CANDIDATE],
      ],
      carried: -Math.LN2,
    },
  ])('$name', ({ told, carried }) => {
    expect(carriedAfter(...told)).toBeCloseTo(carried, 12);
  });
});
