/**
 * The quantities Belay reasons about, as branded numbers and strings: a percent cannot be passed where a
 * probability is expected, and a millisecond count cannot pass for an instant.
 */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Share of traffic in percent, 0 to 100. */
export type Percent = Branded<number, 'Percent'>;
/** Probability or ratio of counts, 0 to 1. */
export type Probability = Branded<number, 'Probability'>;
/** Length of time in milliseconds, never negative. */
export type Millis = Branded<number, 'Millis'>;
/** Moment in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Branded<number, 'Instant'>;
/** Full id of a git object: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type Sha = Branded<string, 'Sha'>;
/** Content digest: `sha256:` and 64 lower-case hex digits. */
export type Digest = Branded<string, 'Digest'>;

/** Thrown by the constructors below: a programming error, for user input is checked before it gets here. */
class UnitError extends RangeError {
  constructor(unit: string, expected: string, got: unknown) {
    super(`${unit}: expected ${expected}, got ${String(got)}`);
    this.name = 'UnitError';
  }
}

/** A share of traffic. @throws UnitError outside 0 to 100 */
export function percent(value: number): Percent {
  if (!(value >= 0 && value <= 100)) throw new UnitError('percent', '0 to 100', value);
  return value as Percent;
}

/** A probability. @throws UnitError outside 0 to 1 */
export function probability(value: number): Probability {
  if (!(value >= 0 && value <= 1)) throw new UnitError('probability', '0 to 1', value);
  return value as Probability;
}

/** A length of time. @throws UnitError when negative or not finite */
export function millis(value: number): Millis {
  if (!(value >= 0 && Number.isFinite(value))) throw new UnitError('millis', 'a finite number ≥ 0', value);
  return value as Millis;
}

/** A moment. @throws UnitError when not finite */
export function instant(value: number): Instant {
  if (!Number.isFinite(value)) throw new UnitError('instant', 'a finite number', value);
  return value as Instant;
}

/** A git object id. @throws UnitError when it is not 40 or 64 hex digits */
export function sha(value: string): Sha {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value))
    throw new UnitError('sha', '40 or 64 hex digits', value);
  return value as Sha;
}

/** A content digest. @throws UnitError when it is not `sha256:` and 64 hex digits */
export function digest(value: string): Digest {
  if (!/^sha256:[0-9a-f]{64}$/.test(value)) throw new UnitError('digest', 'sha256: and 64 hex digits', value);
  return value as Digest;
}

/** The moment `length` after `from`. */
export function after(from: Instant, length: Millis): Instant {
  return instant(from + length);
}

/** Time from `from` to `to`; 0 when `to` is earlier (clocks step back). */
export function elapsed(from: Instant, to: Instant): Millis {
  return millis(Math.max(0, to - from));
}

const DURATION = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const UNIT_MILLIS = [86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Reads `30m`, `1h30m`, `3d` (days, hours, minutes, seconds in that order); undefined when it is not one. */
export function parseDuration(text: string): Millis | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const total = UNIT_MILLIS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isSafeInteger(total) ? millis(total) : undefined;
}

/** Writes a length of time the way manifests do: `1h30m`; whole seconds, `0s` for none. */
export function formatDuration(length: Millis): string {
  let rest = Math.round(length / 1000) * 1000;
  const parts: string[] = [];
  for (const [index, unit] of UNIT_MILLIS.entries()) {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) parts.push(`${count}${'dhms'[index]}`);
  }
  return parts.join('') || '0s';
}

/** Writes a moment as ISO 8601 in UTC, to the second when it falls on one: `2026-11-21T08:05:00Z`. */
export function formatInstant(moment: Instant): string {
  return new Date(moment).toISOString().replace('.000Z', 'Z');
}

/** Reads an ISO 8601 moment in UTC (`2026-11-21T08:05:00Z`, optional fraction); undefined when it is not one. */
export function parseInstant(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text)) return undefined;
  const moment = Date.parse(text);
  // Date.parse takes 30 February for 2 March; a day that is not there is no moment.
  if (Number.isNaN(moment) || !new Date(moment).toISOString().startsWith(text.slice(0, 19))) return undefined;
  return instant(moment);
}

/** Writes a percent without trailing zeros: `5%`, `0.5%`. */
export function formatPercent(share: number): string {
  return `${Number(share.toFixed(4))}%`;
}

/** SHA-256 of the UTF-8 bytes of `text`, as 64 lower-case hex digits. An argument, since core has no crypto. */
export type Sha256 = (text: string) => string;
