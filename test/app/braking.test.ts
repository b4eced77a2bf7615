import { describe, expect, it } from 'vitest';
import type { WrittenRecord } from '../../src/core/record/record-schema.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { brokenProvider, CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  type BenchInput,
  bringCandidate,
  CHECKS,
  type Health,
  healthy,
  holdToLaws,
  openBench,
  readRecording,
  type Setup,
  told,
  writeManifest,
} from './bench.ts';
import { replayAll } from './replay-all.ts';

/** Four steps, so that there is a way down. */
const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 50, hold: '30m' },
  { weight: 100, hold: '30m' },
];
const DOWN: Setup = { steps: STEPS, rollback: { mode: 'step-down' } };

/** At 50 % since minute 64; from here on the candidate does harm, and the tick at 78 sees it. */
const HARM = 66;
const SEEN = 78;

const failing =
  (share = 0.06, until = Number.POSITIVE_INFINITY): Health =>
  (at) =>
    at < HARM || at >= until ? 0.005 : share;

async function openAtHalf(setup: Setup, input: BenchInput = {}): Promise<Bench> {
  const bench = openBench(input);
  await bench.tick(0);
  bringCandidate(bench, setup);
  for (const at of [1, 32, 64]) await bench.tick(at);
  expect(weightIn(bench)).toBe(50);
  return bench;
}

function weightIn({ forge }: Pick<Bench, 'forge'>): number {
  return Number(/^ {4}weight: (\d+)$/m.exec(forge.textAt(MANIFEST)!)?.[1]);
}

function newestRecord(bench: Pick<Bench, 'forge'>): WrittenRecord {
  const tip = bench.forge.commitAt(bench.forge.tip('main')!).tree;
  const path = [...tip.keys()]
    .filter((one) => one.startsWith('.belay/records/scorer/'))
    .sort()
    .at(-1)!;
  return JSON.parse(String(tip.get(path)));
}

/** A person edits the manifest as it is now. */
function edit(bench: Pick<Bench, 'forge'>, change: (text: string) => string): void {
  bench.forge.push({ [MANIFEST]: change(bench.forge.textAt(MANIFEST)!) }, { message: 'Edit the manifest' });
}

/** A person stops the rollout where it is. */
const pause = (text: string): string => text.replace('strategy: canary', '$&\n    paused: true');

function codes({ releases }: RunReport): readonly string[] {
  return releases.flatMap(({ decision }) => decision.reasons.map(({ code }) => code));
}

const withSick = (candidate: Health): BenchInput => ({
  health: { [STABLE.version]: healthy, [CANDIDATE.version]: candidate },
});

const DOWN_ONE = ['reduce', 'STEP_DOWN', 'committed'];

holdToLaws();

