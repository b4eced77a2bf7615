import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { advance } from '../../src/app/advance.ts';
import { watch } from '../../src/app/watch.ts';
import type { WrittenRecord } from '../../src/core/record/record-schema.ts';
import { millis } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { brokenProvider, CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  type Health,
  healthy,
  holdToLaws,
  only,
  openBench,
  record,
  told,
  weightOf,
  writeManifest,
} from './bench.ts';

const DAY = 24 * 60;
const SETUP = { verify: '15m' } as const;
/** The candidate does harm from here on; the tick at 48 sees it. */
const HARM = 35;
const ROLLED_BACK = 48;

const OLDER = { version: '3.3.0', backend: 'scorer-c', digit: 'c' };

interface Story {
  readonly stable?: Health;
  readonly candidate?: Health;
  readonly older?: Health;
}

/** Sick from `HARM` until the split takes its traffic away. */
const failing =
  (until = ROLLED_BACK + 3): Health =>
  (at) =>
    at >= until || at < 0 ? undefined : at < HARM ? 0.005 : 0.06;

const texts = new Map<string, MetricsProvider>();

/** A day of history before the test begins, and hands to take the metrics away. */
function metrics({ stable = healthy, candidate = failing(), older = () => undefined }: Story) {
  const text = record(
    { [STABLE.version]: stable, [CANDIDATE.version]: candidate, [OLDER.version]: older },
    { minutes: 400, before: DAY + 60 },
  );
  const recorded =
    texts.get(text) ?? createOpenMetricsProvider({ name: 'prod', text, clock: createFixedClock(minute(0)) });
  texts.set(text, recorded);
  let isDown = false;
  const provider = (clock: Clock): MetricsProvider => ({
    name: 'prod',
    query: async (request) =>
      isDown
        ? brokenProvider(clock).query(request)
        : { ...(await recorded.query(request)), fetchedAt: clock.now() },
  });
  const setDown = (value: boolean): void => {
    isDown = value;
  };
  return { provider, setDown };
}

