import { readLabels } from './exposition-labels.ts';
import { type NumberScan, scanNumber } from './exposition-number.ts';

const SPACE = 32;
/** The samples that may have one. */
const WITH_EXEMPLAR = /(?:_total|_bucket)$/;

/**
 * Skips ` # {trace="x"} 0.5 1763683200.5` at `start`, which stands behind a sample of that name: labels, a value and
 * maybe a timestamp.
 * @returns the index after it; -1 when it is none or may not stand there
 */
export function skipExemplar(text: string, start: number, sampleName: string): number {
  if (!text.startsWith(' # {', start) || !WITH_EXEMPLAR.test(sampleName)) return -1;
  const labels = readLabels(text, start + 3);
  if (labels.kind === 'wrong' || text.charCodeAt(labels.end) !== SPACE) return -1;
  const value: NumberScan = { value: 0, end: 0 };
  scanNumber(text, labels.end + 1, value);
  if (value.end < 0 || text.charCodeAt(value.end) !== SPACE) return value.end;
  const time: NumberScan = { value: 0, end: 0 };
  scanNumber(text, value.end + 1, time);
  return Number.isFinite(time.value) ? time.end : -1;
}
