import * as z from 'zod';
import { Label, Query, Ratio } from '../scalars.ts';
import {
  absentIsZero,
  evidenceBase,
  marginSchema,
  readingBase,
  safeMarginSchema,
  unit,
} from './base-schema.ts';

/** Bad events out of all events, candidate against stable. */
export const proportionSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('proportion')
        .meta({ description: 'Bad events out of all events, candidate against stable.' }),
      bad: Query.meta({ description: 'How many bad events in {{window}}.' }),
      total: Query.meta({ description: 'How many events in {{window}}, bad ones included.' }),
      unit: unit(),
      tolerate: marginSchema().optional().meta({
        description: 'Rolled back when proven worse than stable by more than this. Default {relative: 10%}.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Advances when proven not worse than stable by more than this. Default: tolerate, but at least 25% and 0.25%.',
      }),
      limit: Ratio.optional().meta({
        description: 'And never above this, whatever stable does; the only bound at 100%.',
      }),
      ...readingBase(),
      replicas: z
        .strictObject({
          bad: Query.meta({ description: 'Bad events in {{window}}, by replica.' }),
          total: Query.meta({ description: 'All events in {{window}}, by replica.' }),
          by: Label.meta({ description: 'The label that tells replicas apart, e.g. pod.' }),
          candidate: z.number().int().positive().optional().meta({
            description: 'How many replicas the candidate has on its first step. Default 1.',
          }),
        })
        .optional()
        .meta({
          description:
            'Stable’s replicas in the day before the start: the margin is never narrower than they differ from each other, and events that come together are seen.',
        }),
      absentIsZero: absentIsZero(),
    })
    .meta({ description: 'A share of bad events, compared with stable at the same time.' });
