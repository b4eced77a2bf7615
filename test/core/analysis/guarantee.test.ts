import { describe, expect, it } from 'vitest';
import { changedGuarantee, guaranteeOf } from '../../../src/core/analysis/guarantee.ts';
import type { Config } from '../../../src/core/manifest/config-schema.ts';
import type { EvidenceSpec } from '../../../src/core/manifest/release-schema.ts';
import { probability } from '../../../src/core/units.ts';
import { errors, latency, minutes, releaseOf, type Story } from './scenario.ts';

const SOURCES: Config['providers'] = {
  prod: { kind: 'prometheus', url: 'https://prometheus.acme.dev' },
  other: { kind: 'openmetrics', file: 'metrics.om' },
};
const given = (story: Partial<Story>) => guaranteeOf(releaseOf({ now: 0, ...story }), SOURCES);
const base = given({});
const shared = { name: 'one', provider: 'prod' };
const distribution: EvidenceSpec = { name: 'scores', provider: 'prod', kind: 'distribution', bins: 'b' };
const split: EvidenceSpec = { name: 'traffic', provider: 'prod', kind: 'split', total: 't' };
const calibration: EvidenceSpec = {
  name: 'probabilities',
  provider: 'prod',
  kind: 'calibration',
  positives: 'p',
  total: 't',
  by: 'bin',
  bins: ['low', 'high'],
};

