import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildChange, type ChangeInput } from '../../../src/core/change/build-change.ts';
import type { Decision, RecordedKind } from '../../../src/core/decision/decision.ts';
import { readChain, recordPath, serialiseRecord } from '../../../src/core/record/record-file.ts';
import { RecordSchema } from '../../../src/core/record/record-schema.ts';
import { findQuarantine, readState } from '../../../src/core/record/release-state.ts';
import { type Digest, percent, sha } from '../../../src/core/units.ts';
import { buildAssessment, buildState, CANDIDATE, minute, refOf, STABLE } from '../../builders/release.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const BASE = sha('1'.repeat(40));

interface Step {
  readonly kind: RecordedKind;
  readonly from?: number;
  readonly to?: number;
  readonly at: number;
  readonly via?: 'commit' | 'pull-request';
  readonly code?: Decision['reasons'][0]['code'];
}

/** Writes records one after the other, as the app does: each from the state that the ones before it give. */
function writeChain(steps: readonly Step[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const step of steps) {
    const reading = readChain('scorer', files, sha256);
    if (reading.kind === 'broken') throw new TypeError(reading.problems[0]!.message);
    const change = buildChange({ ...inputOf(step), state: readState(reading.chain, refOf(CANDIDATE)) });
    const file = change.files.at(-1)!;
    files.set(file.path, file.after);
  }
  return files;
}

function inputOf(step: Step): Omit<ChangeInput, 'state'> {
  const decision = {
    kind: step.kind,
    from: percent(step.from ?? 0),
    to: percent(step.to ?? 0),
    reasons: [{ code: step.code ?? 'CHECKS_PASS', text: 'because' }],
  } as const;
  return {
    run: { tool: 'belay test', trigger: { kind: 'schedule', actor: null }, base: BASE, now: minute(step.at) },
    release: 'scorer',
    decision,
    via: step.via ?? 'commit',
    stable: refOf(STABLE),
    candidate: refOf(CANDIDATE),
    rollout: undefined,
    manifest: { path: 'releases/scorer.yaml', before: `weight: ${step.from}`, after: `weight: ${step.to}` },
    targets: [{ path: 'serving/scorer.yaml', before: 'a', after: 'b' }],
    ...(step.kind === 'rollback'
      ? {
          quarantine: refOf(CANDIDATE),
          restored: { version: refOf(STABLE), commit: BASE, record: 1, passedOver: [] },
        }
      : {}),
    assessment: buildAssessment({ errors: 'pass' }),
    answers: [],
    sha256,
  };
}

function stateOf(
  files: ReadonlyMap<string, string>,
  landed?: ReadonlyMap<number, ReturnType<typeof minute>>,
) {
  const reading = readChain('scorer', files, sha256);
  if (reading.kind === 'broken') throw new TypeError(reading.problems[0]!.message);
  return readState(reading.chain, refOf(CANDIDATE), landed);
}

const ROLLOUT: readonly Step[] = [
  { kind: 'adopt', at: 0 },
  { kind: 'start', from: 0, to: 1, at: 5 },
  { kind: 'advance', from: 1, to: 5, at: 40 },
];

