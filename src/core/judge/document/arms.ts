import * as z from 'zod';

/**
 * What an arm saw in one tick, as `belay judge` reads it. A number that makes no sense (negative, more events than exposure) is
 * a counter reset: the tick is dropped and listed, the document is not refused.
 */

/** Beyond it numbers are not exact any more. */
const MOST = Number.MAX_SAFE_INTEGER;
const Count = z
  .number()
  .min(-MOST)
  .max(MOST)
  .meta({ description: 'A count; fractions, as increase() gives them, are allowed.' });

/** Bad events and all of them. */
export const CountsArm = z.strictObject({ events: Count, exposure: Count });

/** A measurement. */
export const MeasuredArm = z.strictObject({
  value: z.number().meta({ description: 'In the metric’s unit.' }),
});

/** What fell into each bin. */
export const BinnedArm = z.strictObject({
  bins: z.array(Count).min(1).max(1_000).meta({ description: 'Counts per bin, not cumulative.' }),
});

/** How much traffic it got. */
export const TrafficArm = z.strictObject({ exposure: Count });

/** Counts by group; a group that is not there had no traffic. */
export const GroupsArm = z.strictObject({ groups: z.record(z.string(), CountsArm) });

/** Labelled predictions bin by bin: events came true of exposure, and the mean probability that was claimed. */
export const ClaimedBinsArm = z.strictObject({
  bins: z.array(
    z.strictObject({
      events: Count,
      exposure: Count,
      claimed: z.number().min(0).max(1).meta({ description: 'Mean of the predicted probabilities.' }),
    }),
  ),
});

/** Cumulative counts by bound, in any spelling of it: `0.1`, `1e-1`, `+Inf`. */
export const BucketsArm = z.strictObject({
  buckets: z.record(z.string().max(40), Count).meta({ description: 'Counts of what was at most the key.' }),
});

/** One tick of both arms; null: that arm has no data. */
export const tickOf = <Arm extends z.ZodType>(arm: Arm) =>
  z.strictObject({ candidate: arm.nullable(), stable: arm.nullable().optional() });
