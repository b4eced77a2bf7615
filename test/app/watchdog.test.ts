import { describe, expect, it } from 'vitest';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { watchdog } from '../../src/app/watchdog.ts';
import { millis } from '../../src/core/units.ts';
import type { WorkflowRun, WorkflowStep, WorkflowView } from '../../src/ports/workflows.ts';
import { minute } from '../builders/release.ts';

/** REL-03 and REL-04: the ticks that do not come, told by something else than a tick. Now is minute 0, the limit an hour. */

const FILE = 'belay-advance.yml';

/** Of each run, by its number. */
type Steps = Readonly<Record<number, readonly WorkflowStep[]>>;

function look(view: Partial<WorkflowView> | undefined, steps: Steps = {}) {
  const whole: WorkflowView | undefined = view && {
    url: 'https://github.com/acme/models/actions/workflows/belay-advance.yml',
    state: 'active',
    since: minute(-90 * 24 * 60),
    runs: [],
    ...view,
  };
  return watchdog(
    {
      workflows: {
        look: async () => whole,
        steps: async ({ id }) => steps[id] ?? expect.fail(`nobody need ask for the steps of run ${id}`),
      },
      clock: createFixedClock(minute(0)),
    },
    { workflow: FILE, maxAge: millis(3_600_000) },
  );
}

function run(state: WorkflowRun['state'], from: number, to = from): WorkflowRun {
  return {
    id: -from,
    hasFailed: false,
    url: `https://github.com/acme/models/actions/runs/${-from}`,
    state,
    startedAt: minute(from),
    changedAt: minute(to),
  };
}

describe('REL-03: a schedule that GitHub does not keep', () => {
  it.each([
    ['a run that ended a while ago', [run('waiting', -5), run('ended', -40, -39)], '39m'],
    [
      'a watch that began an hour ago and goes on',
      [run('waiting', -10), run('running', -61)],
      'less than 1m',
    ],
    ['a watch that ended just now', [run('skipped', -20), run('ended', -56, -1)], '1m'],
  ])('is kept by %s', async (_, runs, age) => {
    expect(await look({ runs })).toMatchObject({
      ticks: 'running',
      text: `${FILE} ran ${age} ago`,
      problems: [],
    });
  });

  it('is late six hours after the last run, whatever was cancelled since', async () => {
    const report = await look({ runs: [run('skipped', -10), run('skipped', -70), run('ended', -363, -362)] });
    expect(report).toMatchObject({
      ticks: 'late',
      lastRun: minute(-362),
      text: expect.stringMatching(
        /has not run for 6h2m, since 2026-11-21T01:58:00Z, and 1h is the limit.*gh workflow run belay-advance\.yml/,
      ),
      problems: [{ code: 'TICKS_MISSING', severity: 'error', at: { file: `.github/workflows/${FILE}` } }],
    });
  });

  it('names the run that waits for a runner, the one that waits longest', async () => {
    const report = await look({ runs: [run('waiting', -15), run('waiting', -100), run('ended', -120)] });
    expect(report.ticks).toBe('late');
    expect(report.text).toContain('A run waits since 2026-11-21T06:20:00Z');
    expect(report.text).toContain('/runs/100');
  });

  it('does not take a run that hangs for longer than a job may for one that ticks', async () => {
    expect(await look({ runs: [run('running', -361)] })).toMatchObject({
      ticks: 'late',
      lastRun: minute(-361),
    });
    expect((await look({ runs: [run('running', -359)] })).ticks).toBe('running');
  });

  it('gives a new workflow its time, and no more', async () => {
    expect(await look({ since: minute(-30) })).toMatchObject({ ticks: 'running', lastRun: undefined });
    expect(await look({ since: minute(-61) })).toMatchObject({
      ticks: 'late',
      text: expect.stringContaining('has never run since it is there (2026-11-21T06:59:00Z)'),
    });
  });

  it('asks nothing of a repository that has no such workflow yet', async () => {
    expect(await look(undefined)).toMatchObject({ ticks: 'absent', problems: [] });
  });
});

describe('runs that fail', () => {
  const failed = (from: number): WorkflowRun => ({ ...run('ended', from), hasFailed: true });
  const step = (name: string, end: WorkflowStep['end']): WorkflowStep => ({ name, end });
  const TICK = 'Run belay-dev/belay/actions/advance@v1';
  /** The secret of the App was revoked. */
  const NO_TOKEN = [step('Set up job', 'well'), step('Make a token', 'failed'), step(TICK, 'not-run')];
  const NO_ACTION = [step('Set up job', 'failed'), step('Complete job', 'well')];
  const HELD = [step('Set up job', 'well'), step(TICK, 'failed'), step('Tell the chat', 'well')];

  it.each([
    ['at the step "Make a token"', NO_TOKEN],
    ['at the step "Set up job"', NO_ACTION],
    ['before any step of it began', []],
  ])('%s have looked at nothing, however many there were', async (where, steps) => {
    const runs = [run('skipped', -3), failed(-5), failed(-20), failed(-50), run('ended', -65)];
    const report = await look({ runs }, { 5: steps, 20: steps, 50: steps });
    expect(report).toMatchObject({
      ticks: 'late',
      lastRun: minute(-65),
      problems: [{ code: 'TICKS_MISSING' }],
    });
    expect(report.text).toMatch(
      /has not looked for 1h5m.* nobody looks at the rollouts\. Its newest run failed /,
    );
    expect(report.text).toContain(where);
    expect(report.text).toContain('/runs/5');
  });

  it('over what they saw have looked, and tell that themselves', async () => {
    expect(await look({ runs: [failed(-5), failed(-20)] }, { 5: HELD })).toMatchObject({
      ticks: 'running',
      text: `${FILE} ran 5m ago`,
    });
  });

  it('before they looked are named while others did not', async () => {
    const report = await look({ runs: [failed(-5), failed(-20)] }, { 5: NO_TOKEN, 20: HELD });
    expect(report).toMatchObject({ ticks: 'running', lastRun: minute(-20), problems: [] });
    expect(report.text).toContain('ran 20m ago. Its newest run failed at the step "Make a token"');
  });

  it('in a step that has a name of its own are believed to have looked', async () => {
    const steps = [step('Set up job', 'well'), step('Check out', 'failed'), step('Tick', 'not-run')];
    expect((await look({ runs: [failed(-5)] }, { 5: steps })).ticks).toBe('running');
  });

  it('are not asked about while one is under way', async () => {
    expect((await look({ runs: [run('running', -1), failed(-5)] })).ticks).toBe('running');
  });
});

describe('REL-04: a schedule that is switched off', () => {
  it.each([
    ['asleep', /switched off by GitHub.*60 days.*gh workflow enable belay-advance\.yml/],
    ['disabled', /is disabled: nobody looks.*gh workflow enable belay-advance\.yml/],
  ] as const)('by %s is told at once, however lately it ran', async (state, text) => {
    expect(await look({ state, runs: [run('ended', -2)] })).toMatchObject({
      ticks: 'stopped',
      lastRun: minute(-2),
      text: expect.stringMatching(text),
      problems: [{ code: 'TICKS_MISSING' }],
    });
  });
});