describe('records', () => {
  it('are read back as they were written', () => {
    const files = writeChain(ROLLOUT);
    for (const text of files.values()) {
      const parsed = RecordSchema.parse(JSON.parse(text));
      expect(parsed.release).toBe('scorer');
      expect(serialiseRecord(JSON.parse(text))).toBe(text);
    }
    expect([...files.keys()]).toEqual([1, 2, 3].map((sequence) => recordPath('scorer', sequence)));
  });

  it('give the state of a rollout under way', () => {
    const state = stateOf(writeChain(ROLLOUT));
    expect(state.sequence).toBe(3);
    expect(state.good).toEqual([{ ref: refOf(STABLE), record: 1 }]);
    expect(state.rollout).toEqual({
      startedAt: minute(5),
      transitions: [
        { weight: 1, at: minute(5) },
        { weight: 5, at: minute(40) },
      ],
    });
    expect(state.pause).toBeUndefined();
  });

  it('date a step that came by pull request by when it landed', () => {
    const steps: readonly Step[] = [ROLLOUT[0]!, { ...ROLLOUT[1]!, via: 'pull-request' }];
    const files = writeChain(steps);
    expect(stateOf(files).proposed).toEqual([2]);
    expect(stateOf(files, new Map([[2, minute(90)]])).rollout?.startedAt).toBe(minute(90));
  });

  it('know a pause until the next step', () => {
    const paused = writeChain([
      ...ROLLOUT,
      { kind: 'pause', from: 5, to: 5, at: 200, code: 'EVIDENCE_MISSING' },
    ]);
    expect(stateOf(paused).pause).toMatchObject({ at: minute(200), code: 'EVIDENCE_MISSING' });
    expect(stateOf(paused).rollout?.transitions).toHaveLength(2);
  });

  it('end a rollout with a promotion that makes the candidate good', () => {
    const state = stateOf(writeChain([...ROLLOUT, { kind: 'promote', from: 100, to: 0, at: 2000 }]));
    expect(state.rollout).toBeUndefined();
    expect(state.good.map((good) => good.ref.version)).toEqual([CANDIDATE.version, STABLE.version]);
  });

  it('end a rollout with a rollback that quarantines the candidate', () => {
    const state = stateOf(writeChain([...ROLLOUT, { kind: 'rollback', from: 5, to: 0, at: 60 }]));
    expect(state.rollout).toBeUndefined();
    expect(findQuarantine(state, refOf(CANDIDATE))?.record).toBe(4);
    expect(findQuarantine(state, refOf({ ...CANDIDATE, version: '3.5.1' }))?.record).toBe(4);
    expect(findQuarantine(state, refOf({ version: '3.5.1', backend: 'x', digit: 'd' }))).toBeUndefined();
  });

  it('take a promoted version out of the good ones when it is rolled back later', () => {
    const state = stateOf(
      writeChain([
        ...ROLLOUT,
        { kind: 'promote', from: 100, to: 0, at: 2000 },
        { kind: 'rollback', at: 2100 },
      ]),
    );
    expect(state.good.map((good) => good.ref.version)).toEqual([STABLE.version]);
  });

  it.each([
    {
      name: 'altered',
      change: (files: Map<string, string>) =>
        files.set(recordPath('scorer', 2), files.get(recordPath('scorer', 2))!.replace('because', 'why not')),
      code: 'RECORD_CHAIN_BROKEN',
      file: 3,
    },
    {
      name: 'deleted',
      change: (files: Map<string, string>) => files.delete(recordPath('scorer', 2)),
      code: 'RECORD_MISSING',
      file: 2,
    },
    {
      name: 'not JSON',
      change: (files: Map<string, string>) => files.set(recordPath('scorer', 3), '{'),
      code: 'RECORD_UNREADABLE',
      file: 3,
    },
    {
      name: 'of another shape',
      change: (files: Map<string, string>) => files.set(recordPath('scorer', 3), '{"kind":"Record"}'),
      code: 'RECORD_UNREADABLE',
      file: 3,
    },
    {
      name: 'swapped',
      change: (files: Map<string, string>) =>
        files.set(recordPath('scorer', 2), files.get(recordPath('scorer', 3))!),
      code: 'RECORD_CHAIN_BROKEN',
      file: 2,
    },
  ])('that are $name are noticed', ({ change, code, file }) => {
    const files = writeChain(ROLLOUT);
    change(files);
    const reading = readChain('scorer', files, sha256);
    expect(reading.kind).toBe('broken');
    if (reading.kind === 'broken')
      expect(reading.problems[0]).toMatchObject({ code, at: { file: recordPath('scorer', file) } });
  });
});

describe('buildChange', () => {
  it('names the same operation for the same decision on the same files, whenever it is made', () => {
    const state = buildState();
    const step: Step = { kind: 'advance', from: 1, to: 5, at: 40 };
    const first = buildChange({ ...inputOf(step), state });
    const later = buildChange({ ...inputOf({ ...step, at: 45 }), state });
    const other = buildChange({
      ...inputOf(step),
      state: buildState({ sequence: 5, tip: `sha256:${'9'.repeat(64)}` as Digest }),
    });
    expect(later.operation).toBe(first.operation);
    expect(other.operation).not.toBe(first.operation);
    expect(first.body.endsWith(`Belay-Op: ${first.operation}`)).toBe(true);
  });

  it('says step, evidence and record in the subject', () => {
    const change = buildChange({
      ...inputOf({ kind: 'advance', from: 10, to: 25, at: 40 }),
      state: buildState({ sequence: 6 }),
    });
    expect(change.subject).toBe('release(scorer): canary 10% → 25% (1 of 1 pass, record 0007)');
  });

  it('writes nothing for a file that stays as it is', () => {
    const input = inputOf({ kind: 'pause', from: 5, to: 5, at: 40 });
    const change = buildChange({ ...input, targets: [], state: buildState() });
    expect(change.files.map((file) => file.path)).toEqual([recordPath('scorer', 2)]);
  });
});
