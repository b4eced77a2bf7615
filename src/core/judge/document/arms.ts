import * as z from 'zod';

/**
 * What an arm saw in one tick, as `belay judge` reads it. A number that makes no sense (negative, more events than exposure) is
 * a counter reset: the tick is dropped and listed, the document is not refused.
 */

const Count = z.number().meta({ description: 'A count; fractions, as increase() gives them, are allowed.' });

/** Bad events and all of them. */
export const CountsArm = z.strictObject({ events: Count, exposure: Count });

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
