import * as z from 'zod';
import { BRAKES } from '../brake.ts';
import { Query, Ratio } from '../scalars.ts';
import { absentIsZero, evidenceBase, readingBase } from './base-schema.ts';

/** Answers of a shadow, or of repeated requests, that differ from stable's answer to the same request. */
export const agreementSchema = () =>
  z
    .strictObject({
      ...evidenceBase(),
      kind: z.literal('agreement').meta({
        description: 'Answers of the candidate that differ from stable’s to the same request.',
      }),
      differing: Query.meta({ description: 'Compared answers that differ, in {{window}}.' }),
      compared: Query.meta({ description: 'Requests that both versions answered, in {{window}}.' }),
      max: Ratio.meta({ description: 'The share of differing answers that must not be exceeded.' }),
      onFail: z.enum(BRAKES).optional().meta({
        description:
          'What its failing does. Default hold: a better version differs as well, and a person says which it is.',
      }),
      ...readingBase(),
      absentIsZero: absentIsZero('differing', 'compared'),
    })
    .meta({ description: 'Does the candidate answer as stable does?' });
