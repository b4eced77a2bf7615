import * as z from 'zod';
import { distributionSchema } from './distribution-schema.ts';

/** Whether what goes in or what comes out has moved. */
export const driftSchema = () =>
  z
    .strictObject({
      ...distributionSchema().shape,
      kind: z
        .literal('drift')
        .meta({ description: 'Whether predictions or features are distributed otherwise.' }),
      of: z.enum(['predictions', 'features']).optional().meta({
        description:
          'features: what the version is asked, which it cannot cause; such a drift holds or notifies and never rolls back. Default predictions.',
      }),
    })
    .meta({ description: 'Have predictions or features moved away from stable’s?' });

/** How sure the model is of itself. */
export const confidenceSchema = () =>
  z
    .strictObject({
      ...distributionSchema().shape,
      kind: z.literal('confidence').meta({
        description: 'Whether the candidate’s confidence scores are distributed otherwise than stable’s.',
      }),
    })
    .meta({ description: 'Has the candidate’s confidence moved away from stable’s?' });
