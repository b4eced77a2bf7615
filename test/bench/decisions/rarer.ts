import type { Counts, Tick } from '../../../src/core/stats/counts.ts';
import { DEFAULT, type Rule } from './rules.ts';
import { type Section, tryRules } from './section.ts';

/** Those that went well, which are the more common side of a rate of errors. */
const others = ({ events, exposure }: Counts): Counts => ({ events: exposure - events, exposure });

/** Belay's comparison of the same requests by those that went well: fewer are worse, so the arms change places. */
const BY_SUCCESSES: Rule = {
  name: 'counted by successes',
  firesAt: (ticks) =>
    DEFAULT.firesAt(
      ticks.map(({ candidate, stable }): Tick => ({ candidate: others(stable), stable: others(candidate) })),
    ),
};
const BY_ERRORS: Rule = { ...DEFAULT, name: 'counted by errors' };

/** What it costs to count the common side, in the same rollouts. */
export const RARER: Section = {
  kind: 'trials',
  name: 'rarer',
  title: 'Errors at 0.3 %, counted by errors and by successes, 24 h, α 5 %',
  rows: (run) =>
    [1, 2, 5].flatMap((effect) =>
      tryRules(
        {
          section: 'rarer',
          cell: `500 rpm 25 % ${effect === 1 ? 'A/A' : `×${effect}`}`,
          world: { rpm: 500, share: 0.25, base: 0.003, effect },
          rules: [BY_ERRORS, BY_SUCCESSES],
        },
        run,
      ),
    ),
};
