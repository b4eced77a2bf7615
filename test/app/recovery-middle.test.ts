import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  CHECKS,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  record,
  type Setup,
  told,
  writeManifest,
} from './bench.ts';
import { replayAll } from './replay-all.ts';

/** What comes in between while a rollback proves itself. */

const DAY = 24 * 60;
const SETUP: Setup = { verify: '15m' };
const ROLLED_BACK = 48;

/** Sick from minute 35 until the split takes its traffic away. */
const failing =
  (until = ROLLED_BACK + 3): Health =>
  (at) =>
    at >= until || at < 0 ? undefined : at < 35 ? 0.005 : 0.06;
/** Worse since the rollback than it ever was. */
const worse: Health = (at) => (at < ROLLED_BACK ? 0.005 : 0.06);

function provide(health: Readonly<Record<string, Health>>): (clock: Clock) => MetricsProvider {
  const text = record(health, { minutes: 400, before: DAY + 60 });
  const recorded = createOpenMetricsProvider({ name: 'prod', text, clock: createFixedClock(minute(0)) });
  return (clock) => ({
    name: 'prod',
    query: async (request) => ({ ...(await recorded.query(request)), fetchedAt: clock.now() }),
  });
}

/** Adopted at minute 0, and rolled back at minute 48 from 25 %: there is one good version alone. */
async function openRolledBack({
  stable = healthy,
  candidate = failing(),
  setup = SETUP,
  before = setup,
}: {
  readonly stable?: Health;
  readonly candidate?: Health;
  readonly setup?: Setup;
  readonly before?: Setup;
} = {}): Promise<Bench> {
  const bench = openBench({
    provider: provide({ [STABLE.version]: stable, [CANDIDATE.version]: candidate }),
    files: {
      [MANIFEST]: writeManifest(before),
      [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    },
  });
  await bench.tick(0);
  bringCandidate(bench, setup);
  expect(told(await bench.tick(2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  expect(told(await bench.tick(ROLLED_BACK))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  return bench;
}

const NEXT = { version: '3.6.0', backend: 'scorer-b', digit: 'd' };

holdToLaws();

describe('where nothing is left to go back to', () => {
  it('a restored version that is worse freezes the release', async () => {
    const bench = await openRolledBack({ stable: worse });
    expect(told(await bench.tick(64))).toEqual(['pause', 'RELEASE_FROZEN', 'committed']);
    expect(told(await bench.tick(69))).toEqual(['hold', 'RELEASE_FROZEN', 'none']);
    const [asked] = only(await bench.rollBack(70, { onlyIfFailing: true })).decision.reasons;
    expect(asked.text).toMatch(/^looked, and takes nothing back: .* there is nothing else to go back to/);
    bringCandidate(bench, { ...SETUP, candidate: NEXT });
    expect(told(await bench.tick(74))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    for (const [then, again] of replayAll(bench)) expect(again).toEqual(then);
  });
});

describe('a candidate that nobody was sent to', () => {
  it('is rolled back and leaves the verification of what came before as it is', async () => {
    const bench = await openRolledBack({ candidate: failing(300) });
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
    bringCandidate(bench, { ...SETUP, candidate: NEXT });
    expect(told(await bench.tick(68))).toEqual(['hold', 'NOT_SERVED', 'none']);
    expect(told(await bench.rollBack(70))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(told(await bench.tick(80))).toEqual(['hold', 'NOT_SERVED', 'none']);
  });

  it('is rolled back, and stable is not put on trial for it', async () => {
    const bench = openBench({
      provider: provide({ [STABLE.version]: (at) => (at < 0 ? 0.005 : 0.03) }),
      files: {
        [MANIFEST]: writeManifest(SETUP),
        [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
      },
    });
    await bench.tick(0);
    bringCandidate(bench, { ...SETUP, paused: true });
    expect(told(await bench.tick(5))).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(told(await bench.rollBack(10))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(told(await bench.tick(30))).toEqual(['nothing', 'SETTLED', 'none']);
  });
});

describe('rollback.verify', () => {
  it('that came after a rollback is for the next one', async () => {
    const bench = await openRolledBack({ setup: {}, stable: (at) => (at > 100 && at < 140 ? 0.06 : 0.005) });
    expect(told(await bench.tick(60))).toEqual(['nothing', 'SETTLED', 'none']);
    bench.forge.push({ [MANIFEST]: writeManifest(SETUP) });
    expect(told(await bench.tick(200))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('that came with the candidate is heeded, although the restored manifest does not have it', async () => {
    const bench = await openRolledBack({ before: {} });
    expect(told(await bench.tick(50))).toEqual(['nothing', 'VERIFYING', 'none']);
    expect(told(await bench.tick(64))).toEqual(['recover', 'RECOVERED', 'committed']);
  });

  it('that the restored manifest does not have ends with an edit of it', async () => {
    const bench = await openRolledBack({ before: {}, candidate: failing(300) });
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
    bench.forge.push({ [MANIFEST]: `${bench.forge.textAt(MANIFEST)}# a note\n` });
    expect(told(await bench.tick(68))).toEqual(['nothing', 'SETTLED', 'none']);
  });
});

describe('labels that come late', () => {
  const count = (what: string) => `sum(increase(${what}_total{version="{{version}}"}[{{window}}] offset 6h))`;
  const accuracy = {
    name: 'accuracy',
    kind: 'accuracy',
    provider: 'prod',
    correct: `${count('predict')} - ${count('predict_errors')}`,
    labelled: count('predict'),
    labelDelay: '6h',
    required: false,
  };

  it('do not say who is served now, although their check comes first', async () => {
    const bench = await openRolledBack({
      candidate: failing(300),
      setup: { ...SETUP, checks: [accuracy, ...CHECKS] },
    });
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
  });
});
