import * as z from 'zod';
import {
  type Digest,
  digest,
  type Millis,
  type Percent,
  type Probability,
  parseDuration,
  percent,
  probability,
} from '../units.ts';

/**
 * The scalar kinds that manifest and config share. Each reads what people write (`30m`, `10%`) into the unit that the
 * code works with; the JSON Schema for editors describes the written side.
 */

/** `30m`, `1h30m`, `3d` → milliseconds. */
export const Duration = z
  .string({ error: 'write a duration like 30m, 1h30m or 3d' })
  .regex(/^(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/, { error: 'write a duration like 30m, 1h30m or 3d' })
  .transform((text): Millis => parseDuration(text) as Millis)
  .meta({
    description: 'A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d.',
  });

/** `0.5%` → 0.005. */
export const Ratio = z
  .string({ error: 'write a percentage with its sign, like 2% or 0.5%' })
  .regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/, {
    error: 'write a percentage with its sign, like 2% or 0.5%',
  })
  .transform((text): number => Number(text.slice(0, -1)) / 100)
  .meta({ description: 'A percentage with its sign, e.g. 2% or 0.5%.' });

/** `1%` → 0.01; more than 0 and less than 50 %. */
export const ErrorRate = Ratio.refine((value) => value > 0 && value < 0.5, {
  error: 'must be more than 0% and less than 50%',
}).transform((value): Probability => probability(value));

/** A share of traffic, 0 to 100. */
export const Weight = z
  .number({ error: 'write a number from 0 to 100, in percent' })
  .min(0, { error: 'must be 0 or more' })
  .max(100, { error: 'must be 100 or less' })
  .transform((value): Percent => percent(value))
  .meta({ description: 'Share of traffic in percent, 0 to 100.' });

/** Name of a release, a check or a provider: DNS label. */
export const Name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'must be 1 to 63 lower-case letters, digits or dashes, beginning and ending with a letter or digit',
});

/** A version or backend as it stands in labels and queries; never a character that could close a string in a query. */
export const Label = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/, {
  error:
    'must be 1 to 128 letters, digits, dots, dashes, underscores or plus signs, beginning and ending with a letter or digit',
});

/** A file inside the repository, written with forward slashes. */
export const RepoPath = z
  .string()
  .min(1)
  .max(255)
  .refine(isRepoPath, {
    error:
      'must be a path inside the repository: no leading /, no "..", no backslash, not below .git or .github',
  })
  .meta({ description: 'A path inside the repository, with forward slashes.' });

/** `sha256:` and 64 hex digits. */
export const ContentDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 lower-case hex digits' })
  .transform((text): Digest => digest(text));

/** One line of text for people. */
export const Line = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\n\r]*$/, { error: 'must be one line' });

/** A PromQL query; may hold {{version}}, {{backend}}, {{release}} and {{window}}. */
export const Query = z.string().min(1).max(4_000).meta({
  description:
    'A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series.',
});

function isRepoPath(path: string): boolean {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.includes('//')) return false;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return false;
  return !/^\.git(?:hub)?$/i.test(parts[0] ?? '') && !parts.some((part) => /^\.git$/i.test(part));
}
