import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/manifest/config-schema.ts';
import { withTierBrakes } from '../../../src/core/manifest/tier-brakes.ts';
import { buildRelease, ERRORS_CHECK } from '../../builders/release.ts';

const query = 'sum(increase(x{version="{{version}}"}[{{window}}]))';
const check = (kind: string, rest: Record<string, unknown>) => ({
  name: 'one',
  kind,
  provider: 'prod',
  ...rest,
});
const ERRORS = { ...ERRORS_CHECK, name: 'one' };
const ACCURACY = check('accuracy', { correct: query, labelled: query });
const FEATURES = check('drift', { bins: query, by: 'le', of: 'features' });
const FIXED = check('distribution', {
  bins: query,
  by: 'le',
  against: 'reference',
  reference: [1, 1],
});
const BOUND = check('threshold', { query, max: 1 });
const SPLIT = check('split', { total: query });

const configOf = (brakes: Record<string, unknown>) =>
  configSchema().parse({
    apiVersion: 'belay.dev/v1',
    kind: 'Config',
    providers: { prod: { kind: 'openmetrics', file: 'metrics.om' } },
    tiers: { high: { brakes } },
  });

function taken(brakes: Record<string, unknown>, one: unknown): unknown {
  const release = withTierBrakes(buildRelease({ tier: 'high', checks: [one] }), configOf(brakes));
  const [judged] = release.spec.health.checks;
  expect(release.byTier?.checks ?? []).toEqual(judged && 'onFail' in judged && release.byTier ? ['one'] : []);
  return release.byTier && judged && 'onFail' in judged ? judged.onFail : undefined;
}

describe('a check takes from its tier', () => {
  it.each([
    [
      'what is said of its kind',
      { drift: { default: 'pause' } },
      { ...FEATURES, of: 'predictions' },
      'pause',
    ],
    ['what is said of the question that it asks', { errors: { default: 'hold' } }, ERRORS, 'hold'],
    [
      'what is said of the kind that it is asked as',
      { proportion: { default: 'reduce' } },
      ACCURACY,
      'reduce',
    ],
    [
      'what is said of its own kind first',
      { proportion: { default: 'reduce' }, accuracy: { default: 'notify' } },
      ACCURACY,
      'notify',
    ],
    ['no more than its kind can do', { drift: { default: 'rollback' } }, FEATURES, 'reduce'],
    [
      'nothing where it only notifies, whatever is said',
      { distribution: { default: 'pause' } },
      FIXED,
      undefined,
    ],
    [
      'nothing where it has a word of its own',
      { errors: { default: 'hold' } },
      { ...ERRORS, onFail: 'pause' },
      undefined,
    ],
    ['nothing of a floor alone', { errors: { atLeast: 'hold' } }, ERRORS, undefined],
    ['nothing that is said of another kind', { latency: { default: 'hold' } }, ERRORS, undefined],
    ['nothing as a fixed bound', { threshold: { atLeast: 'rollback' } }, BOUND, undefined],
    ['nothing as a split', { proportion: { default: 'hold' } }, SPLIT, undefined],
  ])('%s', (_, brakes, one, expected) => {
    expect(taken(brakes as Record<string, unknown>, one)).toBe(expected);
  });

  it('the same when it is read twice, and nothing at all without a config', () => {
    const config = configOf({ errors: { default: 'reduce' } });
    const release = buildRelease({ tier: 'high', checks: [ERRORS] });
    const once = withTierBrakes(release, config);
    expect(withTierBrakes(once, config)).toBe(once);
    expect(withTierBrakes(release, undefined)).toBe(release);
  });
});
