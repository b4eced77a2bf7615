import * as z from 'zod';
import { Query, Ratio, wording } from '../scalars.ts';
import { evidenceBase, readingBase } from './base-schema.ts';

/** A number of events per unit of exposure. */
const PerUnit = z.number().min(0).max(1_000_000_000);

const rateMarginSchema = () =>
  z
    .strictObject({
      relative: Ratio.optional().meta({
        description: 'Relative to stable: 50% tolerates 1.5 times as many.',
      }),
      absolute: PerUnit.optional().meta({
        description: 'Added to stable, in events per unit of exposure; no percentage.',
      }),
    })
    .refine((margin) => margin.relative !== undefined || margin.absolute !== undefined, {
      error: 'must say relative, absolute or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a margin like {relative: 50%}, {absolute: 0.02} or both' });

const rateSafeSchema = () =>
  z
    .strictObject({
      relative: Ratio.optional().meta({
        description: 'Relative to stable: 50% counts 1.5 times as many as safe.',
      }),
      absolute: PerUnit.optional().meta({
        description: 'Added to stable, in events per unit of exposure; no percentage.',
      }),
      budget: PerUnit.optional().meta({
        description:
          'Events per unit of exposure that all traffic together may suffer on the next step. Becomes absolute = budget ÷ share of the next step.',
      }),
    })
    .refine(
      ({ relative, absolute, budget }) =>
        relative !== undefined || absolute !== undefined || budget !== undefined,
      {
        error: 'must say relative, absolute, budget or several of them',
        params: { code: 'VALUE_INCOMPLETE' },
      },
    )
    .register(wording, { expected: 'a margin like {relative: 50%}, {absolute: 0.02} or {budget: 0.01}' });

/** Events per unit of exposure, candidate against stable. */
export const rateSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('rate')
        .meta({ description: 'Events per unit of exposure, candidate against stable: crashes, OOM kills.' }),
      events: Query.meta({ description: 'How many events in {{window}}.' }),
      exposure: Query.meta({
        description: 'How much there was in {{window}} to have events: replica-hours, GPU-hours, users.',
      }),
      tolerate: rateMarginSchema().optional().meta({
        description:
          'Rolled back when proven more frequent than on stable by more than this. Default {relative: 50%}.',
      }),
      safe: rateSafeSchema().optional().meta({
        description:
          'Advances when proven not more frequent than on stable by more than this. Default: within limit, or without one tolerate.',
      }),
      limit: z.number().positive().max(1_000_000_000).optional().meta({
        description:
          'And never more events per unit of exposure than this, whatever stable does; the only bound at 100%.',
      }),
      ...readingBase(),
      absentIsZero: z.boolean().optional().meta({
        description: 'No series for `events` while `exposure` has one means no events. Default false.',
      }),
    })
    .meta({ description: 'Events per unit of exposure, compared with stable at the same time.' });
