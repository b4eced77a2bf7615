import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/core/errors.ts';
import { judgeDocument } from '../../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';
import type { LimitSpec } from '../../../src/core/manifest/release-schema.ts';
import { millis } from '../../../src/core/units.ts';
import { checkNamed, counts, judge, type Story } from '../analysis/scenario.ts';

const slo: LimitSpec = {
  name: 'slo',
  kind: 'limit',
  provider: 'prod',
  bad: 'bad{v="{{version}}"}[{{window}}]',
  total: 'all{v="{{version}}"}[{{window}}]',
  objective: 0.999,
  // so that the e-process stays out of the way
  burnRate: 900,
  alerts: true,
};
const story = (now: number, part: Partial<LimitSpec> = {}): Story => ({ now, checks: [{ ...slo, ...part }] });
/** 1,000 requests a tick, of which so many are bad. */
const bad = (share: (tick: number) => number) =>
  counts('slo', [({ tick }) => share(tick), 1_000, 'missing', 'missing']);
const verdict = (told: Story, world: ReturnType<typeof bad>) => checkNamed(judge(told, world), 'slo').verdict;

describe('burn-rate alerts', () => {
  it('fire when a fiftieth of a month’s budget is gone in an hour and it still burns', () => {
    const assessment = judge(
      story(61),
      bad(() => 20),
    );
    expect(checkNamed(assessment, 'slo')).toMatchObject({
      verdict: 'fail',
      sentence:
        'slo: the error budget of 99.9% burns 20 times as fast as it may over the last 1h and 20 times over the last 5m; at most 14.4 times; a fixed rule, which the false rollback rate does not cover',
    });
    expect(assessment.overall).toBe('fail');
  });

  it('count what was before the rollout as nothing burnt', () => {
    // 20 times as fast: a fiftieth of the budget needs 43 minutes of that
    expect(
      verdict(
        story(41),
        bad(() => 20),
      ),
    ).not.toBe('fail');
    expect(
      verdict(
        story(46),
        bad(() => 20),
      ),
    ).toBe('fail');
    // a factor of 1 over three days is not reached by a burn of 2 in the first hours
    expect(
      verdict(
        story(301),
        bad(() => 2),
      ),
    ).not.toBe('fail');
  });

  it('stop when it burns no longer, and start anew', () => {
    const blip = bad((tick) => (tick <= 12 ? 20 : 0));
    expect(verdict(story(61), blip)).toBe('fail');
    expect(verdict(story(66), blip)).not.toBe('fail');
  });

  it('find a slow burn by the longer windows', () => {
    const sentence = checkNamed(
      judge(
        story(361),
        bad(() => 7),
      ),
      'slo',
    ).sentence;
    expect(sentence).toContain(
      'burns 7 times as fast as it may over the last 6h and 7 times over the last 30m',
    );
  });

  it('keep the shares of the budget of another period', () => {
    expect(
      verdict(
        story(61, { period: millis(7 * 86_400_000) }),
        bad(() => 20),
      ),
    ).toBe('fail');
    expect(
      verdict(
        story(61, { period: millis(90 * 86_400_000) }),
        bad(() => 20),
      ),
    ).not.toBe('fail');
  });

  it('do not see what has no numbers', () => {
    expect(verdict(story(61), counts('slo', ['missing', 1_000, 0, 0]))).toBe('no-data');
    const gap = counts('slo', [({ tick }) => (tick === 12 ? 'missing' : 30), 1_000, 0, 0]);
    expect(verdict(story(61), gap)).toBe('no-data');
  });

  it('are silent unless asked for', () => {
    expect(
      verdict(
        story(61, { alerts: false }),
        bad(() => 20),
      ),
    ).not.toBe('fail');
    expect(
      verdict(
        story(61, { alerts: undefined, objective: undefined, max: 0.9 }),
        bad(() => 20),
      ),
    ).not.toBe('fail');
  });

  it('are told to `belay judge` with the width of a tick', () => {
    const check = {
      name: 'slo',
      kind: 'limit',
      max: 0.9,
      alerts: { objective: 0.999 },
      ticks: Array.from({ length: 12 }, () => ({ candidate: { events: 20, exposure: 1_000 } })),
    };
    const assess = (head: object) => {
      const reading = readEvidence(
        JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', ...head, checks: [check] }),
        'evidence.json',
      );
      if (reading.kind !== 'read') throw new Error(reading.problems.map(formatProblem).join('; '));
      return judgeDocument(reading.evidence, { curve: false }).checks[0]!;
    };
    expect(assess({ tick: 300_000 })).toMatchObject({ verdict: 'fail' });
    expect(assess({ tick: 10_000 }).verdict).not.toBe('fail');
    expect(assess({})).toMatchObject({
      verdict: 'error',
      reason:
        'cannot be used: evidence.json:1:106 checks[0].alerts: expected the width of a tick in ms as tick of the document, got none',
    });
  });
});
