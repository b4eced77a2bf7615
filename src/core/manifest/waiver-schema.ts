import * as z from 'zod';
import { after, type Instant, millis, parseInstant } from '../units.ts';
import { Line, Owner, wording } from './scalars.ts';

/**
 * Rules of a manifest that an owner may set aside for a while, by their code: the findings of a rule in this list are dropped while a
 * waiver for it stands in the manifest, in `runRules` or, of queries, in `checkQueries`.
 */
export const WAIVABLE_RULES = ['ML-02', 'FUNCTION_UNKNOWN'] as const;

/**
 * Rules of the policy that may be set aside; such a waiver is called an override. `tier` is whatever else a tier asks for. Unlike
 * the others they are in force only until their end.
 */
const OVERRIDABLE_RULES = ['freeze', 'weight-per-hour', 'samples', 'tier'] as const;

/** A rule of the policy, by the name that a waiver gives it. */
export type PolicyRule = (typeof OVERRIDABLE_RULES)[number];

const DAY = millis(86_400_000);

/** The moment at which a waiver ends: as written, or the end of the day (UTC); undefined when it is no moment. */
export function waiverEnd(until: string): Instant | undefined {
  if (until.includes('T')) return parseInstant(until);
  const day = parseInstant(`${until}T00:00:00Z`);
  return day === undefined ? undefined : after(day, DAY);
}

const FORM = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?$/;

const end = () =>
  z
    .string()
    .regex(FORM)
    .refine((text) => !FORM.test(text) || waiverEnd(text) !== undefined, {
      error: 'must be a day of the calendar',
      params: { code: 'VALUE_OUT_OF_RANGE' },
    })
    .register(wording, { expected: 'a day like 2027-01-31, or a moment like 2027-01-31T18:00:00Z' });

/** One rule that an owner sets aside until a day. */
export const waiverSchema = () =>
  z
    .strictObject({
      rule: z.enum([...WAIVABLE_RULES, ...OVERRIDABLE_RULES]).meta({
        description:
          'The rule that is set aside: a code, or of the policy freeze, weight-per-hour, samples, or tier for the rest of a tier.',
      }),
      reason: Line.meta({ description: 'Why, for those who review it.' }),
      owner: Owner.meta({
        description:
          'Who answers for it; one of metadata.owners. Of the rules of the policy one of roles.override of the config, where there are any.',
      }),
      until: end().meta({
        description:
          'The last day on which it holds, or the moment at which it ends (UTC); at most 366 days ahead.',
      }),
    })
    .meta({ description: 'A rule that an owner sets aside until a day.' });

/** A waiver, as read. */
export type WaiverSpec = z.output<ReturnType<typeof waiverSchema>>;
/** A waiver of a rule of the policy. */
export type OverrideSpec = WaiverSpec & { readonly rule: PolicyRule };

/** Whether a waiver sets a rule of the policy aside. */
export function isOverride(waiver: WaiverSpec): waiver is OverrideSpec {
  return OVERRIDABLE_RULES.some((rule) => rule === waiver.rule);
}
