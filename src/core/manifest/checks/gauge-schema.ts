import * as z from 'zod';
import { Query, wording } from '../scalars.ts';
import { evidenceBase } from './base-schema.ts';

/** So much worse than stable, in the metric's unit or in standard deviations of stable's own values. */
const gaugeMargin = () =>
  z
    .strictObject({
      absolute: z.number().min(0).max(1e100).optional().meta({
        description: 'In the metric’s own unit.',
      }),
      sd: z.number().min(0).max(1_000).optional().meta({
        description: 'In standard deviations of stable’s own values during the rollout.',
      }),
    })
    .refine((margin) => (margin.absolute === undefined) !== (margin.sd === undefined), {
      error: 'must say absolute or sd, one of them',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a margin like {sd: 0.5} or {absolute: 0.02}' });

/** A measurement that is no count, candidate against stable. */
export const gaugeSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('gauge').meta({
        description:
          'A measurement that is no count, candidate against stable. Where a count says the same, count.',
      }),
      value: Query.meta({ description: 'The measurement of one version.' }),
      worse: z.enum(['higher', 'lower']).meta({ description: 'Which way is worse.' }),
      tolerate: gaugeMargin().optional().meta({
        description: 'Rolled back when proven worse than stable by more than this. Default {sd: 0.5}.',
      }),
      safe: gaugeMargin().optional().meta({
        description:
          'Advances when proven not worse than stable by more than this. Default: tolerate, but at least half a standard deviation where it is in sd.',
      }),
      weight: z.number().positive().max(1_000).optional().meta({
        description:
          'Share of falseRollbackRate that it may spend, relative to the other checks. Default 0.25, a critical one 0.5: less than a count’s, since its promise is approximate.',
      }),
    })
    .meta({ description: 'A measurement, compared with stable at the same time.' });
