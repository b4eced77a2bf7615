import type { PointAbsence } from '../../core/analysis/observation.ts';

/**
 * A sample value as the HTTP API writes it: decimal digits with an optional fraction and exponent, `NaN`, `+Inf` or
 * `-Inf`. A finite number is returned as such, also when it is too small to tell from 0; what overflows is infinite.
 * Undefined for everything else: `""`, `" 1"`, `0x1`, `Infinity`, `1_000`, `1,5`.
 */
export function parseSampleValue(
  text: string,
): number | Extract<PointAbsence, 'not-a-number' | 'infinite'> | undefined {
  if (text === 'NaN') return 'not-a-number';
  if (text === '+Inf' || text === '-Inf') return 'infinite';
  if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : 'infinite';
}
