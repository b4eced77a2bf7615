import { describe, expect, it } from 'vitest';
import { advance } from '../../src/app/advance.ts';
import { orderOf } from '../../src/app/answer-comment.ts';
import type { Seen } from '../../src/app/find-outdated.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { watch } from '../../src/app/watch.ts';
import { runResult } from '../../src/cli/run-result.ts';
import { readCommand } from '../../src/core/command/command.ts';
import { ToolError } from '../../src/core/errors.ts';
import type { WrittenOrder } from '../../src/core/record/order-schema.ts';
import { readRecord } from '../../src/core/record/record-file.ts';
import { formatInstant, millis, sha } from '../../src/core/units.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { summariseRun } from '../../src/report/summary.ts';
import { printRun } from '../../src/report/terminal.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
import { CONFIG, MANIFEST, moveTo } from '../builders/world.ts';
import { createFakePeople } from '../fakes/people.ts';
import {
  type Bench,
  bringCandidate,
  CHECKS,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  STEPS,
  sick,
  splitOf,
  told,
  weightOf,
} from './bench.ts';
import { unaware } from './orders.ts';

holdToLaws();

let comments = 100;

interface Words {
  readonly name: string;
  readonly reason?: string;
  readonly until?: string;
  readonly version?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Somebody who may do so orders something, in a comment or as told; the run has a new checkout. */
async function order(
  bench: Bench,
  at: number,
  words: Words,
  source?: WrittenOrder['source'],
  seen?: Seen,
): Promise<RunReport> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  comments += 1;
  const given = { version: undefined, reason: undefined, until: undefined, from: undefined };
  const command = readCommand({ ...given, release: 'scorer', ...words });
  const from = source ?? { kind: 'comment' as const, id: comments, on: 12 };
  const person = { login: 'ana', id: 7 };
  const trigger = {
    kind: 'comment' as const,
    actor: 'ana',
    order: orderOf(command, { person, source: from }),
  };
  return obeyCommand({ ...bench.world, trigger }, command, {
    dryRun: false,
    ...(seen ? { seen } : {}),
  });
}

/** The form of `--until` of a minute. */
const untilMinute = (at: number): string => new Date(minute(at)).toISOString().replace(/:\d\d\.000Z$/, 'Z');

const newestRecord = (bench: Bench) => {
  const { tree } = bench.forge.commitAt(bench.forge.tip('main')!);
  const path = [...tree.keys()]
    .filter((name) => name.startsWith('.belay/records/scorer/'))
    .sort()
    .at(-1)!;
  return readRecord(path, tree.get(path) as string)!;
};

const PAUSE = { name: 'pause', reason: 'odd scores' };
const ASKS = { approval: 'required' } as const;
const GATED = [STEPS[0]!, { ...STEPS[1]!, ...ASKS }, STEPS[2]!] as const;

describe('a rollback whose pull request a person closed', () => {
  const health = { '3.4.1': healthy, '3.5.0': sick };

  async function openClosed(): Promise<Bench> {
    const bench = await openInFlight(2, { health });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(20))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
    bench.forge.setRules({});
    return bench;
  }

  it('stays closed through orders that leave the release as it is', async () => {
    const bench = await openClosed();
    const pulls = bench.forge.pulls.length;
    expect(told(await order(bench, 21, PAUSE))[2]).toBe('committed');
    const report = await bench.tick(25);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'suppressed']);
    expect(exitCodeOf(report)).toBe(2);
    expect(told(await order(bench, 26, { name: 'resume' }))[2]).toBe('committed');
    for (const at of [30, 35]) expect(told(await bench.tick(at))[2]).toBe('suppressed');
    expect(bench.forge.pulls).toHaveLength(pulls);
    expect(weightOf(bench)).toBe(5);
  });

  it('does so also where its branch was deleted', async () => {
    const bench = await openClosed();
    bench.forge.setBranch(bench.forge.pulls.at(-1)!.branch, undefined);
    await order(bench, 21, PAUSE);
    expect(told(await bench.tick(25))[2]).toBe('suppressed');
  });

  it('comes again where what it held under an earlier name cannot be read any more', async () => {
    const bench = await openClosed();
    const { head, branch } = bench.forge.pulls.at(-1)!;
    const read = bench.forge.read.bind(bench.forge);
    let isLost = true;
    bench.forge.read = async (at, paths) => {
      if (isLost && at === head) throw new ToolError({ code: 'CORRUPT', message: `no commit ${head}` });
      return read(at, paths);
    };
    bench.forge.setBranch(branch, undefined);
    expect(told(await bench.tick(21))[2]).toBe('failed');
    isLost = false;
    await order(bench, 22, PAUSE);
    isLost = true;
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it('comes again once somebody reopens it, with a record that follows the newest', async () => {
    const bench = await openClosed();
    await order(bench, 21, PAUSE);
    const { number, branch } = bench.forge.pulls.at(-1)!;
    bench.forge.reopenPull(number);
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(bench.forge.pulls.find((pull) => pull.number === number)?.state).toBe('closed');
    expect(bench.forge.pulls.at(-1)).toMatchObject({ state: 'merged' });
    expect(bench.forge.pulls.at(-1)!.branch).not.toBe(branch);
    expect(weightOf(bench)).toBe(0);
  });

  it('comes again after an edit of the manifest, and when a person orders it', async () => {
    const edited = await openClosed();
    await order(edited, 21, PAUSE);
    const text = edited.forge.textAt(MANIFEST)!;
    edited.forge.push({ [MANIFEST]: `${text}# looked at by mona\n` });
    expect(told(await edited.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    const asked = await openClosed();
    await order(asked, 21, PAUSE);
    expect(told(await asked.rollBack(25))[2]).toBe('merged');
  });

  it('is no answer any more once a person ordered the rollback, though that can land no longer', async () => {
    const bench = await openClosed();
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.rollBack(21))[2]).toBe('armed');
    expect(told(await order(unaware(bench), 22, PAUSE))[2]).toBe('committed');
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(0);
  });

  it('is no answer where somebody had pushed to it: Belay asks for it to be closed', async () => {
    const bench = await openInFlight(2, { health });
    bench.forge.setRules({ pending: 'ci', autoMerge: false });
    await bench.tick(20);
    const { branch, number } = bench.forge.pulls.at(-1)!;
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch });
    bench.forge.closePull(number);
    bench.forge.setBranch(branch, undefined);
    bench.forge.setRules({});
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
  });

  it.each([false, true])('stays closed on its second branch as well (paused after: %s)', async (pauses) => {
    const bench = await openInFlight(2, { health });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    const { branch } = bench.forge.pulls.at(-1)!;
    bench.forge.push({ 'notes.md': 'mine\n' }, { branch });
    expect(told(await bench.tick(21))[2]).toBe('armed');
    const second = bench.forge.pulls.at(-1)!;
    expect(second.branch).toBe(`${branch}-2`);
    bench.forge.closePull(second.number);
    bench.forge.setBranch(branch, undefined);
    bench.forge.setRules({});
    if (pauses) await order(bench, 22, PAUSE);
    expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'suppressed']);
    expect(weightOf(bench)).toBe(5);
  });

  it.each([false, true])(
    'comes again after an edit that was taken back (paused between: %s)',
    async (pauses) => {
      const bench = await openClosed();
      const text = bench.forge.textAt(MANIFEST)!;
      bench.forge.setRules({ pending: 'ci', autoMerge: false });
      bench.forge.push({ [MANIFEST]: `${text}# looked at by mona\n` });
      expect(told(await bench.tick(22))[2]).toBe('blocked');
      bench.forge.push({ [MANIFEST]: text });
      if (pauses) await order(bench, 23, PAUSE);
      bench.forge.setRules({});
      expect(told(await bench.tick(25))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
      expect(weightOf(bench)).toBe(0);
    },
  );

  it('is not taken for closed where Belay withdrew it', async () => {
    const bench = await openInFlight(2, { health });
    bench.forge.setRules({ pending: 'ci' });
    await bench.tick(20);
    expect(told(await order(unaware(bench), 21, PAUSE))[2]).toBe('committed');
    expect(told(await bench.tick(25))[2]).toBe('armed');
    expect(told(await order(unaware(bench), 26, { name: 'resume' }))[2]).toBe('committed');
    expect(told(await bench.tick(30))[2]).toBe('armed');
    expect(bench.forge.pulls.filter(({ state }) => state === 'open')).toHaveLength(1);
  });
});