/** Rolled back at minute 48, from 25 %. */
async function openRolledBack(story: Story = {}) {
  const { provider, setDown } = metrics(story);
  const bench = openBench({
    provider,
    files: {
      [MANIFEST]: writeManifest({ ...SETUP, stable: OLDER }),
      [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 100 }),
    },
  });
  await bench.tick(0);
  bench.forge.push({
    [MANIFEST]: writeManifest(SETUP),
    [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0, 'scorer-c': 0 }),
  });
  expect(told(await bench.tick(1))).toEqual(['adopt', 'STABLE_CHANGED_BY_HAND', 'committed']);
  bringCandidate(bench, SETUP);
  expect(told(await bench.tick(2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  expect(told(await bench.tick(ROLLED_BACK))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  return { ...bench, setDown };
}

function newestRecord(bench: Pick<Bench, 'forge'>): WrittenRecord {
  const tip = bench.forge.commitAt(bench.forge.tip('main')!).tree;
  const path = [...tip.keys()]
    .filter((one) => one.startsWith('.belay/records/scorer/'))
    .sort()
    .at(-1)!;
  return JSON.parse(String(tip.get(path)));
}

holdToLaws();

describe('after a rollback', () => {
  it('says that it recovered, with every phase timed, and then has nothing to do', async () => {
    const bench = await openRolledBack();
    expect(told(await bench.tick(50))).toEqual(['nothing', 'VERIFYING', 'none']);
    expect(told(await bench.tick(64))).toEqual(['recover', 'RECOVERED', 'committed']);
    const { decision, recovery } = newestRecord(bench);
    expect(decision.reasons[0]?.text).toContain('3.5.0 has no traffic any more');
    expect(recovery).toEqual({
      rollback: 5,
      decided: '2026-11-21T08:48:00Z',
      landed: '2026-11-21T08:48:00Z',
      served: '2026-11-21T08:58:00Z',
      recovered: '2026-11-21T09:04:00Z',
    });
    expect(told(await bench.tick(70))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('asks for help while the bad version keeps its traffic, and does not blame the restored one', async () => {
    const bench = await openRolledBack({ candidate: failing(100) });
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
    expect(told(await bench.tick(68))).toEqual(['hold', 'NOT_SERVED', 'none']);
    expect(told(await bench.tick(111))).toEqual(['recover', 'RECOVERED', 'committed']);
    expect(newestRecord(bench).recovery?.served).toBe('2026-11-21T09:48:00Z');
  });

  it('neither goes back further nor calls it well while nothing can be seen', async () => {
    const bench = await openRolledBack();
    bench.setDown(true);
    expect(told(await bench.tick(50))).toEqual(['nothing', 'VERIFYING', 'none']);
    expect(told(await bench.tick(64))).toEqual(['pause', 'RECOVERY_UNSEEN', 'committed']);
    expect(told(await bench.tick(68))).toEqual(['hold', 'RECOVERY_UNSEEN', 'none']);
    bench.setDown(false);
    expect(told(await bench.tick(71))).toEqual(['recover', 'RECOVERED', 'committed']);
  });

  it('goes back once more when the restored version is worse than it was, and then freezes', async () => {
    const worse: Health = (at) => (at < ROLLED_BACK ? 0.005 : 0.06);
    const oldest: Health = (at) => (at < 0 ? 0.005 : at < 60 ? undefined : 0.06);
    const bench = await openRolledBack({ stable: worse, older: oldest });
    expect(told(await bench.tick(64))).toEqual(['rollback', 'NOT_RECOVERED', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.3.0');
    expect(newestRecord(bench)).toMatchObject({
      quarantine: { version: '3.4.1' },
      restored: { version: { version: '3.3.0' } },
    });
    expect(told(await bench.tick(80))).toEqual(['pause', 'RELEASE_FROZEN', 'committed']);
    expect(told(await bench.tick(85))).toEqual(['hold', 'RELEASE_FROZEN', 'none']);
    expect(bench.forge.pulls).toHaveLength(2);
  });

  it('starts no other candidate before it is known whether the restored version recovers', async () => {
    const bench = await openRolledBack();
    bringCandidate(bench, { ...SETUP, candidate: { ...CANDIDATE, version: '3.6.0', digit: 'd' } });
    expect(told(await bench.tick(50))).toEqual(['hold', 'RECOVERY_PENDING', 'none']);
  });

  const NEXT = { ...SETUP, candidate: { version: '3.6.0', backend: 'scorer-b', digit: 'd' } };

  it('looks on while a candidate waits, and starts it once the restored version has recovered', async () => {
    const bench = await openRolledBack();
    bringCandidate(bench, NEXT);
    expect(told(await bench.tick(64))).toEqual(['recover', 'RECOVERED', 'committed']);
    expect(told(await bench.tick(65))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('starts nobody on a backend whose traffic is still the bad version’s, however long that takes', async () => {
    const bench = await openRolledBack({ candidate: failing(100) });
    bringCandidate(bench, NEXT);
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
    expect(told(await bench.tick(68))).toEqual(['hold', 'NOT_SERVED', 'none']);
    expect(weightOf(bench)).toBe(0);
  });

  it('leaves a restored version that is worse although a candidate waits, and drops that candidate', async () => {
    const bench = await openRolledBack({
      stable: (at) => (at < ROLLED_BACK ? 0.005 : 0.06),
      older: (at) => (at < 0 || at >= 60 ? 0.005 : undefined),
    });
    bringCandidate(bench, NEXT);
    expect(told(await bench.tick(64))).toEqual(['rollback', 'NOT_RECOVERED', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).not.toContain('3.6.0');
    expect(newestRecord(bench)).toMatchObject({
      quarantine: { version: '3.4.1' },
      restored: { version: { version: '3.3.0' } },
    });
  });

  it('starts a candidate over a frozen release only when it was brought since', async () => {
    const sick: Health = (at) => (at < ROLLED_BACK ? 0.005 : 0.06);
    const bench = await openRolledBack({
      stable: sick,
      older: (at) => (at < 0 ? 0.005 : at < 60 ? undefined : 0.06),
    });
    await bench.tick(64);
    const first = { ...NEXT, stable: OLDER };
    bringCandidate(bench, first);
    expect(told(await bench.tick(80))).toEqual(['pause', 'RELEASE_FROZEN', 'committed']);
    expect(told(await bench.tick(85))).toEqual(['hold', 'RELEASE_FROZEN', 'none']);
    // nothing but an edit moves it, so that there is nothing to look at every 30 seconds
    const watched = await watch(bench.world, {
      ...{ only: [], dryRun: false, length: millis(55 * 60_000), every: millis(30_000) },
      stop: new AbortController().signal,
    });
    expect(watched.watch).toMatchObject({ looks: 1, end: 'person' });
    bringCandidate(bench, { ...first, candidate: { version: '3.7.0', backend: 'scorer-b', digit: 'e' } });
    expect(told(await bench.tick(90))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('says harm that has nowhere to go back to beside the pause of a candidate that waits', async () => {
    const bench = await openRolledBack({
      stable: (at) => (at < ROLLED_BACK ? 0.005 : 0.06),
      older: (at) => (at < 0 ? 0.005 : at < 60 ? undefined : 0.06),
    });
    await bench.tick(64);
    bringCandidate(bench, { ...NEXT, stable: OLDER });
    expect(told(await bench.tick(80))).toEqual(['pause', 'RELEASE_FROZEN', 'committed']);
    const text = bench.forge.textAt(MANIFEST)!.replace(/^ {4}strategy: canary$/m, '$&\n    paused: true');
    bench.forge.push({ [MANIFEST]: text });
    const report = await bench.tick(85);
    expect(told(report)).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(only(report).decision.reasons[1]?.code).toBe('RELEASE_FROZEN');
    expect(exitCodeOf(report)).toBe(2);
  });

  it('does not say again what it cannot see once it has said what it saw', async () => {
    const bench = await openRolledBack({ candidate: failing(200) });
    expect(told(await bench.tick(64))).toEqual(['pause', 'NOT_SERVED', 'committed']);
    bench.setDown(true);
    expect(told(await bench.tick(68))).toEqual(['hold', 'RECOVERY_UNSEEN', 'none']);
    bench.setDown(false);
    expect(told(await bench.tick(72))).toEqual(['hold', 'NOT_SERVED', 'none']);
  });

  it('takes what it went back to past another good version for its own doing', async () => {
    const { provider } = metrics({ candidate: healthy });
    const route = (weights: Record<string, number>) =>
      writeRoute({ 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 0, ...weights });
    const bench = openBench({
      provider,
      files: { [MANIFEST]: writeManifest({ stable: OLDER }), [SERVING]: route({ 'scorer-c': 100 }) },
    });
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: writeManifest(), [SERVING]: route({ 'scorer-a': 100 }) });
    await bench.tick(1);
    bench.forge.push({
      [MANIFEST]: writeManifest({ stable: CANDIDATE }),
      [SERVING]: route({ 'scorer-b': 100 }),
    });
    await bench.tick(2);
    bringCandidate(bench, {
      stable: CANDIDATE,
      candidate: { version: '3.6.0', backend: 'scorer-a', digit: 'd' },
    });
    expect(told(await bench.tick(20))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    await bench.rollBack(21);
    // 3.4.1 is good, and its backend is that of 3.6.0 now
    expect(told(await bench.rollBack(22, { from: '3.5.0' }))).toEqual([
      'rollback',
      'ASKED_BY_PERSON',
      'merged',
    ]);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.3.0');
    expect(told(await bench.tick(23))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('calls nothing recovered under a split that a person changed', async () => {
    const bench = await openRolledBack();
    bench.forge.push({ [SERVING]: writeRoute({ 'scorer-a': 70, 'scorer-b': 30, 'scorer-c': 0 }) });
    expect(told(await bench.tick(64))).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
  });

  it('waits for an order that may never land, and says how to give it again', async () => {
    const bench = await openRolledBack();
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    const order = { from: STABLE.version };
    expect(told(await bench.rollBack(55, order))).toEqual(['rollback', 'ASKED_BY_PERSON', 'blocked']);
    bench.forge.setRules({});
    bench.forge.push({ [MANIFEST]: `${bench.forge.textAt(MANIFEST)}# a note\n` });
    const report = await bench.tick(64);
    expect(told(report)).toEqual(['hold', 'ROLLBACK_OPEN', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('with `from: 3.4.1`');
    const atTerminal = { ...bench.world, trigger: { kind: 'command-line', actor: null } } as const;
    const there = await advance(atTerminal, { only: [], dryRun: false });
    expect(only(there).decision.reasons[0].text).toContain('with `--from 3.4.1`');
    expect(told(await bench.rollBack(65))).toEqual(['nothing', 'SETTLED', 'none']);
    expect(told(await bench.rollBack(65, order))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
  });

  it('merges its own recovery at a later look, where steps come by pull request', async () => {
    const bench = await openRolledBack();
    bench.forge.push({ '.belay/config.yaml': `${CONFIG}advance: {mode: pull-request}\n` });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(64))).toEqual(['recover', 'RECOVERED', 'waiting']);
    bench.forge.setRules({});
    expect(told(await bench.tick(69))).toEqual(['recover', 'RECOVERED', 'merged']);
  });

  it('asks nothing where the manifest wants no proof', async () => {
    const { provider } = metrics({});
    let asked = 0;
    const counting = (clock: Clock): MetricsProvider => {
      const own = provider(clock);
      const query: MetricsProvider['query'] = async (request) => {
        asked += 1;
        return own.query(request);
      };
      return { ...own, query };
    };
    const bench = openBench({ provider: counting });
    await bench.tick(0);
    bringCandidate(bench);
    await bench.tick(2);
    await bench.rollBack(10);
    asked = 0;
    expect(told(await bench.tick(15))).toEqual(['nothing', 'SETTLED', 'none']);
    expect(asked).toBe(0);
  });
});

describe('after a promotion', () => {
  const promote = async (candidate: Health, more = {}) => {
    const { provider, setDown } = metrics({ candidate });
    const bench = openBench({
      provider,
      files: {
        [MANIFEST]: writeManifest({ watch: '4h', ...more }),
        [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
      },
    });
    await bench.tick(0);
    bringCandidate(bench, { watch: '4h', ...more });
    for (const at of [2, 33, 64]) await bench.tick(at);
    expect(told(await bench.tick(95))).toEqual(['promote', 'CHECKS_PASS', 'committed']);
    return { ...bench, setDown };
  };
  const later =
    (from: number, rate = 0.06): Health =>
    (at) =>
      at < from ? 0.005 : rate;

  it('holds the promoted version to its limits for as long as it is watched', async () => {
    const bench = await promote(later(200));
    expect(told(await bench.tick(150))).toEqual(['nothing', 'WATCHING', 'none']);
    expect(told(await bench.tick(231))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toContain('version: 3.4.1');
    expect(newestRecord(bench)).toMatchObject({
      quarantine: { version: '3.5.0' },
      rollout: { startedAt: '2026-11-21T08:02:00Z' },
    });
    expect(told(await bench.tick(240))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('leaves a promoted version that does harm although the next candidate waits', async () => {
    const bench = await promote(later(200));
    const promoted = { ...CANDIDATE, backend: 'scorer-b' };
    const next = { version: '3.6.0', backend: 'scorer-a', digit: 'd' };
    bringCandidate(bench, { watch: '4h', paused: true, stable: promoted, candidate: next });
    expect(told(await bench.tick(150))).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(told(await bench.tick(231))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(newestRecord(bench)).toMatchObject({
      quarantine: { version: '3.5.0' },
      restored: { version: { version: '3.4.1' } },
    });
    expect(bench.forge.pulls.at(-1)?.description).toContain('100% of the traffic');
  });

  it('judges a version that is gone back to within a day of its start by its limits alone', async () => {
    const bench = await promote(healthy, SETUP);
    const next = { version: '3.6.0', backend: 'scorer-a', digit: 'd' };
    bringCandidate(bench, { watch: '4h', ...SETUP, stable: CANDIDATE, candidate: next });
    expect(told(await bench.tick(100))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    await bench.rollBack(110);
    expect(told(await bench.tick(126))).toEqual(['recover', 'RECOVERED', 'committed']);
    expect(newestRecord(bench)).toMatchObject({ good: { version: '3.5.0' } });
  });

  it('lets go of it when the watch is over', async () => {
    const bench = await promote(later(340));
    expect(told(await bench.tick(95 + 241))).toEqual(['nothing', 'SETTLED', 'none']);
    expect(told(await bench.tick(395))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('tells once that it cannot see, takes nothing back for that, and watches on', async () => {
    const bench = await promote(later(250));
    bench.setDown(true);
    expect(told(await bench.tick(170))).toEqual(['pause', 'EVIDENCE_MISSING', 'committed']);
    expect(told(await bench.tick(175))).toEqual(['nothing', 'WATCHING', 'none']);
    bench.setDown(false);
    expect(told(await bench.tick(180))).toEqual(['nothing', 'WATCHING', 'none']);
    expect(told(await bench.tick(280))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });
});
