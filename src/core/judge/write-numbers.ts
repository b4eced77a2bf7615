/**
 * Numbers for sentences: the same on every machine and in every locale, and short enough to read aloud.
 */

/** Odds beyond this say nothing more to people. */
const MOST_ODDS = 1_000_000;

/** A count, to the nearest whole: `12,345`. */
export function writeCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}

/** A factor, two digits: `1.5`, `0.26`, `12`, `1,200`; three next to 1, where they matter; less than 0.005 is `0`. */
export function writeFactor(factor: number): string {
  if (factor < 0.005) return '0';
  if (factor >= 10) return writeCount(factor);
  return String(Number(factor > 0.9 && factor < 1.1 ? factor.toFixed(2) : factor.toPrecision(2)));
}

/** A share as a percentage, three digits: `3%`, `0.125%`. */
export function writeShare(share: number): string {
  return `${Number((100 * share).toPrecision(3))}%`;
}

/** A difference of rates in percentage points: `0.25 percentage points`. */
export function writePoints(difference: number): string {
  return `${Number((100 * difference).toPrecision(6))} percentage points`;
}

/** Any value of a metric, six digits. */
export function writeValue(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** An e-value by its natural logarithm: `250 to 1`, `0.4 to 1`. */
export function writeOdds(log: number): string {
  if (log > Math.log(MOST_ODDS)) return `more than ${writeCount(MOST_ODDS)} to 1`;
  return `${writeFactor(Math.exp(log))} to 1`;
}

/** The same of evidence that may have come close to what is needed: what is not reached never reads as if it were. */
export function writeOddsBelow(log: number, needed: number): string {
  const odds = writeOdds(log);
  return log < needed && odds === writeOdds(needed) ? `just under ${odds}` : odds;
}

/** How far evidence has come towards what is needed, in whole percent; never 100 before it is reached. */
export function writeProgress(log: number, needed: number): string {
  return `${Math.min(99, Math.max(0, Math.floor((100 * log) / needed)))}%`;
}
