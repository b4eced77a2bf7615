import * as z from 'zod';
import { gaugeSchema } from './gauge-schema.ts';

/** A gauge whose direction its name tells. */
const directed = () => {
  const { worse: _, kind: __, ...shape } = gaugeSchema().shape;
  return shape;
};

/** Requests that a version gets through; less is worse. */
export const throughputSchema = () =>
  z
    .strictObject({
      ...directed(),
      kind: z.literal('throughput').meta({
        description: 'What a version gets through, per replica or per request in hand; less is worse.',
      }),
    })
    .meta({ description: 'Does the candidate get through as much as stable?' });

/** How full a version is: memory, accelerator, queue; more is worse. */
export const saturationSchema = () =>
  z
    .strictObject({
      ...directed(),
      kind: z.literal('saturation').meta({
        description: 'How full a version is: memory, accelerator, queue; more is worse.',
      }),
    })
    .meta({ description: 'Is the candidate fuller than stable?' });