describe('what the error rates of a rollout rest on', () => {
  it('is written with every default filled in, and with the names of the defaults', () => {
    expect(base).toEqual({
      falseRollbackRate: 0.01,
      falseAdvanceRate: 0.05,
      tick: minutes(5),
      ingestDelay: minutes(1),
      providers: { prod: { kind: 'prometheus', url: 'https://prometheus.acme.dev' } },
      steps: [
        [5, minutes(60)],
        [25, minutes(60)],
        [100, minutes(24 * 60)],
      ],
      checks: {
        errors: {
          kind: 'proportion',
          provider: 'prod',
          weight: 1,
          action: 'rollback',
          required: true,
          harm: { ratio: 1.1, difference: 0 },
          safe: { ratio: 1.25, difference: 0.0025 },
          dispersion: 1,
          trim: 0,
          asks: { bad: errors.bad, total: errors.total },
          defaults: ['safe', 'dispersion', 'weight'],
        },
      },
    });
    expect(JSON.parse(JSON.stringify(base))).toEqual(base);
  });

  it.each<{ name: string; check: EvidenceSpec; defaults: readonly string[] }>([
    {
      name: 'distribution',
      check: distribution,
      defaults: ['tolerance', 'safe', 'trim', 'dispersion', 'weight'],
    },
    {
      name: 'distribution with tolerances',
      check: { ...distribution, tolerance: 0.03, safe: { tolerance: 0.05 } },
      defaults: ['trim', 'dispersion', 'weight'],
    },
    {
      name: 'drift, which is asked as one',
      check: { ...distribution, kind: 'drift' },
      defaults: ['tolerance', 'safe', 'trim', 'dispersion', 'weight'],
    },
    { name: 'split', check: split, defaults: ['tolerance', 'trim', 'dispersion', 'weight'] },
    {
      name: 'calibration',
      check: calibration,
      defaults: ['tolerance', 'safe', 'minShare', 'trim', 'dispersion', 'weight'],
    },
    {
      name: 'fairness',
      check: {
        ...shared,
        bad: 'b',
        total: 't',
        kind: 'fairness',
        by: 'country',
        groups: ['de', 'fr'],
        tolerate: { relative: 0.1 },
      },
      defaults: ['safe', 'minShare', 'trim', 'dispersion', 'weight'],
    },
    {
      name: 'gauge',
      check: { ...shared, kind: 'gauge', value: 'x', worse: 'higher' },
      defaults: ['tolerate', 'safe', 'weight'],
    },
    {
      name: 'limit by its objective',
      check: { ...shared, kind: 'limit', bad: 'b', total: 't', objective: 0.99 },
      defaults: ['burnRate', 'trim', 'dispersion', 'weight'],
    },
    {
      name: 'limit by its share',
      check: { ...shared, kind: 'limit', bad: 'b', total: 't', max: 0.02 },
      defaults: ['trim', 'dispersion', 'weight'],
    },
  ])('names the margins of a $name that are defaults', ({ check, defaults }) => {
    expect(Object.values(given({ checks: [check] }).checks).map((one) => one.defaults)).toEqual([defaults]);
  });

  it.each<{ name: string; check: EvidenceSpec; now: EvidenceSpec; says: string }>([
    {
      name: 'the time that a split is given to follow',
      check: split,
      now: { ...split, settle: minutes(30) },
      says: 'traffic.settle: not there at the start, 1800000 now',
    },
    {
      name: 'what a bin claims',
      check: { ...calibration, claimed: { low: 0.1, high: 0.9 } },
      now: { ...calibration, claimed: { low: 0.1, high: 0.8 } },
      says: 'probabilities.claimed.high: 0.9 at the start, 0.8 now',
    },
    {
      name: 'the label that tells bins apart',
      check: distribution,
      now: { ...distribution, by: 'class' },
      says: 'scores.by: not there at the start, "class" now',
    },
    {
      name: 'how late labels come',
      check: calibration,
      now: { ...calibration, labelDelay: minutes(60) },
      says: 'probabilities.labelDelay: not there at the start, 3600000 now',
    },
  ])('was changed by $name', ({ check, now, says }) => {
    const changes = changedGuarantee(given({ checks: [check] }), given({ checks: [now] }));
    expect(changes).toContain(says);
  });

  it('leaves out what stands outside the promise', () => {
    expect(Object.keys(given({ checks: [errors, latency] }).checks)).toEqual(['errors']);
  });

  it.each<{ name: string; story: Partial<Story>; says: readonly string[] }>([
    { name: 'nothing', story: {}, says: [] },
    {
      name: 'a default that is written out',
      story: { checks: [{ ...errors, weight: 1, dispersion: 1 }] },
      says: [],
    },
    {
      name: 'a margin',
      story: { checks: [{ ...errors, tolerate: { relative: 0.5 } }] },
      says: ['errors.harm.ratio: 1.1 at the start, 1.5 now', 'errors.safe.ratio: 1.25 at the start, 1.5 now'],
    },
    {
      name: 'a rate',
      story: { health: { falseRollbackRate: probability(0.1) } },
      says: ['falseRollbackRate: 0.01 at the start, 0.1 now'],
    },
    {
      name: 'the grid',
      story: { health: { tick: minutes(1) } },
      says: ['tick: 300000 at the start, 60000 now'],
    },
    {
      name: 'how long metrics take to be complete',
      story: { health: { ingestDelay: minutes(0.5) } },
      says: ['ingestDelay: 60000 at the start, 30000 now'],
    },
    {
      name: 'when a person is told, which no rate rests on',
      story: { health: { noDataDeadline: minutes(5) } },
      says: [],
    },
    {
      name: 'a query',
      story: { checks: [{ ...errors, bad: 'vector(0)' }] },
      says: [`errors.asks.bad: "${errors.bad}" at the start, "vector(0)" now`],
    },
    {
      name: 'another provider, and absence read as zero',
      story: { checks: [{ ...errors, provider: 'other', absentIsZero: true }] },
      says: [
        'errors.absentIsZero: not there at the start, true now',
        'errors.provider: "prod" at the start, "other" now',
      ],
    },
    {
      name: 'a step',
      story: { steps: [5, 100] },
      says: [
        'steps: [[5,3600000],[25,3600000],[100,86400000]] at the start, [[5,3600000],[100,86400000]] now',
      ],
    },
    {
      name: 'a check more',
      story: { checks: [errors, { ...errors, name: 'more' }] },
      says: ['more: not there at the start, there now'],
    },
    {
      name: 'another check',
      story: { checks: [{ ...errors, name: 'other' }] },
      says: ['errors: there at the start, not there now', 'other: not there at the start, there now'],
    },
    {
      name: 'a brake that is a notice now, in the words of the manifest',
      story: { checks: [{ ...errors, onFail: 'notify' }] },
      says: ['errors.onFail: "rollback, fallback or step-down" at the start, "notify" now'],
    },
    {
      name: 'a limit',
      story: { checks: [{ ...errors, limit: 0.02 }] },
      says: ['errors.limit: not there at the start, 0.02 now'],
    },
  ])('was changed by $name', ({ story, says }) => {
    expect(changedGuarantee(base, given(story))).toEqual(says);
  });

  it.each<{ name: string; sources: Config['providers']; says: readonly string[] }>([
    {
      name: 'another server',
      sources: { ...SOURCES, prod: { kind: 'prometheus', url: 'https://other.acme.dev', tenant: 'b' } },
      says: [
        '.belay/config.yaml providers.prod.tenant: not there at the start, "b" now',
        '.belay/config.yaml providers.prod.url: "https://prometheus.acme.dev" at the start, "https://other.acme.dev" now',
      ],
    },
    {
      name: 'a file in its place',
      sources: { prod: { kind: 'openmetrics', file: 'rosy.om' } },
      says: [
        '.belay/config.yaml providers.prod.file: not there at the start, "rosy.om" now',
        '.belay/config.yaml providers.prod.kind: "prometheus" at the start, "openmetrics" now',
        '.belay/config.yaml providers.prod.url: "https://prometheus.acme.dev" at the start, not there now',
      ],
    },
    {
      name: 'what counts as no sample',
      sources: {
        prod: { kind: 'prometheus', url: 'https://prometheus.acme.dev', maxStaleness: minutes(60) },
      },
      says: ['.belay/config.yaml providers.prod.maxStaleness: not there at the start, 3600000 now'],
    },
    {
      name: 'how the same server is asked: nothing',
      sources: {
        prod: {
          kind: 'prometheus',
          url: 'https://prometheus.acme.dev',
          timeout: minutes(1),
          auth: { kind: 'bearer', tokenEnv: 'PROMETHEUS_TOKEN' },
        },
      },
      says: [],
    },
    {
      name: 'a provider that no check asks: nothing',
      sources: { ...SOURCES, other: { kind: 'openmetrics', file: 'else.om' } },
      says: [],
    },
  ])('was changed by the config: $name', ({ sources, says }) => {
    expect(changedGuarantee(base, guaranteeOf(releaseOf({ now: 0 }), sources))).toEqual(says);
  });

  it('says nothing of what the start did not write down, or what is not known now', () => {
    const { providers: _, ingestDelay: __, ...old } = base;
    expect(changedGuarantee(old, given({ health: { ingestDelay: minutes(9) } }))).toEqual([]);
    expect(changedGuarantee(base, guaranteeOf(releaseOf({ now: 0 }), undefined))).toEqual([]);
  });
});
