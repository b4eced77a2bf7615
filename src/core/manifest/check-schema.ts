import * as z from 'zod';
import { Duration, Name, Query, Ratio, wording } from './scalars.ts';

/** At most `relative` times worse plus `absolute` worse than stable. */
const marginSchema = () =>
  z
    .strictObject({
      relative: Ratio.optional().meta({
        description: 'Relative to stable: 10% tolerates 1.1 times as many.',
      }),
      absolute: Ratio.optional().meta({
        description: 'Added to stable: 0.25% tolerates a rate higher by 0.0025.',
      }),
    })
    .refine((margin) => margin.relative !== undefined || margin.absolute !== undefined, {
      error: 'must say relative, absolute or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a margin like {relative: 10%}, {absolute: 0.5%} or both' });

const checkBase = () => ({
  name: Name.meta({ description: 'Name of the check, unique in the manifest.' }),
  provider: Name.meta({ description: 'A provider of .belay/config.yaml.' }),
});

const proportionSchema = () =>
  z
    .strictObject({
      ...checkBase(),
      kind: z
        .literal('proportion')
        .meta({ description: 'Bad events out of all events, candidate against stable.' }),
      bad: Query.meta({ description: 'How many bad events in {{window}}.' }),
      total: Query.meta({ description: 'How many events in {{window}}, bad ones included.' }),
      tolerate: marginSchema().meta({
        description: 'Rolled back when proven worse than stable by more than this.',
      }),
      safe: marginSchema().optional().meta({
        description:
          'Advances when proven not worse than stable by more than this. Default: tolerate, but at least 25% and 0.25%.',
      }),
      limit: Ratio.optional().meta({
        description: 'And never above this, whatever stable does; the only bound at 100%.',
      }),
      absentIsZero: z.boolean().optional().meta({
        description: 'No series for `bad` while `total` has one means no bad events. Default false.',
      }),
    })
    .meta({ description: 'A share of bad events, compared with stable at the same time.' });

const thresholdSchema = () =>
  z
    .strictObject({
      ...checkBase(),
      kind: z.literal('threshold').meta({ description: 'A value of the candidate against a fixed bound.' }),
      query: Query.meta({ description: 'The value of the candidate.' }),
      max: z.number().optional().meta({ description: 'Fails above this.' }),
      min: z.number().optional().meta({ description: 'Fails below this.' }),
      for: Duration.optional().meta({
        description:
          'How long the value must stay beyond the bound to fail, and within it to pass. Default 5m.',
      }),
      samples: Query.optional().meta({ description: 'How many events the value rests on in {{window}}.' }),
      minSamples: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({ description: 'Fewer than this is not enough to judge.' }),
    })
    .refine((check) => check.max !== undefined || check.min !== undefined, {
      error: 'must say max, min or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .refine((check) => (check.samples === undefined) === (check.minSamples === undefined), {
      error: 'must say both samples and minSamples, or neither',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .meta({ description: 'A value of the candidate against a bound.' });

/** A health check of a release manifest: what is asked of which provider, and how it is judged. */
export const checkSchema = () => z.discriminatedUnion('kind', [proportionSchema(), thresholdSchema()]);
