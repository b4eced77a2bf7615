import * as z from 'zod';
import { BRAKES } from '../brake.ts';
import { Duration, Label, Name, Ratio, wording } from '../scalars.ts';

/** At most `relative` times worse plus `absolute` worse than stable. */
export const marginSchema = () =>
  z
    .strictObject({
      relative: Ratio.optional().meta({
        description: 'Relative to stable: 10% tolerates 1.1 times as many.',
      }),
      absolute: Ratio.optional().meta({
        description: 'Added to stable: 0.25% tolerates a rate higher by 0.0025.',
      }),
    })
    .refine((margin) => margin.relative !== undefined || margin.absolute !== undefined, {
      error: 'must say relative, absolute or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a margin like {relative: 10%}, {absolute: 0.5%} or both' });

/** What still counts as safe: a margin, or a budget of harm to all traffic together. */
export const safeMarginSchema = () =>
  z
    .strictObject({
      relative: Ratio.optional().meta({
        description: 'Relative to stable: 25% counts 1.25 times as many as safe.',
      }),
      absolute: Ratio.optional().meta({
        description: 'Added to stable: 0.25% counts a rate higher by 0.0025 as safe.',
      }),
      budget: Ratio.optional().meta({
        description:
          'Harm that all traffic together may suffer on the next step: 0.1% counts as safe what adds 0.001 to the rate of everybody, so that small steps are proven soon. Becomes absolute = budget ÷ share of the next step.',
      }),
    })
    .refine(
      (margin) =>
        margin.relative !== undefined || margin.absolute !== undefined || margin.budget !== undefined,
      {
        error: 'must say relative, absolute, budget or several of them',
        params: { code: 'VALUE_INCOMPLETE' },
      },
    )
    .register(wording, { expected: 'a margin like {relative: 25%}, {absolute: 0.5%} or {budget: 0.1%}' });

/** What every check says. */
export const checkBase = () => ({
  name: Name.meta({ description: 'Name of the check, unique in the manifest.' }),
  provider: Name.meta({ description: 'A provider of .belay/config.yaml.' }),
  required: z.boolean().optional().meta({
    description:
      'false: it may take the candidate back, but the rollout does not wait for it to pass. Default true.',
  }),
});

/** What every check says that counts as evidence within the promise. */
export const evidenceBase = () => ({
  ...checkBase(),
  weight: z.number().positive().max(1_000).optional().meta({
    description:
      'Share of falseRollbackRate that it may spend, relative to the other checks: more makes it faster and the others slower. Default 1, a critical check 2.',
  }),
  critical: z.boolean().optional().meta({
    description: 'true: it acts at once, no tick is forgiven, and it weighs twice as much. Default false.',
  }),
  onFail: z.enum(BRAKES).optional().meta({
    description: 'What its failing does. Default: as rollback.mode says, which is rollback by default.',
  }),
});

/** How counts are read. */
export const readingBase = () => ({
  dispersion: z
    .union([z.number().min(1).max(10_000), z.literal('history')])
    .optional()
    .register(wording, { expected: 'a number from 1 to 10000, or history' })
    .meta({
      description:
        'How many events come together, e.g. 3 when one user’s trouble shows up as three errors; history: estimated from stable’s day before the start. Evidence is divided by it. Default 1.',
    }),
  trim: z.number().int().min(0).max(20).optional().meta({
    description:
      'How many of the worst ticks are forgiven, so that a blip does not roll back. Default 1, a critical check 0.',
  }),
});

/** The same for questions that are asked part by part, whose history is not one series. */
export const partsReadingBase = () => ({
  ...readingBase(),
  dispersion: z.number().min(1).max(10_000).optional().meta({
    description:
      'How many events come together, e.g. 3 when one user’s trouble shows up as three errors. Evidence is divided by it. Default 1.',
  }),
});

/** Whether an absent series means none. */
export const absentIsZero = (events = 'bad', exposure = 'total') =>
  z
    .boolean()
    .optional()
    .meta({
      description: `No series for \`${events}\` while \`${exposure}\` has one means none. Default false.`,
    });

/** What is counted; see docs/checks/unit.md. */
export const unit = () =>
  Label.optional().meta({
    description:
      'What is counted. Where routing is sticky it must be what routing sticks to (user): first bad events of users that had none yet, out of those users. Default request.',
  });

/** How long after a prediction its label comes. */
export const labelDelay = () =>
  Duration.optional().meta({
    description:
      'How long after the prediction its label comes. So much longer than noDataDeadline the check may be without evidence before a person is told. Default 0s.',
  });

/** A label’s value that names a group or a bin. */
export const GroupValue = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\n\r]*$/)
  .register(wording, { expected: 'the value of a label, in quotes' });

/** The label that tells groups or bins apart. */
export const by = () =>
  z
    .string()
    .max(100)
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
    .register(wording, { expected: 'the name of a label, like region' });

/** Parts that are too small to be waited for. */
export const minShare = () =>
  Ratio.optional().meta({
    description:
      'What has less than this share of the traffic of the step is guarded against harm, but the rollout does not wait until it is proven safe. Default 5%.',
  });

/** How many events come together, of a kind whose history does not tell. */
export const declaredDispersion = () =>
  z.number().min(1).max(10_000).optional().meta({
    description:
      'How many values or requests come together, e.g. 10 where a session has about ten. Evidence is divided by it. Default 1.',
  });
