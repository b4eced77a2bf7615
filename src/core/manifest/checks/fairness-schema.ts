import * as z from 'zod';
import { Query, wording } from '../scalars.ts';
import {
  absentIsZero,
  by,
  evidenceBase,
  GroupValue,
  marginSchema,
  minShare,
  partsReadingBase,
  safeMarginSchema,
  unit,
} from './base-schema.ts';

/** Bad events group by group. */
export const fairnessSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('fairness').meta({
        description:
          'Bad events of each group, candidate against stable, and of the groups against each other.',
      }),
      bad: Query.meta({ description: 'How many bad events in {{window}}, one series per group.' }),
      total: Query.meta({ description: 'How many events in {{window}}, one series per group.' }),
      by: by().meta({ description: 'The label that names the group.' }),
      groups: z
        .array(GroupValue)
        .min(1)
        .max(50)
        .register(wording, { expected: 'a list of groups like ["de", "fr"]' })
        .meta({ description: 'The groups, fixed before looking; others are not looked at.' }),
      unit: unit(),
      tolerate: marginSchema().optional().meta({
        description:
          'Rolled back when some group is proven worse off than with stable by more than this. Default {relative: 10%}.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Advances when no group is worse off than with stable by more than this. Default: tolerate, but at least 25% and 0.25%.',
      }),
      disparity: marginSchema().optional().meta({
        description:
          'And rolled back when the candidate treats one group worse than another by more than this, whatever stable does. Default: not asked.',
      }),
      minShare: minShare(),
      ...partsReadingBase(),
      absentIsZero: absentIsZero(),
    })
    .meta({ description: 'Is some group of people worse off with the candidate?' });
