import * as z from 'zod';
import { Duration, Query } from '../scalars.ts';
import { checkBase } from './base-schema.ts';

/** A value of the candidate against a fixed bound. */
export const thresholdSchema = () =>
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
