import { describe, expect, it } from 'vitest';
import { CANDIDATE, minute } from '../builders/release.ts';
import { MANIFEST, moveTo } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  healthy,
  holdToLaws,
  openInFlight,
  sick,
  told,
  weightOf,
} from './bench.ts';
import { intercept } from './intercept.ts';
import { answerOf, obey, order, textOf } from './orders.ts';

holdToLaws();

/** A candidate that comes in the place of another one, or after it. */
const NEXT = { version: '3.6.0', backend: 'scorer-b', digit: 'd' } as const;

describe('a candidate that comes while an order to go back is carried out', () => {
  const replace = (bench: Bench, candidate: object = NEXT) =>
    bench.forge.beforeNextWrite(() => bringCandidate(bench, { candidate: candidate as never }));

  it.each(['abort', 'rollback'])('is not taken back by %s', async (name) => {
    const bench = await openInFlight(2);
    replace(bench);
    const report = await order(bench, 20, { name });
    expect(answerOf(report)).toEqual([['nothing', 'NOTHING_TO_ROLL_BACK', 'none'], 1]);
    expect(textOf(report)).toMatch(/^3\.6\.0 came in the place of 3\.5\.0 .+ again with --from 3\.6\.0$/);
    expect(bench.forge.pulls.filter(({ state }) => state === 'merged')).toEqual([]);
  });

  it('is not taken back by a run that names no version', async () => {
    const bench = await openInFlight(2);
    replace(bench);
    expect(answerOf(await bench.rollBack(20))).toEqual([['nothing', 'NOTHING_TO_ROLL_BACK', 'none'], 1]);
    expect(answerOf(await bench.rollBack(21, { from: '3.6.0' }))).toEqual([
      ['rollback', 'ASKED_BY_PERSON', 'merged'],
      0,
    ]);
  });

  it('is none where the manifest was only edited', async () => {
    const bench = await openInFlight(2);
    bench.forge.beforeNextWrite(() => bringCandidate(bench, { deadline: '3d' }));
    expect(told(await bench.rollBack(20))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a candidate that came after an order to go back was written', () => {
  /** 3.5.0 serves everyone, and 3.6.0 came at minute 111. */
  async function followed(): Promise<Bench> {
    const bench = await openInFlight(5);
    await moveTo(bench.clock, minute(111));
    bringCandidate(bench, { stable: CANDIDATE, candidate: { ...NEXT, backend: 'scorer-a' } as never });
    return bench;
  }

  it('does not keep the version from being left that the order names', async () => {
    const bench = await followed();
    const report = await order(bench, 112, { name: 'rollback', from: '3.5.0' }, 110);
    expect(answerOf(report)).toEqual([['rollback', 'ASKED_BY_PERSON', 'merged'], 0]);
    expect(bench.forge.textAt(MANIFEST)).not.toContain('3.5.0');
  });

  it('is named by the advice, which takes no other one back', async () => {
    const bench = await followed();
    const late = await order(bench, 112, { name: 'rollback' }, 110);
    expect(answerOf(late)).toEqual([['hold', 'ORDER_OUTDATED', 'none'], 1]);
    expect(textOf(late)).toMatch(/again: \/belay rollback scorer --reason "…" --from 3\.6\.0$/);
    const named = await order(bench, 113, { name: 'rollback', from: '3.6.0' }, 110);
    expect(told(named)[1]).toBe('ORDER_OUTDATED');
    const looks = await order(bench, 114, { name: 'looks-wrong', reason: 'odd' }, 110);
    expect(textOf(looks)).toMatch(/again: \/belay looks-wrong scorer --reason "…"$/);
  });

  it('is not taken back in the place of the one that is named and gone', async () => {
    const bench = await openInFlight(2);
    await moveTo(bench.clock, minute(21));
    bringCandidate(bench, { candidate: NEXT as never });
    const report = await order(bench, 22, { name: 'abort', from: '3.5.0' }, 20);
    expect(answerOf(report)).toEqual([['nothing', 'NOTHING_TO_ROLL_BACK', 'none'], 1]);
  });
});

describe('a pause that was ordered after a resume was written', () => {
  const WRONG = { name: 'looks-wrong', reason: 'scores halved', by: 'carol' } as const;

  it.each([WRONG, { ...WRONG, name: 'pause' }])('is not ended by it: $name', async (stop) => {
    const bench = await openInFlight(2);
    await order(bench, 5, { name: 'pause', reason: 'lunch', by: 'bob' });
    await order(bench, 6, { name: 'resume', by: 'bob' }, 6);
    await order(bench, 21, stop);
    const report = await order(bench, 22, { name: 'resume', by: 'bob' }, 20);
    expect(answerOf(report)).toEqual([['hold', 'ORDER_OUTDATED', 'none'], 1]);
    expect(textOf(report)).toMatch(
      /^it .+ carol since \S+ in record 5, after the order was given at \S+, which .+: scores halved\. .+: \/belay resume scorer$/,
    );
    expect(told(await bench.tick(32))[0]).toBe('hold');
    expect(weightOf(bench)).toBe(5);
    expect(told(await order(bench, 33, { name: 'resume', by: 'bob' }))[1]).toBe('RESUMED_BY_PERSON');
    expect(told(await bench.tick(34))[0]).toBe('advance');
  });

  it('is not ended either where it makes an earlier one louder', async () => {
    const bench = await openInFlight(2);
    await order(bench, 5, { name: 'pause', reason: 'lunch', by: 'bob' });
    await order(bench, 21, WRONG);
    expect(told(await order(bench, 22, { name: 'resume', by: 'bob' }, 20))[1]).toBe('ORDER_OUTDATED');
    expect(told(await bench.tick(32))).toEqual(['hold', 'LOOKS_WRONG', 'none']);
  });

  it('is not ended where it comes while that is carried out, also by a run that tells no moment', async () => {
    const bench = await openInFlight(2);
    await order(bench, 5, { name: 'pause', reason: 'lunch', by: 'bob' });
    const { forge } = bench;
    const stopped = intercept(forge, new Set(['commit']), async (_, run) => {
      await order(bench, 20, WRONG);
      return run();
    });
    const words = { name: 'resume' };
    const report = await obey({ ...bench, world: { ...bench.world, forge: stopped } }, 20, {
      by: 'bob',
      words,
    });
    expect(answerOf(report)).toEqual([['hold', 'ORDER_OUTDATED', 'none'], 1]);
    expect(textOf(report)).toContain('in record 4, while the order was carried out, which');
  });
});

describe('a rollback that was made after a quarantine was lifted in a comment', () => {
  it('is not lifted by it', async () => {
    const bench = await openInFlight(2, { health: { '3.4.1': healthy, '3.5.0': sick } });
    expect(told(await bench.tick(20))[2]).toBe('merged');
    const lift = { name: 'lift-quarantine', version: '3.5.0', reason: 'it was the feed' };
    expect(told(await order(bench, 24, lift, 22))[1]).toBe('QUARANTINE_LIFTED');
    bringCandidate(bench);
    await bench.tick(25);
    expect(told(await bench.tick(45))[0]).toBe('rollback');
    const late = await order(bench, 46, lift, 24);
    expect(answerOf(late)).toEqual([['hold', 'ORDER_OUTDATED', 'none'], 1]);
    expect(textOf(late)).toMatch(
      /^3\.5\.0 was rolled back at \S+ in record 6, after .+; nothing was lifted\. .+: \/belay lift-quarantine scorer 3\.5\.0 --reason "…"$/,
    );
    expect(told(await order(bench, 47, lift))[1]).toBe('QUARANTINE_LIFTED');
  });
});
