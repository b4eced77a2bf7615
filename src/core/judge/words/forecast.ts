import type { NoForecast, SafeForecast } from '../forecast.ts';
import type { CountTest, CountTests } from '../method.ts';
import { writePoints, writeShare, writeValue } from '../write-numbers.ts';

/** What is to be expected, for the end of a sentence about missing evidence; undefined when nothing can be said. */
export function describeSafeForecast(
  forecast: SafeForecast | NoForecast,
  unit: CountTests['unit'],
): string | undefined {
  switch (forecast.kind) {
    case 'unknown':
      return undefined;
    case 'in':
      return forecast.median === undefined
        ? undefined
        : `at this traffic about ${writeAbout(forecast.median)} more`;
    case 'late':
      return `at this traffic not within the deadline of this rollout${orWider(forecast.reachable, unit)}`;
    case 'never':
      return `not reachable at this margin if it goes on like this${orWider(forecast.reachable, unit)}`;
  }
}

function orWider(reachable: CountTest | undefined, unit: CountTests['unit']): string {
  return reachable ? `; a safe margin of ${writeMargin(reachable, unit)} would be` : '';
}

function writeMargin(test: CountTest, unit: CountTests['unit']): string {
  if (test.kind === 'limit') return unit === 'share' ? writeShare(test.limit) : writeValue(test.limit);
  const { ratio, difference } = test.margin;
  const times = `${writeValue(ratio)} times`;
  if (difference === 0) return times;
  const points = unit === 'share' ? writePoints(difference) : writeValue(difference);
  return ratio === 1 ? points : `${times} plus ${points}`;
}

/** Minutes of coarser steps, up to so many of them. */
const STEPS = [
  { below: 120, step: 5 },
  { below: 12 * 60, step: 30 },
  { below: 48 * 60, step: 60 },
  { below: Number.POSITIVE_INFINITY, step: 24 * 60 },
] as const;

/** A forecast length of time, no finer than it deserves: `50m`, `3h30m`, `20h`, `3d`; never less than 5m. */
export function writeAbout(minutes: number): string {
  const rounded = STEPS.map(({ below, step }) => ({ below, length: Math.round(minutes / step) * step })).find(
    ({ below, length }) => length < below,
  );
  const total = Math.max(5, rounded?.length ?? minutes);
  if (total >= 48 * 60) return `${Math.round(total / (24 * 60))}d`;
  const hours = Math.floor(total / 60);
  const rest = total % 60;
  return `${hours > 0 ? `${hours}h` : ''}${rest > 0 ? `${rest}m` : ''}`;
}
