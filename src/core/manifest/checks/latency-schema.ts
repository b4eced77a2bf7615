import * as z from 'zod';
import { Query, Ratio } from '../scalars.ts';
import { evidenceBase, marginSchema, readingBase, safeMarginSchema } from './base-schema.ts';

/** Measurements in buckets, candidate against stable. */
export const latencySchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('latency')
        .meta({ description: 'How long things take, by the buckets of a histogram, against stable.' }),
      buckets: Query.meta({
        description:
          'The buckets of {{window}}, one series per le: sum by (le) (increase(…_bucket{…}[{{window}}])), or a native histogram.',
      }),
      quantile: z.number().gt(0).lt(1).optional().meta({
        description:
          'The candidate’s quantile must be at most (1 + tolerate) times stable’s: 0.99 for p99. As fine as the buckets are.',
      }),
      bound: z.number().positive().max(1_000_000_000).optional().meta({
        description:
          'What is above it counts as too slow, in the unit of the buckets; its share is compared with stable’s. A bucket bound, else the next above.',
      }),
      tolerate: marginSchema().optional().meta({
        description: 'Rolled back when proven slower than stable by more than this. Default {relative: 10%}.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Advances when proven not slower than stable by more than this. Default: tolerate, but at least 25%, and 0.25% for bound.',
      }),
      limit: Ratio.optional().meta({
        description: 'And never a larger share above bound, whatever stable does; the only bound at 100%.',
      }),
      ...readingBase(),
    })
    .refine((check) => check.quantile !== undefined || check.bound !== undefined, {
      error: 'must say quantile, bound or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .refine((check) => check.limit === undefined || check.bound !== undefined, {
      error: 'must say bound with limit; it is the share above it',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .meta({ description: 'How long things take, compared with stable at the same time.' });
