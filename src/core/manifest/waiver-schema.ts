import * as z from 'zod';
import { parseInstant } from '../units.ts';
import { Line, Owner, wording } from './scalars.ts';

/**
 * Rules that an owner may set aside for a while, by their code. Nothing else can be waived. A rule joins by its code in this
 * list: its findings are dropped in `runRules` while a waiver for it stands in the manifest.
 */
export const WAIVABLE_RULES = ['ML-02'] as const;

const day = () =>
  z
    .string()
    .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)
    .refine((text) => parseInstant(`${text}T00:00:00Z`) !== undefined, {
      error: 'must be a day of the calendar',
      params: { code: 'VALUE_OUT_OF_RANGE' },
    })
    .register(wording, { expected: 'a day like 2027-01-31' });

/** One rule that an owner sets aside until a day. */
export const waiverSchema = () =>
  z
    .strictObject({
      rule: z.enum(WAIVABLE_RULES).meta({ description: 'Code of the rule that is set aside.' }),
      reason: Line.meta({ description: 'Why, for those who review it.' }),
      owner: Owner.meta({ description: 'Who answers for it; one of metadata.owners.' }),
      until: day().meta({ description: 'The last day on which it holds (UTC), at most 366 days ahead.' }),
    })
    .meta({ description: 'A rule that an owner sets aside until a day.' });

/** A waiver, as read. */
export type WaiverSpec = z.output<ReturnType<typeof waiverSchema>>;
