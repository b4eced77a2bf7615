import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';
import { countKeys, expandCheck } from '../../../src/core/manifest/expand-check.ts';
import { parseRelease } from '../../../src/core/manifest/parse-release.ts';
import type { CheckSpec, EvidenceSpec } from '../../../src/core/manifest/release-schema.ts';
import { buildRelease, CANDIDATE, ERRORS_CHECK, writeRelease } from '../../builders/release.ts';

const query = (metric: string, by = '') => `sum${by}(increase(${metric}{version="{{version}}"}[{{window}}]))`;
const QUESTIONS: Readonly<Record<string, Record<string, unknown>>> = {
  throughput: { value: 'avg(rate(done_total{version="{{version}}"}[{{window}}]))' },
  saturation: { value: 'max(memory_used{version="{{version}}"})' },
  drift: { bins: query('scores_bucket', ' by (le)') },
  confidence: { bins: query('confidence_bucket', ' by (le)') },
  errors: { bad: query('failed'), total: query('all') },
  accuracy: { correct: query('right'), labelled: query('labelled'), labelDelay: '6h', min: '90%' },
  'data-quality': { violations: query('nulls'), total: query('values') },
  agreement: { differing: query('differs'), compared: query('compared'), max: '2%' },
  business: { events: query('orders'), users: query('users') },
  fairness: {
    bad: query('bad', ' by (region)'),
    total: query('all', ' by (region)'),
    by: 'region',
    groups: ['de', 'fr'],
  },
  calibration: {
    positives: query('positive', ' by (bin)'),
    total: query('labelled', ' by (bin)'),
    by: 'bin',
    bins: ['0.05', '0.5'],
  },
};

const checkOf = (kind: string, more: object = {}) => ({
  name: kind,
  kind,
  provider: 'prod',
  ...QUESTIONS[kind],
  ...more,
});
function specOf(kind: string, more: object = {}): EvidenceSpec {
  const release = buildRelease({ candidate: CANDIDATE, checks: [checkOf(kind, more)] });
  return release.spec.health.checks[0] as EvidenceSpec;
}
/** Codes and paths below the second check; the first is what judges the bake. */
function problemsOf(kind: string, more: object = {}, release: object = {}) {
  const text = stringify(
    writeRelease({
      candidate: CANDIDATE,
      checks: [{ ...ERRORS_CHECK, name: 'bake' }, checkOf(kind, more)],
      ...release,
    }),
  );
  const { problems } = parseRelease('releases/scorer.yaml', text);
  return problems.map(
    ({ code, path, severity }) => `${severity} ${code} ${path.replace('spec.health.checks[1].', '')}`,
  );
}

describe('a question of the field', () => {
  it.each(Object.keys(QUESTIONS))('%s is answered in a document by the kind that judges it', (kind) => {
    const document = {
      falseRollbackRate: 0.01,
      falseAdvanceRate: 0.05,
      checks: [{ name: kind, kind, ticks: [] }],
    };
    const reading = readEvidence(
      JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', ...document }),
      'evidence.json',
    );
    const [check] = reading.kind === 'read' ? reading.evidence.checks : [];
    const { kind: judged } = expandCheck(specOf(kind));
    const problem = check?.kind === 'unusable' ? (check.problems[0]?.message ?? '') : '';
    if (judged === kind) expect(problem).not.toContain('write "kind"');
    else expect(problem).toContain(`; write "kind": "${judged}", "question": "${kind}"`);
  });

  it.each(Object.keys(QUESTIONS))('%s is read without a word', (kind) => {
    expect(problemsOf(kind)).toEqual([]);
  });

  it.each([
    ['errors', 'proportion'],
    ['accuracy', 'proportion'],
    ['data-quality', 'proportion'],
    ['business', 'proportion'],
    ['agreement', 'limit'],
  ])('%s is asked as %s and keeps its name', (question, kind) => {
    expect(expandCheck(specOf(question))).toMatchObject({ kind, question, name: question, provider: 'prod' });
  });

  it.each(['fairness', 'calibration'])('%s is a kind of its own', (kind) => {
    const spec = specOf(kind);
    expect(expandCheck(spec)).toBe(spec);
  });

  it('of accuracy counts the wrong ones, a point more of which is harm, two are not safe, and no batch is forgiven', () => {
    expect(expandCheck(specOf('accuracy'))).toMatchObject({
      bad: query('right'),
      total: query('labelled'),
      complement: true,
      tolerate: { absolute: 0.01 },
      safe: { relative: 0, absolute: 0.02 },
      limit: expect.closeTo(0.1, 12),
      trim: 0,
      labelDelay: 6 * 3_600_000,
    });
  });

  it('of business takes fewer for worse, unless told otherwise', () => {
    expect(expandCheck(specOf('business', { min: '1%' }))).toMatchObject({
      worse: 'fewer',
      unit: 'user',
      limit: 0.01,
      tolerate: { relative: 0.02 },
      safe: { relative: 0.1, absolute: 0 },
    });
    const more = expandCheck(specOf('business', { worse: 'more', max: '3%' }));
    expect(more).toMatchObject({ limit: 0.03 });
    expect(more.worse).toBeUndefined();
  });

  it('of agreement holds, for a better version differs as well', () => {
    expect(expandCheck(specOf('agreement'))).toMatchObject({ onFail: 'hold', max: 0.02 });
    expect(expandCheck(specOf('agreement', { onFail: 'rollback' }))).toMatchObject({ onFail: 'rollback' });
  });

  it.each([
    ['throughput', {}, { kind: 'gauge', worse: 'lower' }],
    ['saturation', {}, { kind: 'gauge', worse: 'higher' }],
    ['confidence', {}, { kind: 'distribution' }],
    ['drift', {}, { kind: 'distribution' }],
    ['drift', { of: 'features' }, { kind: 'distribution', onFail: 'hold' }],
    ['drift', { of: 'features', onFail: 'notify' }, { kind: 'distribution', onFail: 'notify' }],
  ])('asks %s with %j as another kind', (kind, more, expected) => {
    const asked = expandCheck(specOf(kind, more));
    expect(asked).toMatchObject({ ...expected, question: kind });
    expect(asked).not.toHaveProperty('of');
    expect(problemsOf(kind, more)).toEqual([]);
  });

  it('has no default of safe below what it tolerates', () => {
    expect(expandCheck(specOf('accuracy', { tolerate: { absolute: '5%', relative: '1%' } }))).toMatchObject({
      safe: { relative: 0.01, absolute: 0.05 },
    });
  });

  it('calls its counts what the manifest calls them', () => {
    const keys = (kind: string) => countKeys(specOf(kind) as CheckSpec);
    expect(keys('accuracy')).toEqual({ bad: 'correct', total: 'labelled', limit: 'min' });
    expect(keys('errors')).toEqual({ bad: 'bad', total: 'total', limit: 'limit' });
    expect(keys('calibration')).toEqual({ bad: 'positives', total: 'total', limit: 'limit' });
  });
});

