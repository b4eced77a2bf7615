import * as z from 'zod';
import { Query, Ratio } from '../scalars.ts';
import {
  absentIsZero,
  evidenceBase,
  labelDelay,
  marginSchema,
  readingBase,
  safeMarginSchema,
  unit,
} from './base-schema.ts';

/** Right predictions out of those whose label has come. */
export const accuracySchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z
        .literal('accuracy')
        .meta({ description: 'Right predictions out of those whose label came, candidate against stable.' }),
      correct: Query.meta({
        description: 'Of the predictions whose label came in {{window}}, how many were right.',
      }),
      labelled: Query.meta({
        description: 'Predictions whose label came in {{window}}, counted when it came and by their version.',
      }),
      labelDelay: labelDelay(),
      unit: unit(),
      tolerate: marginSchema().optional().meta({
        description:
          'Of the wrong predictions: rolled back when proven more than this above stable’s. Default {absolute: 1%}, a point of accuracy.',
      }),
      safe: safeMarginSchema().optional().meta({
        description:
          'Of the wrong predictions: advances when proven not more than this above stable’s. Default {absolute: 2%} or tolerate, whichever is more.',
      }),
      min: Ratio.optional().meta({
        description: 'And never less accurate than this, whatever stable does; the only bound at 100%.',
      }),
      ...readingBase(),
      absentIsZero: absentIsZero('correct', 'labelled'),
    })
    .meta({ description: 'Is the candidate right as often as stable?' });
