import * as z from 'zod';
import { Query, Ratio, wording } from '../scalars.ts';
import { declaredDispersion, evidenceBase, readingBase } from './base-schema.ts';

/** Most bins: a provider gives no more groups. */
const MOST_BINS = 200;

/** How far a distribution is from stable's, or from one that is fixed. */
export const distributionSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('distribution').meta({
        description:
          'How far scores, classes or inputs are distributed from stable’s, or from a fixed reference.',
      }),
      bins: Query.meta({
        description: 'How many fell into each bin in {{window}}: one series per value of the label `by`.',
      }),
      by: z
        .string()
        .max(200)
        .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
        .register(wording, { expected: 'the name of a label like le or class' })
        .optional()
        .meta({
          description:
            'The label that tells the bins apart. Default le: the buckets of a histogram, cumulative.',
        }),
      order: z
        .array(z.string().min(1).max(200))
        .min(2)
        .max(MOST_BINS - 1)
        .register(wording, { expected: 'a list of at least two values of the label' })
        .optional()
        .meta({
          description: 'The values of the label in their order; without it they are categories. Not for le.',
        }),
      tolerance: Ratio.optional().meta({
        description:
          'Cumulative shares further apart than this at any cut are harm (Kolmogorov–Smirnov distance); of categories the shares themselves. A mean that moves by a tenth of a standard deviation is 4%. Default 2%.',
      }),
      safe: z
        .strictObject({ tolerance: Ratio })
        .register(wording, { expected: 'a margin like {tolerance: 5%}' })
        .optional()
        .meta({
          description:
            'Advances when proven nowhere further apart than this. Default: tolerance, but at least 5%.',
        }),
      against: z.enum(['stable', 'reference']).optional().meta({
        description:
          'stable at the same time, or the fixed shares of `reference`, which only notifies. Default stable.',
      }),
      reference: z
        .array(z.number().min(0).max(1e12))
        .min(2)
        .max(MOST_BINS)
        .refine((shares) => shares.some((share) => share > 0), {
          error: 'must have a share above 0',
          params: { code: 'VALUE_OUT_OF_RANGE' },
        })
        .register(wording, { expected: 'a list of shares or counts, one per bin' })
        .optional()
        .meta({ description: 'Shares or counts of the bins in their order; only their proportions matter.' }),
      ...readingBase(),
      dispersion: declaredDispersion(),
    })
    .meta({ description: 'A distribution, compared with stable’s at the same time or with a fixed one.' });
