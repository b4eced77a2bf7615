import * as z from 'zod';
import { proportionSchema } from './proportion-schema.ts';

/** Failed requests, by the name that people look for; a proportion in all else. */
export const errorsSchema = () =>
  z
    .strictObject({
      ...proportionSchema().shape,
      kind: z
        .literal('errors')
        .meta({ description: 'Failed requests out of all requests, candidate against stable.' }),
    })
    .meta({ description: 'Does the candidate fail more often than stable?' });
