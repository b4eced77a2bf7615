import { describe, expect, it } from 'vitest';
import { drillPath } from '../../src/core/record/drill-file.ts';
import type { WrittenDrill } from '../../src/core/record/drill-schema.ts';
import { serialiseRecord } from '../../src/core/record/record-file.ts';
import { formatInstant, type Instant, instant } from '../../src/core/units.ts';
import { START } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { BASE, type Files, problemsOf } from './directory.ts';

const DAY = 86_400_000;
const WITH_DRILLS: Files = { ...BASE, '.belay/config.yaml': `${CONFIG}drill: {every: 90d}\n` };

/** The record of a first drill, as Belay writes it. */
function drillAt(at: Instant, more: Partial<WrittenDrill> = {}): Files {
  const record: WrittenDrill = {
    apiVersion: 'belay.dev/v1',
    kind: 'Drill',
    release: 'scorer',
    sequence: 1,
    previous: null,
    at: formatInstant(at),
    tool: 'belay test',
    trigger: { kind: 'schedule', actor: null },
    base: 'a'.repeat(40),
    operation: 'b'.repeat(64),
    variant: 'healthy',
    passed: true,
    from: 'drill-1',
    phases: [{ phase: 'decide', length: 5 }],
    total: 5,
    restore: 5,
    target: 600_000,
    requirements: [],
    findings: [],
    ...more,
  };
  return { ...WITH_DRILLS, [drillPath('scorer', 1)]: serialiseRecord(record) };
}

const told = async (files: Files, after = 0) => {
  const problems = await problemsOf(files, { now: instant(START + after) });
  return problems.filter(({ code }) => code.startsWith('DRILL_'));
};

describe('validate and drills', () => {
  it('says nothing where the config does not ask for drills, or nobody says what day it is', async () => {
    expect(await told(BASE)).toEqual([]);
    expect((await problemsOf(WITH_DRILLS)).filter(({ code }) => code === 'DRILL_OVERDUE')).toEqual([]);
  });

  it('warns of a release that was never drilled, and names the command', async () => {
    expect(await told(WITH_DRILLS)).toMatchObject([
      {
        code: 'DRILL_OVERDUE',
        severity: 'warning',
        at: { file: MANIFEST, line: 4 },
        message:
          'expected a drill of a healthy rollback every 90d, but none that passed is recorded; run "belay drill scorer", or the drill workflow',
      },
    ]);
  });

  it('is content to the last moment of the time, and warns with the date after it', async () => {
    expect(await told(drillAt(START), 90 * DAY)).toEqual([]);
    expect(await told(drillAt(START), 90 * DAY + 1)).toMatchObject([
      {
        code: 'DRILL_OVERDUE',
        message: expect.stringContaining(`the last that passed was at ${formatInstant(START)}`),
      },
    ]);
  });

  it('does not count one that a wrong clock dated ahead', async () => {
    expect(await told(drillAt(instant(START + DAY)))).toMatchObject([{ code: 'DRILL_OVERDUE' }]);
  });

  it('asks as often as the tier of the release says', async () => {
    const tiers = 'defaultTier: low\ntiers: {low: {drill: 30d}, high: {}}\n';
    const files: Files = {
      ...drillAt(START),
      '.belay/config.yaml': `${WITH_DRILLS['.belay/config.yaml']}${tiers}`,
    };
    expect(await told(files, 30 * DAY)).toEqual([]);
    expect(await told(files, 31 * DAY)).toMatchObject([{ message: expect.stringContaining('every 30d') }]);
    const high = { ...files, [MANIFEST]: files[MANIFEST]!.replace('spec:', 'spec:\n  tier: high') };
    expect(await told(high, 31 * DAY)).toEqual([]);
  });

  it.each([
    ['failed', { passed: false }],
    ['showed a fault', { variant: 'permission-lost' as const }],
  ])('does not count a drill that %s', async (_, more) => {
    expect(await told(drillAt(START, more))).toMatchObject([{ code: 'DRILL_OVERDUE' }]);
  });

  it.each<readonly [string, Partial<WrittenDrill>]>([
    ['is of another release', { release: 'other' }],
    ['is out of order', { sequence: 2 }],
    ['follows what is not there', { previous: `sha256:${'c'.repeat(64)}` }],
  ])('refuses a record that %s, and does not count it', async (_, more) => {
    expect(await told(drillAt(START, more))).toMatchObject([
      { code: 'DRILL_CHAIN_BROKEN', severity: 'error', at: { file: drillPath('scorer', 1) } },
      { code: 'DRILL_OVERDUE' },
    ]);
  });

  it('refuses a record that is no JSON, and one that is missing before another', async () => {
    const path = drillPath('scorer', 1);
    expect(await told({ ...WITH_DRILLS, [path]: 'passed' })).toMatchObject([
      { code: 'DRILL_CHAIN_BROKEN' },
      { code: 'DRILL_OVERDUE' },
    ]);
    expect(await told({ ...WITH_DRILLS, [drillPath('scorer', 2)]: '{}' })).toMatchObject([
      { code: 'DRILL_CHAIN_BROKEN', at: { file: path } },
      { code: 'DRILL_OVERDUE' },
    ]);
  });
});
