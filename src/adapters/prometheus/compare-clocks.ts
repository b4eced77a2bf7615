import type { Absence } from '../../core/analysis/observation.ts';
import { MOST_SKEW, NOTED_SKEW } from '../../core/plan/skew.ts';
import { formatDuration, millis } from '../../core/units.ts';
import { absent } from '../http/absent.ts';

/**
 * Holds a server's clock against ours, answer by answer. Which of the two is wrong nobody can tell: an answer about a moment that
 * the server places elsewhere is no answer. Small differences are told once.
 */
export function createClockComparison({
  name,
  warn,
}: {
  readonly name: string;
  readonly warn?: (line: string) => void;
}): (ahead: number) => Absence | undefined {
  let isTold = false;
  return (ahead) => {
    const apart = Math.abs(ahead);
    if (apart <= NOTED_SKEW) return undefined;
    const text = `its clock is ${formatDuration(millis(apart))} ${ahead > 0 ? 'ahead of' : 'behind'} ours`;
    if (apart > MOST_SKEW)
      return absent('clock-skew', `${text}; set the clock of the server or of the runner`);
    if (!isTold) warn?.(`provider "${name}": ${text}`);
    isTold = true;
    return undefined;
  };
}
