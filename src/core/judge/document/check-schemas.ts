import * as z from 'zod';
import {
  BinnedArm,
  BucketsArm,
  ClaimedBinsArm,
  CountsArm,
  GroupsArm,
  MeasuredArm,
  TrafficArm,
  tickOf,
} from './arms.ts';

/** Beyond it a margin means nothing, and its logarithms are no numbers any more. */
const MOST_MARGIN = 1e9;

const Margin = z
  .strictObject({
    ratio: z.number().min(0).max(MOST_MARGIN).default(1).meta({ description: 'Times stable’s rate.' }),
    difference: z.number().min(0).max(MOST_MARGIN).default(0).meta({ description: 'Added to it.' }),
  })
  .meta({ description: 'At most ratio × stable’s rate + difference.' });

/** Milliseconds in 30 days. */
const MONTH = 30 * 86_400_000;

const NO_MARGIN = { ratio: 1, difference: 0 };

const base = {
  name: z.string().min(1).max(200).meta({ description: 'Unique in the document.' }),
  question: z.string().min(1).max(200).optional().meta({
    description: 'What was asked in the manifest, such as accuracy; for sentences only.',
  }),
  weight: z.number().positive().max(1_000_000).default(1).meta({
    description: 'Share of falseRollbackRate that it may spend, relative to the other checks.',
  }),
  critical: z.boolean().default(false).meta({
    description: 'For the reader; in a manifest it sets trim and weight.',
  }),
  action: z
    .enum(['rollback', 'hold', 'notify'])
    .default('rollback')
    .meta({ description: 'What its failing means for the candidate.' }),
  required: z.boolean().default(true).meta({ description: 'It must pass before everything passes.' }),
};

const reading = {
  dispersion: z.number().min(1).default(1).meta({ description: 'So many events come together.' }),
  trim: z.number().int().min(0).max(1_000).default(0).meta({ description: 'So many ticks are forgiven.' }),
};

const margins = {
  harm: Margin.default(NO_MARGIN).meta({ description: 'Beyond it is harm.' }),
  safe: Margin.optional().meta({ description: 'Below it is safe; default: harm.' }),
};

const GaugeMargin = z
  .strictObject({
    difference: z.number().default(0).meta({ description: 'How much worse than stable.' }),
    unit: z
      .enum(['absolute', 'sd'])
      .default('absolute')
      .meta({ description: 'The metric’s unit, or standard deviations of stable’s own values.' }),
  })
  .meta({ description: 'Worse than stable by at most this.' });

const minShare = z.number().min(0).max(1).default(0).meta({
  description: 'Parts with less than this share of the exposure are not waited for.',
});
const Tolerance = z.number().min(0).max(1);

/** Names of groups or bins, each once: a part that is there twice would be tested twice. */
const partNames = () =>
  z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .refine((names) => new Set(names).size === names.length, { error: 'expected each name once' });