describe('a step down', () => {
  it('takes proven harm down one declared step at a time, and ends in the revert', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    const reduced = await bench.tick(SEEN);
    expect(told(reduced)).toEqual(DOWN_ONE);
    expect(exitCodeOf(reduced)).toBe(0);
    expect(weightIn(bench)).toBe(25);
    expect(bench.forge.textAt(SERVING)).toMatch(/scorer-b.*\n.*\n +weight: 25/);
    expect(bench.forge.commitAt(bench.forge.tip('main')!).message).toContain('canary 50% → 25%, step down');
    expect(told(await bench.tick(SEEN + 4))).toEqual(['hold', 'STEP_DOWN', 'none']);
    expect(weightIn(bench)).toBe(25);
    expect(told(await bench.tick(SEEN + 10))).toEqual(DOWN_ONE);
    expect(weightIn(bench)).toBe(5);
    const last = await bench.tick(SEEN + 20);
    expect(told(last)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(last)).toContain('BELOW_FIRST_STEP');
    expect(bench.forge.textAt(MANIFEST)).not.toContain('candidate');
  });

  it('goes on to the revert when harm is proven anew on the lower weight alone', async () => {
    const slow = { ...DOWN, rollback: { mode: 'step-down', every: '1h' } };
    const bench = await openAtHalf(slow, withSick(failing()));
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    expect(told(await bench.tick(SEEN + 5))).toEqual(['hold', 'STEP_DOWN', 'none']);
    const report = await bench.tick(SEEN + 20);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(report)).toContain('NOT_HELPED');
  });

  it('goes on down though the harm is over, for what is proven stays proven', async () => {
    const slow = { ...DOWN, rollback: { mode: 'step-down', every: '1h' } };
    const bench = await openAtHalf(slow, withSick(failing(0.06, SEEN - 1)));
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    expect(told(await bench.tick(SEEN + 50))).toEqual(['hold', 'STEP_DOWN', 'none']);
    expect(told(await bench.tick(SEEN + 61))).toEqual(DOWN_ONE);
    expect(weightIn(bench)).toBe(5);
  });

  it('goes at once when a check fails that rolls back by itself', async () => {
    const checks = [{ ...CHECKS[0], onFail: 'rollback' }];
    const bench = await openAtHalf({ ...DOWN, checks }, withSick(failing()));
    expect(told(await bench.tick(SEEN))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it('goes at once from the first step, below which there is none', async () => {
    const bench = openBench(withSick((at) => (at < 2 ? 0.005 : 0.06)));
    await bench.tick(0);
    bringCandidate(bench, DOWN);
    await bench.tick(1);
    const report = await bench.tick(25);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(report)).toContain('BELOW_FIRST_STEP');
  });

  it('stays where a person stops it, until harm is proven there anew', async () => {
    const again: Health = (at) => (at < HARM || (at >= SEEN - 1 && at < SEEN + 40) ? 0.005 : 0.06);
    const bench = await openAtHalf(DOWN, withSick(again));
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    edit(bench, pause);
    expect(told(await bench.tick(SEEN + 2))).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(told(await bench.tick(SEEN + 38))).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(weightIn(bench)).toBe(25);
    const report = await bench.tick(SEEN + 60);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(report)).toContain('NOT_HELPED');
  });

  it('is not stopped by a pause that was there before', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    edit(bench, pause);
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    expect(told(await bench.tick(SEEN + 10))).toEqual(DOWN_ONE);
  });

  it('neither goes down nor up while nothing can be seen, and tells a person in every run', async () => {
    let isDown = false;
    const recorded = readRecording(withSick(failing()).health);
    const provider = (clock: Clock): MetricsProvider => ({
      name: 'prod',
      query: async (request) =>
        isDown
          ? brokenProvider(clock).query(request)
          : { ...(await recorded.query(request)), fetchedAt: clock.now() },
    });
    const bench = await openAtHalf(DOWN, { provider });
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    isDown = true;
    for (const at of [15, 90]) {
      const report = await bench.tick(SEEN + at);
      expect(told(report)).toEqual(['hold', 'NOT_RAISED', 'none']);
      expect(exitCodeOf(report)).toBe(2);
    }
    expect(weightIn(bench)).toBe(25);
  });

  it('is ended by a person who changes what the check asks', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing(0.03, SEEN - 1)));
    expect(told(await bench.tick(SEEN))).toEqual(DOWN_ONE);
    edit(bench, (text) =>
      text.replaceAll('relative: 25%', 'relative: 900%').replace('limit: 2%', 'limit: 9%'),
    );
    expect(told(await bench.tick(SEEN + 31))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(weightIn(bench)).toBe(50);
  });

  it('takes all of it back where no lower weight can be written', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    bench.forge.push({ [SERVING]: 'kind: HTTPRoute\n' }, { message: 'Rewrite the route' });
    const report = await bench.tick(SEEN);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(report)).toContain('STEP_NOT_WRITABLE');
  });

  it('goes by pull request where steps do, and counts from when that lands', async () => {
    const config = `${CONFIG}advance: {mode: pull-request}\n`;
    const bench = await openAtHalf(DOWN, { ...withSick(failing()), config });
    expect(told(await bench.tick(SEEN))).toEqual(['reduce', 'STEP_DOWN', 'merged']);
    expect(bench.forge.pulls.at(-1)?.title).toContain('canary 50% → 25%, step down');
    expect(told(await bench.tick(SEEN + 4))).toEqual(['hold', 'STEP_DOWN', 'none']);
  });

  it('is left to the next tick by an alert that only asks to look', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    const report = await bench.rollBack(SEEN, { onlyIfFailing: true });
    expect(told(report)).toEqual(['hold', 'STEP_DOWN', 'none']);
    expect(weightIn(bench)).toBe(50);
  });

  it('is decided the same from its records', async () => {
    const bench = await openAtHalf(DOWN, withSick(failing()));
    await bench.tick(SEEN);
    await bench.tick(SEEN + 10);
    await bench.tick(SEEN + 20);
    const decisions = replayAll(bench);
    expect(decisions.map(([then]) => then)).toContainEqual(expect.objectContaining({ kind: 'reduce' }));
    for (const [then, again] of decisions) expect(again).toEqual(then);
  });
});

