import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { type Answer, buildChange, type ChangeInput } from '../../../src/core/change/build-change.ts';
import { readObservation } from '../../../src/core/decision/replay.ts';
import { readChain, readRecord, recordPath } from '../../../src/core/record/record-file.ts';
import { readState } from '../../../src/core/record/release-state.ts';
import { after, millis, percent, sha } from '../../../src/core/units.ts';
import { buildAssessment, CANDIDATE, minute, refOf, STABLE } from '../../builders/release.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The most of a file that is read. */
const MIB = 1_048_576;

/** A question with so many numbers as an answer, each as long as a double gets. */
function answer(id: string, points: number): Answer {
  const step = millis(300_000);
  const grid = { first: minute(0), last: after(minute(0), millis((points - 1) * step)), step };
  const request = { kind: 'range', query: `sum(${id})`, grid } as const;
  const values = Array.from({ length: points }, (_, index) => 1_000 / 7 + index);
  const observation: Observation = {
    provider: 'prod',
    request,
    fetchedAt: minute(0),
    outcome: { kind: 'series', values },
  };
  return { planned: { id, check: 'errors', provider: 'prod', request }, observation };
}

/** The same for buckets, so many numbers each. */
function grouped(id: string, points: number, values: readonly string[]): Answer {
  const { planned, observation } = answer(id, points);
  const { outcome } = observation;
  if (outcome.kind !== 'series' || planned.request.kind !== 'range') throw new Error(id);
  const request = { ...planned.request, kind: 'grouped', by: 'le' } as const;
  const groups = values.map((value) => ({ value, values: [...outcome.values, 'missing' as const] }));
  return {
    planned: { ...planned, request },
    observation: { ...observation, request, outcome: { kind: 'grouped', groups } },
  };
}

function changeWith(
  kind: 'adopt' | 'start' | 'advance',
  {
    files = new Map<string, string>(),
    ...input
  }: Partial<ChangeInput> & { files?: Map<string, string> } = {},
) {
  const reading = readChain('scorer', files, sha256);
  if (reading.kind === 'broken') throw new Error(reading.problems[0]!.message);
  return buildChange({
    run: {
      tool: 'belay test',
      trigger: { kind: 'schedule', actor: null },
      base: sha('1'.repeat(40)),
      now: minute(0),
    },
    release: 'scorer',
    decision: { kind, from: percent(0), to: percent(5), reasons: [{ code: 'CHECKS_PASS', text: 'because' }] },
    via: 'commit',
    state: readState(reading.chain, refOf(CANDIDATE)),
    stable: refOf(STABLE),
    candidate: refOf(CANDIDATE),
    rollout: undefined,
    manifest: { path: 'releases/scorer.yaml', before: 'a', after: 'b' },
    targets: [],
    sha256,
    ...input,
  });
}

