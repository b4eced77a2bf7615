import * as z from 'zod';
import { type Instant, parseInstant } from '../units.ts';

/** A moment in UTC, as text. */
export const Moment = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, {
    error: 'must be a moment in UTC like 2026-11-21T08:05:00Z',
  })
  .transform((text): Instant => parseInstant(text) as Instant);
