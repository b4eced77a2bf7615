import * as z from 'zod';
import { Query, Ratio } from '../scalars.ts';
import {
  absentIsZero,
  evidenceBase,
  marginSchema,
  readingBase,
  safeMarginSchema,
  unit,
} from './base-schema.ts';

/** Null values and violations of the schema, as each version meets them. */
export const dataQualitySchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('data-quality').meta({
        description: 'Nulls or schema violations out of all values, candidate against stable.',
      }),
      violations: Query.meta({ description: 'Nulls or violations that the version met in {{window}}.' }),
      total: Query.meta({ description: 'Values that it looked at in {{window}}, violations included.' }),
      unit: unit(),
      tolerate: marginSchema().optional().meta({
        description: 'Rolled back when proven more than this above stable. Default {absolute: 0.1%}.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Advances when proven not more than this above stable. Default {absolute: 0.25%} or tolerate, whichever is more.',
      }),
      max: Ratio.optional().meta({
        description: 'And never above this share, whatever stable does; the only bound at 100%.',
      }),
      ...readingBase(),
      absentIsZero: absentIsZero('violations'),
    })
    .meta({ description: 'Does the candidate get or give more broken values than stable?' });