describe('a record with much evidence', () => {
  const assessment = buildAssessment({ errors: 'pass' });

  it('holds all of it as long as its file can be read again', () => {
    const text = changeWith('advance', { assessment, answers: [answer('a', 20_000)] }).files.at(-1)!.after;
    expect(text.length).toBeLessThan(MIB);
    const [item] = readRecord('r', text)!.evidence!.observations;
    expect(item!.outcome).toMatchObject({ kind: 'series', values: expect.arrayContaining([1_000 / 7]) });
  });

  it('leaves out the numbers, and not what was asked and decided, where the file would be too large', () => {
    const answers = ['a', 'b', 'c', 'd'].map((id) => answer(id, 20_000));
    const text = changeWith('advance', { assessment, answers }).files.at(-1)!.after;
    expect(Buffer.byteLength(text)).toBeLessThan(MIB);
    const { evidence } = readRecord('r', text)!;
    expect(evidence!.checks).toMatchObject([{ name: 'errors', verdict: 'pass' }]);
    expect(evidence!.observations.map(({ id, outcome }) => [id, outcome])).toEqual(
      ['a', 'b', 'c', 'd'].map((id) => [id, { kind: 'omitted', points: 20_000 }]),
    );
    expect(evidence!.observations[0]!.request).toMatchObject({ kind: 'range', query: 'sum(a)' });
  });

  it('holds groups as they came, each on one line', () => {
    const given = grouped('a', 3, ['0.1', '+Inf']);
    const text = changeWith('advance', { assessment, answers: [given] }).files.at(-1)!.after;
    const [item] = readRecord('r', text)!.evidence!.observations;
    expect(readObservation(item!)).toEqual(given.observation);
    expect(text).toMatch(/"value": "\+Inf",\n +"values": \[142\.\d+, 143\.\d+, 144\.\d+, "missing"\]\n/);
  });

  it('leaves out the numbers of groups first', () => {
    const answers = [answer('a', 20_000), grouped('b', 9_999, ['1', '2', '3'])];
    const text = changeWith('advance', { assessment, answers }).files.at(-1)!.after;
    const { observations } = readRecord('r', text)!.evidence!;
    expect(observations.map(({ outcome }) => outcome.kind)).toEqual(['series', 'omitted']);
    expect(observations[1]).toMatchObject({
      request: { kind: 'grouped', by: 'le' },
      outcome: { points: 30_000 },
    });
  });

  it('leaves out all numbers where those of groups are not enough', () => {
    const answers = ['a', 'b', 'c', 'd'].map((id) => answer(id, 20_000));
    const text = changeWith('advance', { assessment, answers: [...answers, grouped('e', 1, ['1'])] });
    const { observations } = readRecord('r', text.files.at(-1)!.after)!.evidence!;
    expect(observations.map(({ outcome }) => outcome.kind)).toEqual(Array(5).fill('omitted'));
  });

  it('is measured in bytes, since groups may be named in any script', () => {
    const names = Array.from({ length: 200 }, (_, index) => '名😀é'.repeat(50).slice(0, 190) + index);
    const answers = Array.from({ length: 13 }, (_, index) => grouped(`q${index}`, 1, names));
    const text = changeWith('advance', { assessment, answers }).files.at(-1)!.after;
    expect(Buffer.byteLength(text)).toBeLessThan(900_000);
    const fewer = changeWith('advance', { assessment, answers: answers.slice(0, 6) }).files.at(-1)!.after;
    expect(fewer).toContain('"kind": "grouped",\n          "groups"');
  });

  it('is not replayed from numbers that are not there', () => {
    const answers = ['a', 'b', 'c', 'd'].map((id) => answer(id, 20_000));
    const text = changeWith('advance', { assessment, answers }).files.at(-1)!.after;
    const [item] = readRecord('r', text)!.evidence!.observations;
    expect(() => readObservation(item!)).toThrow('its 20000 values were left out of the record');
  });
});

describe('the folder of a release', () => {
  function chainOf(kinds: readonly ('adopt' | 'start' | 'advance')[]): Map<string, string> {
    const files = new Map<string, string>();
    for (const kind of kinds) {
      const file = changeWith(kind, { files }).files.at(-1)!;
      files.set(file.path, file.after);
    }
    return files;
  }

  it('may hold other files', () => {
    const files = chainOf(['adopt', 'start']);
    files.set('.belay/records/scorer/README.md', 'do not touch');
    const reading = readChain('scorer', files, sha256);
    expect(reading.kind === 'ok' && reading.chain.records.length).toBe(2);
  });

  it('tells of the rollout that is not ended, whatever the manifest holds', () => {
    const unfinished = (kinds: readonly ('adopt' | 'start' | 'advance')[]) => {
      const reading = readChain('scorer', chainOf(kinds), sha256);
      if (reading.kind === 'broken') throw new Error('broken');
      return readState(reading.chain, undefined).unfinished?.version;
    };
    expect(unfinished(['adopt'])).toBeUndefined();
    expect(unfinished(['adopt', 'start', 'advance'])).toBe('3.5.0');
    expect(unfinished(['adopt', 'start', 'advance', 'adopt'])).toBeUndefined();
  });

  it('does not give back a rollout that ended when its candidate was taken out', () => {
    const reading = readChain('scorer', chainOf(['adopt', 'start', 'adopt']), sha256);
    if (reading.kind === 'broken') throw new Error('broken');
    expect(readState(reading.chain, refOf(CANDIDATE)).rollout).toBeUndefined();
    expect(recordPath('scorer', 12_345)).toBe('.belay/records/scorer/12345.json');
  });
});
