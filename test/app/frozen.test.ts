import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  record,
  splitOf,
  told,
  weightOf,
} from './bench.ts';

holdToLaws();

/** Tests begin on a Saturday at 08:00 UTC, which is 09:00 in Berlin; this is Monday at 08:00 in Berlin. */
const MONDAY = 47 * 60;
/** From a quarter past nine on Saturday: the rollout below is at its first step then. */
const FROZEN = `${CONFIG}timeZone: Europe/Berlin
freezes:
  - {name: weekend, from: "Sat 09:15", to: "Mon 08:00"}
`;

function openWeekend(candidate: Health = healthy): Bench {
  const text = record(
    { [STABLE.version]: healthy, [CANDIDATE.version]: candidate },
    { minutes: MONDAY + 200 },
  );
  return openBench({
    config: FROZEN,
    provider: (clock) => createOpenMetricsProvider({ name: 'prod', text, clock }),
  });
}

async function start(bench: Bench): Promise<void> {
  await bench.tick(0);
  bringCandidate(bench, { deadline: '72h' });
  expect(told(await bench.tick(1))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
}

describe('a rollout that meets the weekend', () => {
  it('waits for Monday, says so, and goes on by itself', async () => {
    const bench = openWeekend();
    await start(bench);
    const writes = bench.forge.requests.length;
    for (const at of [32, 600, 1500, MONDAY - 1]) {
      const report = await bench.tick(at);
      expect(told(report)).toEqual(['hold', 'FROZEN', 'none']);
      expect(only(report).decision.reasons[0].text).toBe(
        'frozen by weekend until Mon 2026-11-23 08:00 (Europe/Berlin)',
      );
      expect(exitCodeOf(report)).toBe(0);
    }
    expect(bench.forge.requests).toHaveLength(writes);
    expect([weightOf(bench), ...splitOf(bench)]).toEqual([5, 95, 5]);
    expect(told(await bench.tick(MONDAY))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(weightOf(bench)).toBe(25);
  });

  it('is rolled back on Saturday night all the same', async () => {
    const bench = openWeekend((at) => (at < 600 ? 0.005 : 0.05));
    await start(bench);
    expect(told(await bench.tick(590))).toEqual(['hold', 'FROZEN', 'none']);
    expect(told(await bench.tick(640))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(weightOf(bench)).toBe(0);
  });

  it('can be rolled back by a person', async () => {
    const bench = openWeekend();
    await start(bench);
    expect(told(await bench.rollBack(100))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
  });

  it('goes up by an override until that ends', async () => {
    const bench = openWeekend();
    await start(bench);
    const waivers = [
      {
        rule: 'freeze',
        reason: 'the fix must go out',
        owner: '@acme/risk-ml',
        until: '2026-11-21T09:00:00Z',
      },
    ];
    bringCandidate(bench, { deadline: '72h', weight: 5, waivers });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(only(report).decision.reasons.at(-1)?.code).toBe('OVERRIDE_USED');
    const { decision } = JSON.parse(bench.forge.textAt('.belay/records/scorer/0003.json')!);
    expect(decision.reasons.at(-1)).toEqual({
      code: 'OVERRIDE_USED',
      text: 'frozen by weekend until Mon 2026-11-23 08:00 (Europe/Berlin), set aside by the override of freeze of @acme/risk-ml until 2026-11-21T09:00:00Z: the fix must go out',
    });
    expect(told(await bench.tick(64))).toEqual(['hold', 'FROZEN', 'none']);
  });
});

describe('a candidate that comes on the weekend', () => {
  it('is not started before Monday, and no metric is asked', async () => {
    const bench = openWeekend();
    await bench.tick(0);
    bringCandidate(bench);
    bench.world.openProvider = async () => expect.fail('a provider was opened');
    expect(told(await bench.tick(20))).toEqual(['hold', 'FROZEN', 'none']);
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a manifest on the default branch that undercuts its tier', () => {
  const TIERED = `${CONFIG}tiers:\n  high: {hold: 30m}\n`;

  it('exposes no more people, needs a person, and is rolled back when harm is proven', async () => {
    const bench = openBench({
      config: TIERED.replace('30m', '10m'),
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: (at) => (at < 80 ? 0.005 : 0.05) },
    });
    await bench.tick(0);
    bringCandidate(bench, { tier: 'high' });
    expect(told(await bench.tick(1))[0]).toBe('start');
    bench.forge.push({ '.belay/config.yaml': TIERED.replace('30m', '45m') }, { message: 'Raise the floor' });
    const held = await bench.tick(40);
    expect(told(held)).toEqual(['hold', 'POLICY_VIOLATED', 'none']);
    expect(exitCodeOf(held)).toBe(2);
    expect(weightOf(bench)).toBe(5);
    expect(told(await bench.tick(120))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });
});

describe('a tier that asks for events of the candidate', () => {
  /** The candidate has 2,000 requests a minute, some 60,000 in the half hour of a step. */
  const open = async (samples: number) => {
    const bench = openBench({ config: `${CONFIG}tiers:\n  high: {samples: ${samples}}\n` });
    await bench.tick(0);
    bringCandidate(bench, { tier: 'high' });
    await bench.tick(1);
    return bench;
  };

  it('holds the step until its checks have counted them', async () => {
    const bench = await open(100_000);
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'SAMPLES_MISSING', 'none']);
    expect(only(report).decision.reasons[0].text).toMatch(
      /^errors: \d{5} events of the candidate in this step, and tier high asks for 100000$/,
    );
    expect(told(await bench.tick(64))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    // counted anew in the next step
    expect(told(await bench.tick(96))).toEqual(['hold', 'SAMPLES_MISSING', 'none']);
  });

  it('leaves the step in time where they are there', async () => {
    const bench = await open(40_000);
    expect(told(await bench.tick(32))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });
});
