import { describe, expect, it } from 'vitest';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
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
import { openWithScorerTried, takeBack, versionsIn } from './dependents.ts';
import { answerOf, order, textOf, unaware } from './orders.ts';

holdToLaws();

const PAUSE = { name: 'pause', reason: 'wait' } as const;
const ORDERS = [{ name: 'looks-wrong', reason: 'odd' }, { name: 'resume' }] as const;
const REFUSED = [['hold', 'ROLLBACK_PENDING', 'none'], 1];
const MODES = [CONFIG, `${CONFIG}advance: {mode: pull-request}\n`];

/** A candidate at 25 % in a paused release, whose rollback a person ordered: it waits, armed, for a check. */
async function openGoingBack(config: string = CONFIG): Promise<Bench> {
  const bench = await openInFlight(3, { config });
  await order(bench, 34, PAUSE);
  bench.forge.setRules({ pending: 'ci' });
  expect(told(await bench.rollBack(36))).toEqual(['rollback', 'ASKED_BY_PERSON', 'armed']);
  return bench;
}

describe.each(MODES)('while a rollback that a person ordered waits (%#)', (config) => {
  it.each(ORDERS)('$name is refused, and the rollback lands', async (words) => {
    const bench = await openGoingBack(config);
    const { number } = bench.forge.pulls.at(-1)!;
    const report = await order(bench, 37, words);
    expect(answerOf(report)).toEqual(REFUSED);
    expect(textOf(report)).toMatch(
      new RegExp(
        `^pull request #${number} rolls it back and is open: .+ close it to keep the version, and then give the order again$`,
      ),
    );
    bench.forge.setRules({});
    expect(weightOf(bench)).toBe(0);
    expect(bench.forge.pulls.filter(({ state }) => state === 'open')).toEqual([]);
    expect(told(await order(bench, 38, words))[0]).not.toBe('hold');
  });

  it('a pause is refused where there was none, and obeyed once the rollback is closed', async () => {
    const bench = await openInFlight(3, { config });
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(36);
    expect(answerOf(await order(bench, 37, PAUSE))).toEqual(REFUSED);
    bench.forge.closePull(bench.forge.pulls.at(-1)!.number);
    expect(told(await order(bench, 38, PAUSE))[0]).toBe('pause');
  });
});

describe('an order beside a rollback', () => {
  it('goes back itself as ever', async () => {
    const bench = await openGoingBack();
    expect(told(await order(bench, 37, { name: 'abort' }))).toEqual(['rollback', 'ASKED_BY_PERSON', 'armed']);
    expect(bench.forge.pulls).toHaveLength(1);
  });

  it('is refused as well where evidence asked for that', async () => {
    const bench = await openInFlight(2, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.tick(20))[2]).toBe('armed');
    expect(answerOf(await order(bench, 21, PAUSE))).toEqual(REFUSED);
  });

  it('costs no request while the checkout knows no such branch, and two where it does', async () => {
    const bench = await openInFlight(3);
    const ask = async (at: number, words: Parameters<typeof order>[2]) => {
      const before = bench.forge.requests.length;
      await order(bench, at, words);
      return bench.forge.requests.slice(before);
    };
    expect(await ask(33, PAUSE)).toEqual(['commit']);
    bench.forge.setRules({ pending: 'ci' });
    await bench.rollBack(36);
    expect(await ask(37, { name: 'resume' })).toEqual(['inspect', 'inspect']);
    // what is said without a record needs no look
    expect(await ask(38, PAUSE)).toEqual([]);
  });

  it('is refused where that takes the release along', async () => {
    const bench = await openWithScorerTried();
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await takeBack(bench, 140), 'store')[2]).toBe('armed');
    expect(answerOf(await order(bench, 141, PAUSE), 'scorer')).toEqual(REFUSED);
    bench.forge.setRules({});
    expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', undefined]);
  });
});

describe('a rollback that cannot land keeps no order away:', () => {
  it.each<readonly [string, (bench: Bench) => unknown]>([
    [
      'somebody pushed to it',
      ({ forge }) => forge.push({ 'n.md': 'x' }, { branch: forge.pulls.at(-1)!.branch }),
    ],
    [
      'another candidate is in the manifest',
      (bench) => bringCandidate(bench, { candidate: { version: '3.6.0', backend: 'scorer-b', digit: 'd' } }),
    ],
    ['another record came first', (bench) => order(unaware(bench), 37, { name: 'resume' })],
  ])('%s', async (_, happen) => {
    const bench = await openGoingBack();
    await happen(bench);
    expect(told(await order(bench, 38, { name: 'looks-wrong', reason: 'odd' }))).toEqual([
      'pause',
      'LOOKS_WRONG',
      'committed',
    ]);
  });

  it('of a manifest that cannot be read, one that can still lands, and keeps orders away', async () => {
    const bench = await openInFlight(3);
    bench.forge.push({ [MANIFEST]: `${bench.forge.textAt(MANIFEST)}typo: 1\n` });
    bench.forge.setRules({ pending: 'ci' });
    expect(told(await bench.rollBack(36))[2]).toBe('armed');
    expect(answerOf(await order(bench, 37, PAUSE))).toEqual(REFUSED);
  });
});