/** The schema of a check of each kind, without its name in the union. */
export const CHECK_SCHEMAS = {
  proportion: z.strictObject({
    ...base,
    kind: z.literal('proportion'),
    ...margins,
    ...reading,
    worse: z.enum(['more', 'fewer']).default('more').meta({
      description:
        'fewer: events are good, and the margins say how many times as many stable may have of them.',
    }),
    limit: z.number().min(0).max(1).optional(),
    ticks: z.array(tickOf(CountsArm)),
  }),
  limit: z.strictObject({
    ...base,
    kind: z.literal('limit'),
    ...reading,
    max: z.number().min(0).max(1),
    maxExcess: z.number().positive().optional(),
    alerts: z
      .strictObject({
        objective: z.number().gt(0).lt(1).meta({ description: 'Share of good events that is promised.' }),
        period: z
          .number()
          .positive()
          .default(MONTH)
          .meta({ description: 'Over so many ms. Default 30 days.' }),
      })
      .optional()
      .meta({ description: 'Multi-window burn-rate alerts, outside the promise; need `tick`.' }),
    ticks: z.array(tickOf(CountsArm)),
  }),
  gauge: z.strictObject({
    ...base,
    kind: z.literal('gauge'),
    worse: z.enum(['higher', 'lower']).default('higher'),
    harm: GaugeMargin.default({ difference: 0, unit: 'absolute' }),
    safe: GaugeMargin.optional().meta({ description: 'Below it is safe; default: harm.' }),
    batch: z.number().int().min(1).max(10_000).default(5).meta({
      description: 'Ticks that are averaged at least: five minutes’ worth. Default 5, for ticks of a minute.',
    }),
    ticks: z.array(tickOf(MeasuredArm)),
  }),
  distribution: z.strictObject({
    ...base,
    kind: z.literal('distribution'),
    ...reading,
    tolerance: Tolerance.default(0.02).meta({
      description: 'Cumulative shares further apart than this are harm.',
    }),
    safe: z.strictObject({ tolerance: Tolerance }).optional().meta({
      description: 'Nowhere further apart than this is safe; default: tolerance.',
    }),
    ordered: z.boolean().default(true).meta({ description: 'false: bins are categories.' }),
    reference: z
      .array(z.number().min(0).max(1e12))
      .min(2)
      .max(1_000)
      .refine((shares) => shares.some((share) => share > 0), { error: 'expected a share above 0' })
      .optional()
      .meta({
        description:
          'Share of each bin in what the candidate is compared with instead of stable; then it only notifies.',
      }),
    labels: z.array(z.string().min(1).max(200)).max(1_000).optional().meta({
      description: 'What the bins are called.',
    }),
    ticks: z.array(tickOf(BinnedArm)),
  }),
  split: z.strictObject({
    ...base,
    kind: z.literal('split'),
    action: z.literal('hold').default('hold').meta({ description: 'It only holds.' }),
    ...reading,
    share: z.number().gt(0).lt(1).meta({ description: 'Declared share of the candidate.' }),
    tolerance: z.number().gt(0).lt(1).default(0.1).meta({
      description: 'So far may it be off, relative to the share.',
    }),
    ticks: z.array(tickOf(TrafficArm)),
  }),
  fairness: z.strictObject({
    ...base,
    kind: z.literal('fairness'),
    groups: partNames().meta({ description: 'Fixed before looking.' }),
    ...margins,
    ...reading,
    disparity: Margin.optional().meta({
      description: 'Between groups of the candidate; default: not asked.',
    }),
    minShare,
    ticks: z.array(tickOf(GroupsArm)),
  }),
  calibration: z.strictObject({
    ...base,
    kind: z.literal('calibration'),
    bins: partNames().meta({ description: 'Names of the bins, in order.' }),
    ...reading,
    tolerance: Tolerance.meta({ description: 'Further from the claim is harm, in probability.' }),
    safe: z
      .strictObject({ tolerance: Tolerance })
      .optional()
      .meta({ description: 'Within this is safe; default: tolerance.' }),
    against: z.enum(['stable', 'claims']).default('stable').meta({
      description: 'stable: off the claim and further off than stable. claims: off the claim.',
    }),
    minShare,
    ticks: z.array(tickOf(ClaimedBinsArm)),
  }),
  rate: z.strictObject({
    ...base,
    kind: z.literal('rate'),
    ...margins,
    ...reading,
    limit: z.number().positive().optional().meta({ description: 'Events per unit of exposure.' }),
    ticks: z.array(tickOf(CountsArm)),
  }),
  latency: z
    .strictObject({
      ...base,
      kind: z.literal('latency'),
      ...margins,
      ...reading,
      bound: z.number().positive().optional().meta({ description: 'Above it is too slow.' }),
      quantile: z.number().gt(0).lt(1).optional().meta({ description: '0.99 for p99.' }),
      limit: z.number().min(0).max(1).optional().meta({ description: 'Share above bound.' }),
      ticks: z.array(tickOf(BucketsArm)),
    })
    .refine((check) => check.bound !== undefined || check.quantile !== undefined, {
      error: 'expected bound, quantile or both, got neither',
    })
    .refine((check) => check.bound !== undefined || check.limit === undefined, {
      error: 'expected bound with limit, got none',
    }),
} as const;

/** The kinds that a document may name. */
export type DocumentKind = keyof typeof CHECK_SCHEMAS;
/** A check as written, defaults filled in. */
export type WrittenCheck = z.output<(typeof CHECK_SCHEMAS)[DocumentKind]>;