describe('a pause by a person', () => {
  it('holds the release from the next look on, whatever the checks say, until somebody resumes', async () => {
    const bench = await openInFlight(2);
    expect(told(await order(bench, 20, PAUSE))).toEqual(['pause', 'PAUSED_BY_PERSON', 'committed']);
    for (const at of [32, 64, 200]) {
      const report = await bench.tick(at);
      expect(told(report)).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
      expect(only(report).decision.reasons[0].text).toMatch(
        /^paused by ana since 2026-\S+Z: odd scores; "\/belay resume scorer" goes on$/,
      );
    }
    expect(weightOf(bench)).toBe(5);
    expect(told(await order(bench, 201, { name: 'resume' }))).toEqual([
      'resume',
      'RESUMED_BY_PERSON',
      'committed',
    ]);
    expect(told(await bench.tick(202))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('says at its end since when the release was paused, however often it was ordered', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, { ...PAUSE, until: untilMinute(60) });
    await order(bench, 22, PAUSE);
    await order(bench, 24, { name: 'looks-wrong', reason: 'odd' });
    const report = await order(bench, 26, { name: 'resume' });
    expect(only(report).decision.reasons[0].text).toContain(
      `paused since ${formatInstant(minute(20))} in record 3`,
    );
  });

  it('says at its end what Belay holds by itself', async () => {
    const health = { '3.4.1': healthy, '3.5.0': (at: number) => (at < 20 ? 0.005 : 0.2) };
    const checks = [{ ...CHECKS[0], onFail: 'pause' }] as const;
    const bench = await openInFlight(2, { health }, { checks });
    await order(bench, 20, PAUSE);
    expect(told(await bench.tick(32))).toEqual(['pause', 'PAUSED_BY_CHECK', 'committed']);
    const report = await order(bench, 33, { name: 'resume' });
    expect(told(report)).toEqual(['resume', 'RESUMED_BY_PERSON', 'committed']);
    expect(only(report).decision.reasons[0].text).toMatch(
      /paused since \S+ in record 3\. What Belay holds by itself \(PAUSED_BY_CHECK\) stays, and ends by what its reason says$/,
    );
    expect(told(await bench.tick(36))).toEqual(['hold', 'PAUSED_BY_CHECK', 'none']);
  });

  it('stands in its record with who, why, when, until when and where', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, { ...PAUSE, until: '2026-11-30T00:00Z' }, { kind: 'comment', id: 4_242, on: 12 });
    expect(newestRecord(bench)).toMatchObject({
      at: minute(20),
      decision: {
        kind: 'pause',
        reasons: [{ code: 'PAUSED_BY_PERSON', text: 'paused until 2026-11-30T00:00:00Z by ana: odd scores' }],
      },
      trigger: {
        kind: 'comment',
        actor: 'ana',
        order: {
          name: 'pause',
          by: { login: 'ana', id: 7 },
          source: { kind: 'comment', id: 4_242, on: 12 },
          reason: 'odd scores',
          until: Date.UTC(2026, 10, 30),
        },
      },
      candidate: { version: CANDIDATE.version },
    });
    const tip = bench.forge.commitAt(bench.forge.tip('main')!);
    expect(tip.message.split('\n')[0]).toBe('release(scorer): pause by ana (record 0003)');
  });

  it('is ended where it was ordered: at a terminal, by a line', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, PAUSE, { kind: 'terminal' });
    expect(only(await bench.tick(32)).decision.reasons[0].text).toMatch(
      /: odd scores; "belay command resume scorer" goes on$/,
    );
  });

  it('keeps a candidate that waits from starting', async () => {
    const bench = openBench();
    await bench.tick(0);
    await order(bench, 1, PAUSE);
    bringCandidate(bench);
    expect(told(await bench.tick(2))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    await order(bench, 3, { name: 'resume' });
    expect(told(await bench.tick(4))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('keeps a bake from being promoted', async () => {
    const bench = await openInFlight(4);
    await order(bench, 70, PAUSE);
    expect(told(await bench.tick(96))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
  });

  it('ends by itself where it was ordered until then', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, { ...PAUSE, until: untilMinute(40) });
    expect(told(await bench.tick(39))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    expect(told(await bench.tick(41))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(told(await order(bench, 42, { name: 'resume' }))).toEqual(['nothing', 'NOT_PAUSED', 'none']);
  });

  it('does not keep proven harm from being rolled back, and outlasts it', async () => {
    const bench = await openInFlight(2, {
      health: { '3.4.1': () => 0.005, '3.5.0': (at) => (at < 20 ? 0.005 : 0.2) },
    });
    await order(bench, 20, PAUSE);
    expect(told(await bench.tick(32))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(weightOf(bench)).toBe(0);
    bringCandidate(bench, { candidate: { ...CANDIDATE, version: '3.6.0', digest: 'c' } as never });
    expect(told(await bench.tick(60))[1]).not.toBe('CANDIDATE_NEW');
  });

  it('is seen by a watch at its next look', async () => {
    const bench = await openInFlight(2);
    await moveTo(bench.clock, minute(25));
    bench.forge.checkout();
    let looks = 0;
    const clock = {
      now: bench.clock.now,
      sleep: async (length: Parameters<typeof bench.clock.sleep>[0]) => {
        looks += 1;
        if (looks === 2) await order(bench, 26.5, PAUSE);
        await bench.clock.sleep(length);
      },
    };
    const stop = new AbortController();
    const report = await watch(
      { ...bench.world, clock },
      { only: [], dryRun: false, length: millis(10 * 60_000), every: millis(60_000), stop: stop.signal },
    );
    expect(only(report.last).decision.reasons[0].code).toBe('PAUSED_BY_PERSON');
    expect(weightOf(bench)).toBe(5);
  });

  it('wins against a step that was decided at the same moment: that is decided again', async () => {
    const bench = await openInFlight(2);
    await moveTo(bench.clock, minute(32));
    bench.forge.checkout();
    const { forge } = bench;
    let isFirst = true;
    const commit: typeof forge.commit = async (request) => {
      if (isFirst) {
        isFirst = false;
        await order(bench, 32, PAUSE);
      }
      return forge.commit(request);
    };
    const racing = new Proxy(forge, {
      get(target, key) {
        if (key === 'commit') return commit;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const report = await advance({ ...bench.world, forge: racing }, { only: [], dryRun: false });
    expect(told(report)).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    expect(weightOf(bench)).toBe(5);
  });

  it.each([
    ['pause', {}],
    ['pause', { until: untilMinute(300) }],
    ['looks-wrong', {}],
  ])('%s %j is not ended by another pause that ends sooner', async (name, end) => {
    const bench = await openInFlight(2);
    await order(bench, 20, { name, reason: 'odd scores', ...end });
    const code = name === 'pause' ? 'PAUSED_BY_PERSON' : 'LOOKS_WRONG';
    const report = await order(bench, 21, { ...PAUSE, until: untilMinute(22) });
    expect(told(report)).toEqual(['nothing', 'PAUSED_ALREADY', 'none']);
    expect(only(report).decision.reasons[0].text).toMatch(
      /^paused already by ana in record 3, until .+; to end it sooner, resume first$/,
    );
    expect(told(await bench.tick(64))).toEqual(['hold', code, 'none']);
  });

  it.each([{}, { until: untilMinute(60) }])(
    '%j that is ordered again with the same end writes nothing',
    async (end) => {
      const bench = await openInFlight(2);
      await order(bench, 20, { ...PAUSE, ...end });
      const tip = bench.forge.tip('main');
      const again = await order(bench, 21, { ...PAUSE, ...end });
      expect([told(again), exitCodeOf(again)]).toEqual([['nothing', 'PAUSED_ALREADY', 'none'], 0]);
      expect(bench.forge.tip('main')).toBe(tip);
    },
  );

  it('says until when', async () => {
    const bench = await openInFlight(2);
    const report = await order(bench, 20, { ...PAUSE, until: untilMinute(60) });
    expect(only(report).decision.reasons[0].text).toMatch(/^paused until 2026-\S+Z by ana: odd scores$/);
  });

  it('may be made longer, and louder', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, { ...PAUSE, until: untilMinute(30) });
    expect(told(await order(bench, 21, { ...PAUSE, until: untilMinute(60) }))[0]).toBe('pause');
    expect(told(await bench.tick(59))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    expect(told(await order(bench, 59, PAUSE))[0]).toBe('pause');
    await order(bench, 59, { name: 'looks-wrong', reason: 'all the same' });
    expect(told(await bench.tick(70))).toEqual(['hold', 'LOOKS_WRONG', 'none']);
    expect(told(await order(bench, 71, PAUSE))).toEqual(['nothing', 'PAUSED_ALREADY', 'none']);
    await order(bench, 72, { name: 'resume' });
    expect(told(await bench.tick(73))[0]).toBe('advance');
  });

  it.each([20, 19, -10_000])('until minute %d is refused at minute 20, and writes nothing', async (end) => {
    const bench = await openInFlight(2);
    const tip = bench.forge.tip('main');
    await expect(order(bench, 20, { ...PAUSE, until: untilMinute(end) })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('is over (it is '),
    });
    expect(bench.forge.tip('main')).toBe(tip);
  });

  it('leaves a pause that Belay made what it is', async () => {
    const bench = await openInFlight(2, {}, { deadline: '2h' });
    expect(told(await bench.tick(122))).toEqual(['pause', 'DEADLINE_PASSED', 'committed']);
    await order(bench, 123, PAUSE);
    await order(bench, 124, { name: 'resume' });
    expect(told(await bench.tick(125))).toEqual(['hold', 'PAUSED_AFTER_DEADLINE', 'none']);
  });
});

describe('an order', () => {
  it('is obeyed once, however often its comment is heard of', async () => {
    const bench = await openInFlight(2);
    const source = { kind: 'comment', id: 99, on: 3 } as const;
    await order(bench, 20, PAUSE, source);
    await order(bench, 21, { name: 'resume' });
    const tip = bench.forge.tip('main');
    const again = await order(bench, 22, PAUSE, source);
    expect(told(again)).toEqual(['nothing', 'ORDER_DONE', 'none']);
    expect(only(again).decision.reasons[0].text).toBe('comment 99 on #3 was obeyed already, in record 3');
    expect(bench.forge.tip('main')).toBe(tip);
  });

  it('lands although the branch moves meanwhile', async () => {
    const bench = await openInFlight(2);
    await moveTo(bench.clock, minute(20));
    bench.forge.beforeNextWrite(() => bench.forge.push({ 'README.md': 'hello\n' }));
    expect(told(await order(bench, 20, PAUSE))).toEqual(['pause', 'PAUSED_BY_PERSON', 'committed']);
  });

  describe('that waits for a requirement', () => {
    const config = `${CONFIG}advance: {mode: pull-request}\n`;
    const newestPull = (bench: Bench) => bench.forge.pulls.at(-1)!;

    /** A pause that has landed, and an order to end it whose pull request waits. */
    async function resuming() {
      const bench = await openInFlight(2, { config });
      expect(told(await order(bench, 20, PAUSE))).toEqual(['pause', 'PAUSED_BY_PERSON', 'merged']);
      bench.forge.setRules({ pending: 'ci' });
      const report = await order(bench, 21, { name: 'resume' });
      expect(told(report)).toEqual(['resume', 'RESUMED_BY_PERSON', 'waiting']);
      return bench;
    }

    it('is never armed when it lets something go on; a tick lands it, once it may', async () => {
      const bench = await resuming();
      expect(newestPull(bench)).toMatchObject({ armed: false });
      expect(newestPull(bench).description).toContain('it counts from when this is merged');
      expect(told(await bench.tick(32))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
      bench.forge.setRules({});
      expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
      expect(weightOf(bench)).toBe(25);
    });

    it('is not landed when somebody has pushed to it, and a person is told', async () => {
      const bench = await resuming();
      bench.forge.push({ 'README.md': 'mine\n' }, { branch: newestPull(bench).branch });
      bench.forge.setRules({});
      const report = await bench.tick(33);
      expect(told(report)).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
      expect(exitCodeOf(report)).toBe(1);
      expect(report.problems).toMatchObject([
        { code: 'ORDER_OPEN', message: expect.stringContaining('is not one that this run') },
      ]);
      expect(newestPull(bench).state).toBe('open');
    });

    it('is disarmed by the look that waits, should somebody have armed it', async () => {
      const bench = await resuming();
      bench.forge.armPull(newestPull(bench).number);
      await bench.tick(32);
      expect(newestPull(bench)).toMatchObject({ armed: false, state: 'open' });
    });

    it('can land no more when other records came since, and says so', async () => {
      const bench = await resuming();
      const { branch } = newestPull(bench);
      bench.forge.setRules({});
      await order(bench, 22, { name: 'looks-wrong', reason: 'worse' });
      // the new pause has closed it: what would go on has to be ordered again
      expect(bench.forge.pulls.find((pull) => pull.branch === branch)).toMatchObject({ state: 'closed' });
      bench.forge.openPull(branch);
      const report = await bench.tick(33);
      expect(told(report)).toEqual(['hold', 'LOOKS_WRONG', 'none']);
      expect(report.problems).toMatchObject([
        { code: 'ORDER_OPEN', message: expect.stringContaining('it can land no more') },
      ]);
    });

    it('breaks no tick when GitHub breaks over it', async () => {
      const bench = await resuming();
      bench.forge.failNext('inspect', new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'no answer' }));
      expect(told(await bench.tick(33))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    });

    it('costs an idle tick nothing once there is nothing for it to change', async () => {
      const bench = await resuming();
      bench.forge.setRules({});
      await bench.tick(33);
      const { requests } = bench.world.forge.cost();
      await bench.tick(34);
      expect(bench.world.forge.cost().requests).toBe(requests);
    });

    describe.each(['pause', 'looks-wrong'])('and is a %s', (name) => {
      const code = name === 'pause' ? 'PAUSED_BY_PERSON' : 'LOOKS_WRONG';
      async function pausing() {
        const bench = await openInFlight(2, { config });
        bench.forge.setRules({ pending: 'ci' });
        expect(told(await order(bench, 20, { name, reason: 'odd scores' }))).toEqual([
          'pause',
          code,
          'armed',
        ]);
        return bench;
      }

      it('is not closed by another pause that ends sooner', async () => {
        const bench = await pausing();
        const report = await order(bench, 21, { ...PAUSE, until: untilMinute(30) });
        expect(told(report)).toEqual(['nothing', 'PAUSED_ALREADY', 'none']);
        expect(only(report).decision.reasons[0].text).toMatch(
          /^paused already by ana in pull request #\d+, which waits .+, until somebody resumes, and no other pause/,
        );
        expect(newestPull(bench)).toMatchObject({ state: 'open', armed: true });
        bench.forge.setRules({});
        expect(told(await bench.tick(40))).toEqual(['hold', code, 'none']);
      });

      it('is ended by closing its pull request, as whoever resumes is told', async () => {
        const bench = await pausing();
        const { number } = newestPull(bench);
        const report = await order(bench, 21, { name: 'resume' });
        expect(told(report)).toEqual(['hold', 'NOT_PAUSED', 'none']);
        expect(exitCodeOf(report)).toBe(1);
        expect(only(report).decision.reasons[0].text).toBe(
          `the pause by ana waits in pull request #${number} for a requirement, and holds steps until then: close that one, and nothing is paused`,
        );
        bench.forge.closePull(number);
        expect(told(await order(bench, 22, { name: 'resume' }))).toEqual(['nothing', 'NOT_PAUSED', 'none']);
      });
    });

    it('and is a pause gives way to one that lasts longer', async () => {
      const bench = await openInFlight(2, { config });
      bench.forge.setRules({ pending: 'ci' });
      await order(bench, 20, { ...PAUSE, until: untilMinute(30) });
      expect(told(await order(bench, 21, PAUSE))).toEqual(['pause', 'PAUSED_BY_PERSON', 'armed']);
      expect(bench.forge.pulls.slice(-2)).toMatchObject([
        { state: 'closed', withdrawn: true },
        { state: 'open' },
      ]);
    });

    it('and is a pause that somebody pushed to is no pause: another one takes its place', async () => {
      const bench = await openInFlight(2, { config });
      bench.forge.setRules({ pending: 'ci' });
      await order(bench, 20, PAUSE);
      bench.forge.push({ 'README.md': 'mine\n' }, { branch: newestPull(bench).branch });
      expect(told(await order(bench, 21, { ...PAUSE, until: untilMinute(30) }))[2]).toBe('armed');
      expect(bench.forge.pulls.at(-2)).toMatchObject({ state: 'closed' });
    });
  });

  it('to pause holds steps already while its pull request is open', async () => {
    const config = `${CONFIG}advance: {mode: pull-request}\n`;
    const bench = await openInFlight(2, { config });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await order(bench, 20, PAUSE))).toEqual(['pause', 'PAUSED_BY_PERSON', 'armed']);
    const pulls = bench.forge.pulls.length;
    expect(told(await bench.tick(32))).toEqual(['hold', 'PAUSE_PENDING', 'none']);
    expect(bench.forge.pulls).toHaveLength(pulls);
    bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
    bench.forge.setRules({});
    expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'merged']);
  });

  it('to pause does not hold a rollback while its pull request is open', async () => {
    const config = `${CONFIG}advance: {mode: pull-request}\n`;
    const health = { '3.4.1': () => 0.005, '3.5.0': (at: number) => (at < 20 ? 0.005 : 0.2) };
    const bench = await openInFlight(2, { config, health });
    bench.forge.setRules({ pending: 'ci' });
    await order(bench, 20, PAUSE);
    expect(told(await bench.tick(32))).toEqual(['rollback', 'HARM_PROVEN', 'armed']);
  });

  it('to resume what no person paused says what holds it', async () => {
    const bench = await openInFlight(2);
    expect(told(await order(bench, 20, { name: 'resume' }))).toEqual(['nothing', 'NOT_PAUSED', 'none']);
  });
});

describe('what looks wrong to a person', () => {
  it('pauses at once, and every run says so until somebody has looked', async () => {
    const bench = await openInFlight(2);
    const report = await order(bench, 20, { name: 'looks-wrong', reason: 'the top 10 are all the same' });
    expect(told(report)).toEqual(['pause', 'LOOKS_WRONG', 'committed']);
    const next = await bench.tick(32);
    expect(told(next)).toEqual(['hold', 'LOOKS_WRONG', 'none']);
    expect(exitCodeOf(next)).toBe(2);
    await order(bench, 33, { name: 'resume', reason: 'they are the same for stable, too' });
    expect(told(await bench.tick(34))[0]).toBe('advance');
  });
});

describe('what looks wrong to somebody twice', () => {
  it('is one record for the same word of the same person, and another for any other', async () => {
    const bench = await openInFlight(2);
    const odd = { name: 'looks-wrong', reason: 'odd' } as const;
    await order(bench, 20, odd);
    const tip = bench.forge.tip('main');
    const again = await order(bench, 21, odd);
    expect([told(again), exitCodeOf(again)]).toEqual([['nothing', 'PAUSED_ALREADY', 'none'], 0]);
    expect(only(again).decision.reasons[0].text).toMatch(
      /^it looks wrong to ana already, since 2026-\S+Z in record 3, and is paused until somebody resumes$/,
    );
    expect(bench.forge.tip('main')).toBe(tip);
    const more = await order(bench, 22, { ...odd, reason: 'the bottom 10 as well' });
    expect(told(more)).toEqual(['pause', 'LOOKS_WRONG', 'committed']);
    await order(bench, 23, { name: 'resume' });
    expect(told(await order(bench, 24, odd))).toEqual(['pause', 'LOOKS_WRONG', 'committed']);
  });
});

describe('abort and rollback', () => {
  it('abort takes the candidate back, with the order in the record', async () => {
    const bench = await openInFlight(3);
    const report = await order(bench, 40, { name: 'abort', reason: 'wrong training data' });
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(splitOf(bench)).toEqual([100, 0]);
    expect(newestRecord(bench)).toMatchObject({
      decision: { kind: 'rollback', reasons: [{ text: 'ana: wrong training data' }] },
      trigger: { kind: 'comment', order: { name: 'abort', by: { id: 7 } } },
    });
  });

  it('looks-wrong is said of a settled release as well, also after going back, until somebody resumes', async () => {
    const bench = await openInFlight(2);
    await order(bench, 20, { name: 'looks-wrong', reason: 'the top 10 are all the same' });
    await order(bench, 21, { name: 'abort' });
    for (const at of [23, 28]) {
      const held = await bench.tick(at);
      expect([told(held), exitCodeOf(held)]).toEqual([['hold', 'LOOKS_WRONG', 'none'], 2]);
    }
    await order(bench, 29, { name: 'resume' });
    const rest = await bench.tick(30);
    expect([told(rest), exitCodeOf(rest)]).toEqual([['nothing', 'SETTLED', 'none'], 0]);
  });

  it('a pause of a settled release is named by each run, which ends as without it', async () => {
    const bench = await openInFlight(2);
    await order(bench, 10, { name: 'abort' });
    await order(bench, 11, { name: 'pause', reason: 'the feed is odd' });
    const report = await bench.tick(12);
    expect([told(report), exitCodeOf(report)]).toEqual([['nothing', 'SETTLED', 'none'], 0]);
    expect(only(report).decision.reasons.map(({ code }) => code)).toEqual(['SETTLED', 'PAUSED_BY_PERSON']);
  });

  it.each([
    { name: 'resume' },
    { name: 'approve' },
    { name: 'lift-quarantine', version: '3.5.0', reason: 'x' },
  ])('$name waits until the config can be read again', async (words) => {
    const bench = await openInFlight(2);
    bench.forge.push({ '.belay/config.yaml': 'kind: Config\n' });
    bench.forge.checkout();
    await expect(order(bench, 20, words)).rejects.toThrow(/config\.yaml cannot be read, and \S+ goes by it/);
  });

  it('abort of a settled release says how to leave a promoted version', async () => {
    const bench = await openInFlight(5);
    const report = await order(bench, 100, { name: 'abort', reason: 'x' });
    expect(told(report)).toEqual(['nothing', 'NOTHING_TO_ROLL_BACK', 'none']);
    expect(exitCodeOf(report)).toBe(1);
    expect(runResult(report).problems).toMatchObject([{ code: 'NOTHING_ROLLED_BACK', severity: 'error' }]);
    expect(only(report).decision.reasons[0].text).toContain('--from 3.5.0');
  });

  it('abort of a version that nobody tries is red, and of one that was taken back is done', async () => {
    const bench = await openInFlight(3);
    const words = { name: 'abort', reason: 'x' };
    const wrong = await order(bench, 40, { ...words, from: '9.9.9' });
    expect([told(wrong)[1], exitCodeOf(wrong)]).toEqual(['NOTHING_TO_ROLL_BACK', 1]);
    await order(bench, 41, words);
    for (const again of [words, { ...words, from: '3.5.0' }]) {
      const report = await order(bench, 42, again);
      expect([told(report)[1], exitCodeOf(report)]).toEqual(['SETTLED', 0]);
      expect(runResult(report).problems).toMatchObject([{ severity: 'warning' }]);
    }
  });

  it('rollback leaves a promoted version that is named, once', async () => {
    const bench = await openInFlight(5);
    const words = { name: 'rollback', reason: 'refunds are up', from: '3.5.0' };
    const source = { kind: 'run', id: 5_005 } as const;
    expect(told(await order(bench, 100, words, source))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(splitOf(bench)).toEqual([100, 0]);
    expect(told(await order(bench, 101, words, source))).toEqual(['nothing', 'ORDER_DONE', 'none']);
  });
});

describe('a step that asks for a person', () => {
  const setup = { steps: [...GATED] };

  it('waits in a pull request, and is taken when it was approved by command', async () => {
    const bench = await openInFlight(2, {}, setup);
    expect(told(await bench.tick(32))).toEqual(['advance', 'CHECKS_PASS', 'awaiting-approval']);
    expect(told(await order(bench, 33, { name: 'approve', reason: 'slices are fine' }))).toEqual([
      'approve',
      'APPROVED',
      'committed',
    ]);
    const report = await bench.tick(34);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(weightOf(bench)).toBe(25);
    expect(newestRecord(bench).decision.reasons.at(-1)).toEqual({
      code: 'APPROVED',
      text: 'the step to 25% was approved by ana in record 3: slices are fine',
    });
    const [pull] = bench.forge.pulls;
    expect(pull).toMatchObject({ state: 'closed', withdrawn: true });
    expect(pull?.comments.at(-1)).toContain('Approved, and taken in');
  });

  it('may be approved before its hold is over, and is still taken no sooner', async () => {
    const bench = await openInFlight(2, {}, setup);
    await order(bench, 10, { name: 'approve' });
    expect(told(await bench.tick(20))).toEqual(['hold', 'HOLD_NOT_OVER', 'none']);
    expect(told(await bench.tick(32))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(bench.forge.pulls).toEqual([]);
  });

  it('is not approved any more when the manifest was edited since', async () => {
    const bench = await openInFlight(2, {}, setup);
    await order(bench, 10, { name: 'approve' });
    const path = 'releases/scorer.yaml';
    bench.forge.push({ [path]: `${bench.forge.textAt(path)}# an edit\n` });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'awaiting-approval']);
    const said = only(report).decision.reasons.at(-1);
    expect(said).toEqual({
      code: 'APPROVAL_OUTDATED',
      text: 'the step to 25% was approved by ana in record 3, and the manifest was changed after that: nobody approved the step to 25% as it is now',
    });
    expect(bench.forge.pulls[0]?.description).toContain(said?.text);
  });

  it('is approved by a comment of the manifest as it was when that was written', async () => {
    const bench = await openInFlight(2, {}, setup);
    await moveTo(bench.clock, minute(10));
    const path = 'releases/scorer.yaml';
    bench.forge.push({ [path]: `${bench.forge.textAt(path)}# an edit\n` });
    const late = await order(bench, 12, { name: 'approve' }, undefined, { kind: 'at', at: minute(9) });
    expect(told(late)).toEqual(['nothing', 'APPROVAL_OUTDATED', 'none']);
    expect(only(late).decision.reasons[0].text).toMatch(
      /^the manifest was edited at .*, after the approval was given at/,
    );
    const seen = { kind: 'at', at: minute(13) } as const;
    expect(told(await order(bench, 14, { name: 'approve' }, undefined, seen))[0]).toBe('approve');
  });

  describe('before another one that does, too,', () => {
    const twice = { steps: [STEPS[0]!, { ...STEPS[1]!, ...ASKS }, { ...STEPS[2]!, ...ASKS }] };

    it('is approved by two who commented, and the other one by neither', async () => {
      const bench = await openInFlight(2, {}, twice);
      await order(bench, 10, { name: 'approve' });
      expect(told(await bench.tick(32))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
      const late = await order(bench, 40, { name: 'approve' }, undefined, { kind: 'at', at: minute(31) });
      expect(told(late)).toEqual(['nothing', 'APPROVAL_OUTDATED', 'none']);
      expect(only(late).decision.reasons[0].text).toMatch(/nobody approved the step to 100%/);
      const seen = { kind: 'at', at: minute(41) } as const;
      expect(told(await order(bench, 42, { name: 'approve' }, undefined, seen))[0]).toBe('approve');
    });

    it('is approved by a review, and the other one not, although a command came in between', async () => {
      const bench = await openInFlight(2, { config: `${CONFIG}roles: {approve: ["@ana"]}\n` }, twice);
      const people = createFakePeople();
      people.allow('ana', 'write', 7);
      expect(told(await bench.tick(32))[2]).toBe('awaiting-approval');
      const { head } = bench.forge.pulls[0]!;
      people.review(1, { author: { login: 'ana', id: 7, isPerson: true }, state: 'approved', commit: head });
      const reviews: typeof people.reviews = async (pull) => {
        Object.assign(bench.world, { people: undefined });
        await order(bench, 37, { name: 'approve' });
        expect(told(await bench.tick(37))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
        bench.forge.checkout();
        return people.reviews(pull);
      };
      Object.assign(bench.world, { people: { ...people, reviews } });
      await bench.tick(37);
      expect(weightOf(bench)).toBe(25);
      expect(newestRecord(bench).decision.kind).toBe('advance');
    });
  });

  describe('of which another is named', () => {
    const OUTDATED = ['APPROVAL_OUTDATED', 1];
    const NOT_NEEDED = ['APPROVAL_NOT_NEEDED', 0];
    const approve = async (bench: Bench, at: number, words: Partial<Words>) => {
      const report = await order(bench, at, { name: 'approve', ...words });
      return { came: [told(report)[1], exitCodeOf(report)], text: only(report).decision.reasons[0].text };
    };

    it('is refused with what comes next, approved already or not', async () => {
      const bench = await openInFlight(2, {}, setup);
      const version = await approve(bench, 10, { version: '9.9.9' });
      expect(version).toEqual({
        came: OUTDATED,
        text: '9.9.9 is not what comes next: 3.5.0 to 25% is. Look again, and approve that',
      });
      expect((await approve(bench, 10, { to: '26' })).text).toMatch(/^26% is not what comes next/);
      expect((await approve(bench, 11, { version: '3.5.0', to: '25' })).came).toEqual(['APPROVED', 0]);
      expect((await approve(bench, 12, { version: '9.9.9' })).came).toEqual(OUTDATED);
      expect((await approve(bench, 12, { to: '26' })).came).toEqual(OUTDATED);
      expect((await approve(bench, 12, {})).came).toEqual(NOT_NEEDED);
    });

    it('is done when the candidate is at that step, or serves all', async () => {
      const bench = await openInFlight(2, {}, setup);
      await approve(bench, 10, {});
      await bench.tick(32);
      expect((await approve(bench, 40, { version: '3.5.0', to: '25' })).came).toEqual(NOT_NEEDED);
      expect((await approve(bench, 40, { version: '9.9.9', to: '25' })).came).toEqual(OUTDATED);
      const settled = await openInFlight(5);
      expect((await approve(settled, 100, { version: '3.5.0', to: '25' })).came).toEqual(NOT_NEEDED);
      expect((await approve(settled, 100, { version: '9.9.9' })).came).toEqual(['NOTHING_TO_APPROVE', 1]);
      expect((await approve(settled, 100, {})).came).toEqual(['NOTHING_TO_APPROVE', 1]);
    });
  });

  it('of which there is none next needs no approval', async () => {
    const bench = await openInFlight(2);
    const report = await order(bench, 10, { name: 'approve' });
    expect(told(report)).toEqual(['nothing', 'APPROVAL_NOT_NEEDED', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('asks nobody');
  });

  it('can be the first', async () => {
    const steps = [{ ...STEPS[0]!, ...ASKS }, STEPS[1]!, STEPS[2]!];
    const bench = openBench();
    await bench.tick(0);
    bringCandidate(bench, { steps });
    expect(told(await bench.tick(1))).toEqual(['start', 'CANDIDATE_NEW', 'awaiting-approval']);
    await order(bench, 2, { name: 'approve' });
    expect(told(await bench.tick(3))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(weightOf(bench)).toBe(5);
  });

  describe('by a review', () => {
    const roles = 'roles: {approve: ["@ana", "@acme/risk-ml"]}\n';
    async function waiting() {
      const bench = await openInFlight(2, { config: CONFIG + roles }, setup);
      const people = createFakePeople();
      Object.assign(bench.world, { people });
      expect(told(await bench.tick(32))[2]).toBe('awaiting-approval');
      people.allow('ana', 'write', 7);
      people.allow('bob', 'admin', 8);
      const { head } = bench.forge.pulls[0]!;
      const review = (
        login: string,
        state: 'approved' | 'changes-requested' | 'dismissed',
        commit = head,
      ) => {
        const id = login === 'ana' ? 7 : 8;
        people.review(1, { author: { login, id, isPerson: login !== 'a-bot' }, state, commit });
      };
      return { bench, people, head, review };
    }

    it('is taken by the next tick, with who approved in the record', async () => {
      const { bench, review } = await waiting();
      review('ana', 'approved');
      expect(told(await bench.tick(37))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
      expect(weightOf(bench)).toBe(25);
      const { tree } = bench.forge.commitAt(bench.forge.tip('main')!);
      const approval = readRecord('x', tree.get('.belay/records/scorer/0003.json') as string);
      expect(approval).toMatchObject({
        decision: { kind: 'approve', to: 25 },
        trigger: {
          order: { name: 'approve', by: { login: 'ana', id: 7 }, source: { kind: 'review', id: 1, on: 1 } },
        },
      });
      expect(bench.forge.pulls[0]).toMatchObject({ state: 'closed', withdrawn: true });
    });

    it.each([
      ['nobody', () => undefined],
      ['somebody without the role', ({ review }) => review('bob', 'approved')],
      ['a bot', ({ review }) => review('a-bot', 'approved')],
      [
        'somebody who looked at another commit',
        ({ review }) => review('ana', 'approved', sha('9'.repeat(40))),
      ],
      [
        'somebody whose review was dismissed',
        ({ review }) => [review('ana', 'approved'), review('ana', 'dismissed')],
      ],
      [
        'somebody who wants changes now',
        ({ review }) => [review('ana', 'approved'), review('ana', 'changes-requested')],
      ],
      [
        'somebody who may read only',
        ({ review, people }) => [review('ana', 'approved'), people.allow('ana', 'read', 7)],
      ],
      [
        'a login that changed hands',
        ({ review, people }) => [review('ana', 'approved'), people.allow('ana', 'write', 70)],
      ],
    ] satisfies readonly (readonly [string, (given: Awaited<ReturnType<typeof waiting>>) => unknown])[])(
      'waits on when %s approved it',
      async (_, happen) => {
        const given = await waiting();
        happen(given);
        expect(told(await given.bench.tick(37))).toEqual(['advance', 'CHECKS_PASS', 'awaiting-approval']);
        expect(weightOf(given.bench)).toBe(5);
      },
    );

    it('waits while another with the role asks for changes', async () => {
      const { bench, people, review } = await waiting();
      people.setTeam('acme/risk-ml', ['bob']);
      review('ana', 'approved');
      review('bob', 'changes-requested');
      expect(told(await bench.tick(37))[2]).toBe('awaiting-approval');
    });

    it('waits while GitHub does not answer, and breaks nothing', async () => {
      const { bench, people, review } = await waiting();
      review('ana', 'approved');
      people.breakWith(new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'GitHub: gave no answer' }));
      expect(told(await bench.tick(37))[2]).toBe('awaiting-approval');
    });

    it('is not taken under a pause', async () => {
      const { bench, review } = await waiting();
      review('ana', 'approved');
      await order(bench, 36, PAUSE);
      expect(told(await bench.tick(37))).toEqual(['hold', 'PAUSED_BY_PERSON', 'none']);
    });
  });
});

describe('a quarantine', () => {
  it('is said to be lifted by what command, and by whom: in the revert and in the run', async () => {
    const config = `${CONFIG}roles: {unquarantine: ["@ana"]}\n`;
    for (const kind of ['schedule', 'command-line'] as const) {
      const health = { '3.4.1': () => 0.005, '3.5.0': sick };
      const bench = await openInFlight(2, { config, health });
      Object.assign(bench.world, { trigger: { kind, actor: null } });
      const report = await bench.tick(32);
      const words = 'lift-quarantine scorer 3.5.0 --reason "…"';
      const role =
        '/belay lift-quarantine scorer 3.5.0 --reason "…" on a pull request, with role unquarantine (@ana: roles.unquarantine';
      const expected = kind === 'schedule' ? role : `belay command ${words}`;
      expect(only(report).lift?.replaceAll('`', '')).toContain(expected);
      expect(printRun(report, { diff: false })).toContain(expected);
      expect(summariseRun(report)).toContain('3.5.0 stays quarantined until somebody says');
      const body = bench.forge.pulls.at(-1)?.description;
      expect(body).toContain('**If the quarantine is wrong:** 3.5.0 stays quarantined until somebody says');
      const typed = kind === 'schedule' ? `/belay ${words}` : `belay command ${words}`;
      expect(body).toContain(`\`${typed}\``);
      if (kind === 'schedule') expect(body).toContain('with `role unquarantine (@ana: roles.unquarantine');
      expect(body?.includes('/belay')).toBe(kind === 'schedule');
    }
  });

  it('is lifted by name, so that the version may come again and is not good for that', async () => {
    const bench = await openInFlight(2, { health: { '3.4.1': () => 0.005, '3.5.0': sick } });
    expect(told(await bench.tick(32))[0]).toBe('rollback');
    bringCandidate(bench);
    expect(told(await bench.tick(60))).toEqual(['hold', 'CANDIDATE_QUARANTINED', 'none']);
    const lift = { name: 'lift-quarantine', reason: 'it was the feed' };
    const wrong = await order(bench, 61, { ...lift, version: '9.9.9' });
    expect(told(wrong)).toEqual(['nothing', 'NOT_QUARANTINED', 'none']);
    expect(exitCodeOf(wrong)).toBe(1);
    expect(told(await order(bench, 62, { ...lift, version: '3.5.0' }))).toEqual([
      'lift',
      'QUARANTINE_LIFTED',
      'committed',
    ]);
    const again = await order(bench, 63, { ...lift, version: '3.5.0' });
    expect([told(again)[1], exitCodeOf(again)]).toEqual(['LIFTED_ALREADY', 0]);
    expect(newestRecord(bench)).toMatchObject({
      lifted: '3.5.0',
      trigger: { order: { reason: 'it was the feed' } },
    });
    expect(told(await bench.tick(63))[1]).not.toBe('CANDIDATE_QUARANTINED');
  });
});
