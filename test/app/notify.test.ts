import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG } from '../builders/world.ts';
import {
  CHECKS,
  type Health,
  healthy,
  holdToLaws,
  only,
  openInFlight,
  type Setup,
  sick,
  told,
  WALK,
  weightOf,
  writeFiles,
} from './bench.ts';
import { BASE, directory } from './directory.ts';

const CONFIG_FILE = '.belay/config.yaml';
const [ERRORS] = CHECKS;
/** Passes on what is healthy as on what is sick. */
const lenient = {
  ...ERRORS,
  name: 'outage',
  tolerate: { absolute: '40%' },
  safe: { absolute: '50%' },
  limit: '90%',
};
const notices = (more: object = {}) => ({ ...ERRORS, onFail: 'notify', ...more });
/** So narrow that safety is not proven in the time of a step. */
const undecided = notices({ tolerate: { absolute: '0.01%' }, safe: { absolute: '0.02%' } });
const NEXT = WALK[2] + 32;

const turnsSick: Health = (at) => (at < WALK[2] + 1 ? 0.005 : sick(at));
const atQuarter = (setup: Setup, candidate: Health = healthy) =>
  openInFlight(3, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: candidate } }, setup);

holdToLaws();

describe('a check that only notifies', () => {
  it('holds nothing while nothing is proven of it', async () => {
    const bench = await atQuarter({ checks: [lenient, undecided] });
    expect(weightOf(bench)).toBe(25);
    const report = await bench.tick(NEXT);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(weightOf(bench)).toBe(100);
  });

  it('is told of once its harm is proven, and moves nothing', async () => {
    const bench = await atQuarter({ checks: [lenient, notices()] }, turnsSick);
    const held = await bench.tick(WALK[2] + 22);
    expect(told(held)).toEqual(['hold', 'HOLD_NOT_OVER', 'none']);
    const notice = only(held).decision.reasons.find(({ code }) => code === 'CHECK_NOTIFIES');
    expect(notice?.text).toMatch(/^errors: .*holds and moves nothing$/);
    expect(exitCodeOf(held)).toBe(0);
    const risen = await bench.tick(NEXT);
    expect(told(risen)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(only(risen).decision.reasons.map(({ code }) => code)).toContain('CHECK_NOTIFIES');
  });

  it('vouches for nothing: alone it lets nobody be exposed to more', async () => {
    const bench = await openInFlight(2, {}, { checks: [notices()] });
    const before = weightOf(bench);
    const report = await bench.tick(WALK[2] + 2);
    expect(told(report)).toEqual(['hold', 'CHECK_INCONCLUSIVE', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('no check can say that it is safe at 5%');
    expect(weightOf(bench)).toBe(before);
  });
});

describe('validate warns where nothing gates', () => {
  const warned = async (setup: Setup, config: string = CONFIG) => {
    const files = directory({ ...BASE, [CONFIG_FILE]: config, ...writeFiles(setup) });
    const { problems } = await validate(files, { sha256, checkQuery: checkPromql });
    return problems.flatMap(({ code, severity, message }) =>
      code === 'NOTHING_GATES' ? [`${severity}: ${message}`] : [],
    );
  };

  it.each<[string, Setup]>([
    ['all only notify', { checks: [notices()] }],
    ['none need pass', { checks: [{ ...ERRORS, required: false }] }],
  ])('since %s', async (_, setup) => {
    expect(await warned(setup)).toEqual([expect.stringMatching(/^warning: no check can hold this rollout/)]);
  });

  it('at the bake alone', async () => {
    const { limit, ...compared } = ERRORS!;
    const checks = [structuredClone({ ...compared, name: 'compared' }), notices()];
    expect(await warned({ checks })).toEqual([expect.stringContaining('no candidate is ever promoted')]);
  });

  it('by the default of a tier', async () => {
    const config = `${CONFIG}tiers:\n  low: {brakes: {errors: {default: notify}}}\ndefaultTier: low\n`;
    expect(await warned({}, config)).toEqual([expect.stringContaining('By tier low of .belay/config.yaml')]);
    expect(await warned({ checks: [{ ...ERRORS, onFail: 'hold' }] }, config)).toEqual([]);
  });

  it('and not beside a check that must pass', async () => {
    expect(await warned({ checks: [lenient, notices()] })).toEqual([]);
  });
});
