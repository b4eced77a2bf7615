import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { kayenta } from './kayenta.ts';
import { drawsFrom, seedOf } from './random.ts';
import { DEFAULT, REFERENCE, type Rule } from './rules.ts';
import { type Run, type Section, timesOf } from './section.ts';
import { type Row, summarise } from './summary.ts';
import { DAY_TICKS } from './world.ts';

/** Peeked test of a split of counts: given all events, the candidate's are binomial. */
const splitTest: Rule = {
  name: 'z-test peeked',
  firesAt: (ticks) => {
    let [x, expected, variance] = [0, 0, 0];
    for (const [index, { candidate, stable }] of mergeTicks(ticks).ticks.entries()) {
      const share = candidate.exposure / (candidate.exposure + stable.exposure);
      const events = candidate.events + stable.events;
      x += candidate.events;
      expected += events * share;
      variance += events * share * (1 - share);
      if (variance > 0 && (x - expected) / Math.sqrt(variance) > 1.644854) return index;
    }
    return undefined;
  },
};

/** Whole days of counts per five minutes, from files with a head line and `timestamp,value`. */
function days(folder: string): readonly (readonly number[])[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort()
    .flatMap((file) => {
      const counts = readFileSync(join(folder, file), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Math.round(Number(line.split(',')[1])));
      return Array.from({ length: Math.floor(counts.length / DAY_TICKS) }, (_, day) =>
        counts.slice(day * DAY_TICKS, (day + 1) * DAY_TICKS),
      );
    });
}

/** Every event goes to the candidate with the chance that its share and the effect give it; exposure is the share. */
function thin(counts: readonly number[], share: number, effect: number, seed: number): readonly Tick[] {
  const draws = drawsFrom(seed);
  const chance = (share * effect) / (1 - share + share * effect);
  return counts.map((count) => {
    const events = draws.binomial(count, chance);
    return {
      candidate: { events, exposure: share },
      stable: { events: count - events, exposure: 1 - share },
    };
  });
}

function trySeries(folder: string, run: Run): readonly Row[] {
  const windows = days(folder);
  return [0.05, 0.25].flatMap((share) =>
    [1, 1.5, 2].flatMap((effect) => {
      const cell = `${windows.length} days, ${100 * share} %, ${effect === 1 ? 'A/A' : `×${effect}`}`;
      if (run.only !== undefined && !`series ${cell}`.includes(run.only)) return [];
      const repeats = Math.max(1, Math.round(run.runs / windows.length));
      const rollouts = windows.flatMap((counts, day) =>
        Array.from({ length: repeats }, (_, again) =>
          thin(counts, share, effect, seedOf(run.seed, cell, day, again)),
        ),
      );
      const slow = rollouts.filter((_, index) => index % 8 === 0);
      return [REFERENCE, DEFAULT, splitTest, kayenta].map((rule) =>
        summarise(
          { section: 'series', cell, rule: rule.name },
          timesOf(rule === kayenta ? slow : rollouts, rule, 0).times,
        ),
      );
    }),
  );
}

/** Real traffic with real bursts: counts of --data thinned into two arms, which makes A/A exact. */
export const SERIES: Section = {
  kind: 'trials',
  name: 'series',
  title:
    'Counts of real series, thinned at random into two arms, 24 h each (needs --data <folder of csv files>)',
  rows: (run) => (run.data === undefined ? [] : trySeries(run.data, run)),
};
