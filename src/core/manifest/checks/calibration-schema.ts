import * as z from 'zod';
import { Query, Ratio, wording } from '../scalars.ts';
import {
  absentIsZero,
  by,
  evidenceBase,
  GroupValue,
  labelDelay,
  minShare,
  partsReadingBase,
  unit,
} from './base-schema.ts';

/** What a model's probabilities are worth. */
export const calibrationSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('calibration').meta({
        description: 'How often predictions come true, bin by bin, against the probability that they claim.',
      }),
      positives: Query.meta({
        description: 'Predictions whose label came in {{window}} and was positive, one series per bin.',
      }),
      total: Query.meta({ description: 'Predictions whose label came in {{window}}, one series per bin.' }),
      claims: Query.optional().meta({
        description:
          'The sum of the predicted probabilities of those predictions, one series per bin. The exact way to say what a bin claims; else see claimed.',
      }),
      by: by().meta({ description: 'The label that names the bin.' }),
      bins: z
        .array(GroupValue)
        .min(1)
        .max(50)
        .register(wording, { expected: 'a list of bins like ["0.05", "0.15"]' })
        .meta({
          description:
            'The bins, fixed before looking. Without claims and claimed, each is the mean probability that it claims.',
        }),
      claimed: z
        .record(GroupValue, Ratio)
        .optional()
        .register(wording, { expected: 'a map from bin to mean claimed probability, like {low: 5%}' })
        .meta({ description: 'The mean probability that each bin claims, when no query tells it.' }),
      tolerance: Ratio.optional().meta({
        description: 'How far the share that comes true may be from the claim, in points. Default 2%.',
      }),
      safe: Ratio.optional().meta({
        description: 'How far still counts as safe. Default 5% or tolerance, whichever is more.',
      }),
      against: z.enum(['stable', 'claims']).optional().meta({
        description:
          'stable: off its claims and further off than stable. claims: off its claims, whatever stable does; judges at 100% as well. Default stable.',
      }),
      labelDelay: labelDelay(),
      unit: unit(),
      minShare: minShare(),
      ...partsReadingBase(),
      absentIsZero: absentIsZero('positives'),
    })
    .meta({ description: 'Are the candidate’s probabilities worth what they claim?' });
