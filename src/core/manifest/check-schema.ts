import * as z from 'zod';
import { latencySchema } from './checks/latency-schema.ts';
import { limitSchema } from './checks/limit-schema.ts';
import { proportionSchema } from './checks/proportion-schema.ts';
import { rateSchema } from './checks/rate-schema.ts';
import { thresholdSchema } from './checks/threshold-schema.ts';

/** A health check of a release manifest: what is asked of which provider, and how it is judged. */
export const checkSchema = () =>
  z.discriminatedUnion('kind', [
    proportionSchema(),
    limitSchema(),
    rateSchema(),
    latencySchema(),
    thresholdSchema(),
  ]);