describe('a check that contains', () => {
  const soft = (onFail: string): Setup => ({ steps: STEPS, checks: [{ ...CHECKS[0], onFail }] });

  it('cuts exposure to the first step and leaves the rest to a person', async () => {
    const bench = await openAtHalf(soft('reduce'), withSick(failing()));
    const report = await bench.tick(SEEN);
    expect(told(report)).toEqual(['reduce', 'EXPOSURE_REDUCED', 'committed']);
    expect(exitCodeOf(report)).toBe(2);
    expect(weightIn(bench)).toBe(5);
    const later = await bench.tick(SEEN + 60);
    expect(told(later)).toEqual(['hold', 'EXPOSURE_REDUCED', 'none']);
    expect(exitCodeOf(later)).toBe(2);
    expect(weightIn(bench)).toBe(5);
  });

  it('is told once more after an edit that leaves it failing, and goes on after one that does not', async () => {
    const bench = await openAtHalf(soft('reduce'), withSick(failing()));
    await bench.tick(SEEN);
    edit(bench, (text) => `${text}# We will look.\n`);
    expect(told(await bench.tick(SEEN + 2))).toEqual(['pause', 'PAUSED_BY_CHECK', 'committed']);
    expect(told(await bench.tick(SEEN + 4))).toEqual(['hold', 'PAUSED_BY_CHECK', 'none']);
    edit(bench, (text) => text.replace('onFail: reduce', 'onFail: notify\n        required: false'));
    expect(told(await bench.tick(SEEN + 6))[1]).not.toBe('PAUSED_BY_CHECK');
  });

  it('pauses without moving anything', async () => {
    const bench = await openAtHalf(soft('pause'), withSick(failing()));
    expect(told(await bench.tick(SEEN))).toEqual(['pause', 'PAUSED_BY_CHECK', 'committed']);
    expect(told(await bench.tick(SEEN + 60))).toEqual(['hold', 'PAUSED_BY_CHECK', 'none']);
    expect(weightIn(bench)).toBe(50);
  });

  it('yields to proven harm', async () => {
    const checks = [
      { ...CHECKS[0], name: 'soft', onFail: 'reduce' },
      { ...structuredClone(CHECKS[0]), name: 'hard' },
    ];
    const bench = await openAtHalf({ steps: STEPS, checks }, withSick(failing()));
    expect(told(await bench.tick(SEEN))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });
});

describe('a fallback', () => {
  const OLDER = { version: '3.3.0', backend: 'scorer-c', digit: 'c' };
  const BACK: Setup = { rollback: { mode: 'fallback', fallback: OLDER.version } };
  const route = (weights: Readonly<Record<string, number>>): string =>
    writeRoute({ 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 0, ...weights });

  /** 3.3.0 is good, 3.4.1 is good and serves, 3.5.0 is sick from minute 35 on, at 25 %. */
  async function openFallback(): Promise<Bench> {
    const sick: Health = (at) => (at < 35 ? 0.005 : 0.06);
    const bench = openBench({
      ...withSick(sick),
      files: { [MANIFEST]: writeManifest({ ...BACK, stable: OLDER }), [SERVING]: route({ 'scorer-c': 100 }) },
    });
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: writeManifest(BACK), [SERVING]: route({ 'scorer-a': 100 }) });
    await bench.tick(1);
    bringCandidate(bench, BACK);
    await bench.tick(2);
    await bench.tick(33);
    return bench;
  }

  it('goes back to the version that is named, which then counts as the one that serves', async () => {
    const bench = await openFallback();
    const report = await bench.tick(48);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(codes(report)).toContain('FALLBACK_NAMED');
    expect(newestRecord(bench).restored).toMatchObject({ version: { version: '3.3.0' }, record: 1 });
    expect(bench.forge.textAt(SERVING)).toMatch(/scorer-c.*\n.*\n +weight: 100/);
    expect(told(await bench.tick(50))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('is where a person’s order goes back to as well, where the release goes there whatever fails', async () => {
    const bench = await openFallback();
    const report = await bench.rollBack(34);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(codes(report)).toContain('FALLBACK_NAMED');
    expect(newestRecord(bench).restored).toMatchObject({ version: { version: '3.3.0' } });
  });

  it('is not where a person’s order goes when only a check goes there', async () => {
    const bench = await openFallback();
    edit(bench, (text) =>
      text
        .replace('mode: fallback', 'mode: revert')
        .replace('kind: proportion', 'kind: proportion\n        onFail: fallback'),
    );
    expect(told(await bench.rollBack(34))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(newestRecord(bench).restored).toMatchObject({ version: { version: '3.4.1' } });
  });

  it('goes back to the newest good one where it cannot be restored, and says why', async () => {
    const bench = await openFallback();
    edit(bench, (text) => text.replace('fallback: 3.3.0', 'fallback: 3.2.0'));
    expect(told(await bench.tick(48))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(newestRecord(bench).restored).toMatchObject({
      version: { version: '3.4.1' },
      passedOver: [{ version: '3.2.0', reason: 'no record says that it is good' }],
    });
    expect(bench.forge.pulls.at(-1)?.description).toContain('`3.2.0` was passed over');
  });
});