describe('a question that cannot be judged as it is written', () => {
  it.each([
    ['drift', { of: 'features', onFail: 'rollback' }, 'error FEATURES_ONLY_HOLD onFail'],
    ['drift', { of: 'features', onFail: 'step-down' }, 'error FEATURES_ONLY_HOLD onFail'],
    [
      'confidence',
      { tolerance: '6%', safe: { tolerance: '3%' } },
      'error SAFE_BELOW_TOLERATE safe.tolerance',
    ],
    ['throughput', { safe: { absolute: 3 } }, 'error MARGIN_UNITS_DIFFER safe.absolute'],
    ['fairness', { groups: ['de', 'fr', 'de'] }, 'error PART_REPEATED groups[2]'],
    ['calibration', { bins: ['low', '0.5'] }, 'error CLAIM_MISSING bins[0]'],
    ['calibration', { bins: ['low'], claimed: { low: '5%', high: '50%' } }, 'error BIN_UNKNOWN claimed.high'],
    [
      'calibration',
      { claims: query('sums', ' by (bin)'), claimed: { '0.05': '5%' } },
      'error CLAIMS_TWICE claimed',
    ],
    ['calibration', { tolerance: '6%', safe: '5%' }, 'error SAFE_BELOW_TOLERATE safe'],
    ['accuracy', { safe: { absolute: '0.5%' } }, 'error SAFE_BELOW_TOLERATE safe.absolute'],
    ['accuracy', { labelDelay: '60h' }, 'error LABELS_TOO_LATE labelDelay'],
    ['accuracy', { min: '100%' }, 'error LIMIT_OUT_OF_RANGE min'],
    ['business', { max: '5%' }, 'error BOUND_UNUSED max'],
    ['business', { tolerate: { relative: '100%' } }, 'error MARGIN_OUT_OF_RANGE tolerate.relative'],
    ['agreement', { max: '100%' }, 'error LIMIT_OUT_OF_RANGE max'],
    ['accuracy', { correct: 'sum(right{version="{{version}}"})' }, 'error QUERY_WITHOUT_WINDOW correct'],
    ['business', { users: 'sum(increase(users[{{window}}]))' }, 'error QUERY_NOT_PER_VERSION users'],
  ])('%s with %j: %s', (kind, more, problem) => {
    expect(problemsOf(kind, more)).toContain(problem);
  });

  it('need not come in time when no step waits for it', () => {
    expect(problemsOf('accuracy', { labelDelay: '60h', required: false })).toEqual([]);
  });

  it('leaves the bake unjudged without a bound of its own', () => {
    const bake = (kind: string, more: object = {}) => {
      const text = stringify(writeRelease({ candidate: CANDIDATE, checks: [checkOf(kind, more)] }));
      return parseRelease('releases/scorer.yaml', text).problems.map(({ code }) => code);
    };
    expect(bake('errors')).toEqual(['BAKE_UNCHECKED']);
    expect(bake('business')).toEqual(['BAKE_UNCHECKED']);
    expect(bake('fairness')).toEqual(['BAKE_UNCHECKED']);
    expect(bake('calibration')).toEqual(['BAKE_UNCHECKED']);
    expect(bake('business', { min: '1%' })).toEqual([]);
    expect(bake('calibration', { against: 'claims' })).toEqual([]);
    expect(bake('agreement')).toEqual([]);
    expect(bake('accuracy')).toEqual([]);
  });
});
