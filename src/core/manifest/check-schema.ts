import * as z from 'zod';
import { accuracySchema } from './checks/accuracy-schema.ts';
import { agreementSchema } from './checks/agreement-schema.ts';
import { businessSchema } from './checks/business-schema.ts';
import { calibrationSchema } from './checks/calibration-schema.ts';
import { dataQualitySchema } from './checks/data-quality-schema.ts';
import { errorsSchema } from './checks/errors-schema.ts';
import { fairnessSchema } from './checks/fairness-schema.ts';
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
    errorsSchema(),
    accuracySchema(),
    calibrationSchema(),
    agreementSchema(),
    dataQualitySchema(),
    fairnessSchema(),
    businessSchema(),
    rateSchema(),
    latencySchema(),
    thresholdSchema(),
  ]);
