import { DRILL_PHASES, type DrillPhase } from '../core/record/drill-schema.ts';
import { elapsed, type Millis, millis } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { TimedPhase } from '../report/drill.ts';

/** Times a drill: every moment of it belongs to the phase that was entered last. */
export interface DrillWatch {
  /** Ends the phase that runs and begins another; gives the one that ended. */
  enter(phase: DrillPhase): DrillPhase;
  /** Counts what some phases took until now as another one's; that one runs then. */
  fold(from: readonly DrillPhase[], into: DrillPhase): void;
  /** Counts the newest part of one phase as another one's; that one runs then. */
  carry(length: Millis, from: DrillPhase, into: DrillPhase): void;
  /** All phases until now, in the order of a drill. */
  read(): readonly TimedPhase[];
}

/** Starts the watch in a phase. */
export function createDrillWatch(clock: Clock, first: DrillPhase): DrillWatch {
  const lengths = new Map<DrillPhase, number>();
  const add = (to: DrillPhase, length: number) => void lengths.set(to, (lengths.get(to) ?? 0) + length);
  let phase = first;
  let since = clock.now();
  const enter: DrillWatch['enter'] = (next) => {
    const ended = phase;
    const now = clock.now();
    add(ended, elapsed(since, now));
    phase = next;
    since = now;
    return ended;
  };
  return {
    enter,
    fold: (from, into) => {
      enter(into);
      for (const name of from) {
        add(into, lengths.get(name) ?? 0);
        lengths.delete(name);
      }
    },
    carry: (length, from, into) => {
      enter(into);
      const part = Math.min(length, lengths.get(from) ?? 0);
      add(from, -part);
      add(into, part);
    },
    read: () => {
      enter(phase);
      return DRILL_PHASES.flatMap((name) => {
        const length = lengths.get(name);
        return length === undefined ? [] : [{ phase: name, length: millis(length) }];
      });
    },
  };
}

/** The time of some phases together. */
export function sumPhases(phases: readonly TimedPhase[], of: readonly DrillPhase[] = DRILL_PHASES): Millis {
  return millis(
    phases.filter(({ phase }) => of.includes(phase)).reduce((sum, { length }) => sum + length, 0),
  );
}
