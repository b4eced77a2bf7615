import * as z from 'zod';
import { Label, Query, Ratio } from '../scalars.ts';
import { absentIsZero, evidenceBase, marginSchema, readingBase, safeMarginSchema } from './base-schema.ts';

/** Good events per user: orders, clicks, bookings. */
export const businessSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('business')
        .meta({ description: 'Users with a good event out of all users, candidate against stable.' }),
      events: Query.meta({
        description: 'Users with their first good event (an order, a click) in {{window}}.',
      }),
      users: Query.meta({ description: 'Users that were active in {{window}} and had none before.' }),
      worse: z
        .enum(['fewer', 'more'])
        .optional()
        .meta({ description: 'What is worse. Default fewer; more is for complaints or returns.' }),
      unit: Label.optional().meta({ description: 'What `users` counts. Default user.' }),
      tolerate: marginSchema().optional().meta({
        description:
          'Rolled back when proven worse than stable by more than this; {relative: 2%} tolerates 2% fewer events. Default {relative: 2%}.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Advances when proven not worse than stable by more than this. Default {relative: 10%} or tolerate, whichever is more.',
      }),
      min: Ratio.optional().meta({
        description: 'Where fewer is worse: and never below this share, whatever stable does.',
      }),
      max: Ratio.optional().meta({
        description: 'Where more is worse: and never above this share, whatever stable does.',
      }),
      ...readingBase(),
      absentIsZero: absentIsZero('events', 'users'),
    })
    .meta({ description: 'Do the candidate’s users buy, click or book as much as stable’s?' });
