import * as z from 'zod';
import { Duration, Query, Ratio } from '../scalars.ts';
import { absentIsZero, evidenceBase, readingBase } from './base-schema.ts';

/** The candidate alone against an agreed share of bad events. */
export const limitSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('limit')
        .meta({ description: 'Bad events of the candidate against a fixed share, whatever stable does.' }),
      bad: Query.meta({ description: 'How many bad events in {{window}}.' }),
      total: Query.meta({ description: 'How many events in {{window}}, bad ones included.' }),
      max: Ratio.optional().meta({ description: 'The share that must not be exceeded.' }),
      objective: Ratio.optional().meta({
        description: 'Instead of max: a service level like 99.9%; the limit is burnRate × (1 − objective).',
      }),
      burnRate: z.number().positive().max(1_000).optional().meta({
        description:
          'How many times as fast as the objective allows the error budget may burn. Default 14.4: a fiftieth of a month’s budget in an hour.',
      }),
      alerts: z.boolean().optional().meta({
        description:
          'true: also a rule outside the promise, the multi-window burn-rate alerts of the objective: 2% of the error budget in 1h, 5% in 6h, 10% in 1d or 3d, and still burning. Default false.',
      }),
      period: Duration.optional().meta({
        description: 'How long the error budget of alerts must last. Default 30d.',
      }),
      maxExcess: z.number().positive().optional().meta({
        description:
          'A rule outside the promise: more bad events than stable’s share explains plus this many roll back at once.',
      }),
      ...readingBase(),
      absentIsZero: absentIsZero(),
    })
    .refine((check) => (check.max === undefined) !== (check.objective === undefined), {
      error: 'must say max or objective, one of them',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .refine((check) => check.objective !== undefined || check.alerts === undefined, {
      error: 'must say objective with alerts; they are about its error budget',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .refine((check) => check.alerts === true || check.period === undefined, {
      error: 'must say alerts: true with period; nothing else uses it',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .meta({ description: 'The candidate against a fixed share of bad events or an error budget.' });
