import type { Instant } from '../core/units.ts';
import type { Log } from '../ports/log.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import { describeEvent, describeMoment, type Watch, type WatchEvent } from '../report/watch-report.ts';

/** Lines of a watch that are told; a release that flaps for an hour must not fill the log. */
const MAX_EVENTS = 200;

/** What is written down of the looks of a watch: only what is otherwise than it was. */
export interface WatchDiary {
  note(report: RunReport): void;
  noteFault(at: Instant, fault: { readonly code: string; readonly message: string }): void;
  read(): Pick<Watch, 'events' | 'untold'>;
}

/** An empty diary; each event is told to the log at once. */
export function createWatchDiary(log: Log): WatchDiary {
  const events: WatchEvent[] = [];
  const states = new Map<string, string>();
  let untold = 0;
  let fault = '';
  const tell = (event: WatchEvent): void => {
    if (events.length >= MAX_EVENTS) {
      untold += 1;
      return;
    }
    events.push(event);
    log.info(describeEvent(event));
  };
  return {
    note({ at, releases }) {
      fault = '';
      for (const release of releases) {
        const state = stateOf(release);
        // a settled release is worth a line only when it was not settled before
        const was = states.get(release.name) ?? SETTLED;
        states.set(release.name, state);
        if (state !== was) tell({ at, release: release.name, text: describeMoment(release) });
      }
    },
    noteFault(at, { code, message }) {
      if (code !== fault) tell({ at, release: '', text: `this look broke off: ${message}`.slice(0, 300) });
      fault = code;
    },
    read: () => ({ events, untold }),
  };
}

const SETTLED = JSON.stringify(['nothing', 'SETTLED', 'none', 0]);

/** What makes a moment another one; sentences hold numbers that change with every look. */
function stateOf({ decision, receipt }: ReleaseReport): string {
  const weight = decision.kind === 'nothing' ? 0 : decision.to;
  return JSON.stringify([decision.kind, decision.reasons[0].code, receipt.kind, weight]);
}
