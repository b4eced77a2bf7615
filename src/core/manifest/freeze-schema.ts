import * as z from 'zod';
import { parseInstant } from '../units.ts';
import { Name, wording } from './scalars.ts';
import type { WallTime } from './time-zone.ts';

/** One end of a freeze: a time of the week, or a date and time; by the clocks of `timeZone`. */
export type FreezeEnd =
  | { readonly kind: 'weekly'; readonly weekday: number; readonly minutes: number }
  | { readonly kind: 'dated'; readonly wall: WallTime };

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const FORM =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])) (?:[01]\d|2[0-3]):[0-5]\d$/;

const freezeEnd = (description: string) =>
  z
    .string()
    .regex(FORM)
    .refine((text) => !FORM.test(text) || readEnd(text) !== undefined, {
      error: 'must be a day of the calendar',
      params: { code: 'VALUE_OUT_OF_RANGE' },
    })
    .transform((text): FreezeEnd => readEnd(text) ?? { kind: 'dated', wall: 0 })
    .register(wording, { expected: 'a time of the week like "Fri 16:00", or a date like "2026-12-19 00:00"' })
    .meta({ description });

function readEnd(text: string): FreezeEnd | undefined {
  const [day = '', time = ''] = text.split(' ');
  const weekday = WEEKDAYS.indexOf(day);
  if (weekday >= 0)
    return { kind: 'weekly', weekday, minutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) };
  const wall = parseInstant(`${day}T${time}:00Z`);
  return wall === undefined ? undefined : { kind: 'dated', wall };
}

/** A time in which nothing goes up. */
export const freezeSchema = () =>
  z
    .strictObject({
      name: Name.meta({ description: 'What people call it; named where something waits for its end.' }),
      from: freezeEnd('When it begins, in timeZone: "Fri 16:00" every week, or "2026-12-19 00:00" once.'),
      to: freezeEnd('When it ends, in the same form.'),
      tiers: z
        .array(Name)
        .min(1)
        .max(20)
        .optional()
        .register(wording, { expected: 'a list of tiers' })
        .meta({ description: 'Only for releases of these tiers. Default: for all.' }),
    })
    .meta({
      description: 'A time in which nothing starts, advances or is promoted. Rollbacks are never frozen.',
    });

/** A freeze window, as read. */
export type FreezeSpec = z.output<ReturnType<typeof freezeSchema>>;
