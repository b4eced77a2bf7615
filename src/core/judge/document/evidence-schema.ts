import * as z from 'zod';
import { CHECK_SCHEMAS } from './check-schemas.ts';

const Rate = z.number().gt(0).lt(1);

const head = {
  apiVersion: z.literal('belay.dev/v1').meta({ description: 'Version of this format.' }),
  kind: z.literal('Evidence').meta({ description: 'Evidence to be judged.' }),
  falseRollbackRate: Rate.default(0.01).meta({
    description:
      'Probability that a healthy candidate fails, over all checks, ticks and looks together. Default 0.01.',
  }),
  falseAdvanceRate: Rate.default(0.05).meta({
    description: 'Probability that a candidate beyond a safe margin passes. Default 0.05.',
  }),
};

const tick = z
  .number()
  .positive()
  .max(366 * 86_400_000)
  .optional()
  .meta({ description: 'Width of a tick in ms, for rules that need time.' });

/** The document, with its checks not looked at yet: one that cannot be used is that check's verdict and no refusal. */
export const EvidenceEnvelope = z.strictObject({
  ...head,
  tick,
  checks: z.array(z.unknown()).min(1).max(10_000),
});

/** The one declaration of the document that `belay judge` reads. */
export const EvidenceSchema = z
  .strictObject({
    ...head,
    tick,
    checks: z
      .array(
        z.discriminatedUnion('kind', [
          CHECK_SCHEMAS.proportion,
          CHECK_SCHEMAS.limit,
          CHECK_SCHEMAS.fairness,
          CHECK_SCHEMAS.calibration,
          CHECK_SCHEMAS.rate,
          CHECK_SCHEMAS.latency,
        ]),
      )
      .min(1)
      .max(10_000)
      .meta({ description: 'The health questions with what was seen, tick by tick.' }),
  })
  .meta({ title: 'Belay evidence', description: 'What `belay judge` reads: checks and what was seen.' });
