import * as z from 'zod';
import {
  type Digest,
  digest,
  type Millis,
  millis,
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

/** How problems speak of a value: "must be <expected>, got …", "… is missing, expected <expected>". */
export interface Wording {
  readonly expected: string;
  /** In place of "must be <expected>" when the text has the wrong form. */
  readonly must?: string;
  /** Code of the problem when the text has the wrong form. Default VALUE_MALFORMED. */
  readonly code?: string;
  /** A wrong value is not shown: it may be a secret that was put in the wrong place. */
  readonly isPrivate?: boolean;
}

/** Wordings by schema. A schema derived from another (`.meta`, `.refine`) speaks like the first. */
export const wording = z.registry<Wording>();

const LONGEST_DURATION = 366 * 86_400_000;

/** `30m`, `1h30m`, `3d` → milliseconds; up to 366 days. */
export const Duration = z
  .string()
  .regex(/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/)
  .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_DURATION, {
    error: 'must be at most 366d',
    params: { code: 'VALUE_OUT_OF_RANGE' },
  })
  .transform((text): Millis => parseDuration(text) ?? millis(0))
  .register(wording, { expected: 'a duration like 30m, 1h30m or 3d' })
  .meta({
    description: 'A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d.',
  });

/** `0.5%` → 0.005. */
export const Ratio = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/)
  .transform((text): number => Number(text.slice(0, -1)) / 100)
  .register(wording, { expected: 'a percentage with its sign, like 2% or 0.5%' })
  .meta({ description: 'A percentage with its sign, e.g. 2% or 0.5%.' });

/** `1%` → 0.01; more than 0 and less than 50 %. */
export const ErrorRate = Ratio.refine((value) => value > 0 && value < 0.5, {
  error: 'must be more than 0% and less than 50%',
  params: { code: 'VALUE_OUT_OF_RANGE' },
})
  .transform((value): Probability => probability(value))
  .register(wording, { expected: 'a percentage with its sign, like 1%' });

/** A share of traffic, 0 to 100. */
export const Weight = z
  .number()
  .min(0)
  .max(100)
  .transform((value): Percent => percent(value))
  .register(wording, { expected: 'a number from 0 to 100, in percent' })
  .meta({ description: 'Share of traffic in percent, 0 to 100.' });

/** Name of a release, a check or a provider: DNS label. */
export const Name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .register(wording, {
    expected: 'a name like fraud-scorer',
    must: 'must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ (lower-case letters, digits, dashes)',
    code: 'SEC-02',
  });

/** A version or backend as it stands in labels and queries; never a character that could close a string in a query. */
export const Label = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/)
  .register(wording, {
    expected: 'a word like 3.5.0 or fraud-scorer-b',
    must: 'must match ^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$ (letters, digits, and ._+- between)',
    code: 'SEC-02',
  });

/** What something that changes together with a version is at: a number of a schema, a day, a digest. */
export const CompatValue = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._:@/+-]{0,126}[A-Za-z0-9])?$/)
  .register(wording, {
    expected: 'a word like v7, "2026-10" or "sha256:…"',
    must: 'must be a word like v7, "2026-10" or "sha256:…" (letters, digits, and ._:@/+- between)',
    code: 'SEC-02',
  });

/** No empty, "." or ".." part, no .git anywhere, no .github at the top; no character that a file system or git reads. */
const REPO_PATH =
  /^(?!\.[gG][iI][tT][hH][uU][bB](?:\/|$))(?!.*(?:^|\/)(?:\.{0,2}|\.[gG][iI][tT])(?:\/|$))[^-\n\r\t\\:*?"<>|][^\n\r\t\\:*?"<>|]*$/;

/** A file or folder inside the repository, written with forward slashes. */
export const RepoPath = z
  .string()
  .max(255)
  .regex(REPO_PATH)
  .register(wording, {
    expected: 'a path inside the repository like serving/fraud-scorer.yaml',
    must: 'must be a path inside the repository, like serving/fraud-scorer.yaml: no / or - in front, no / at the end, no "//", ".." or ".", no \\ : * ? " < > | and no line end, not below .git or .github',
    code: 'SEC-09',
  })
  .meta({ description: 'A path inside the repository, with forward slashes.' });

/** A GitHub login or team. */
export const Owner = z
  .string()
  .regex(/^@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?$/)
  .register(wording, { expected: 'a GitHub login or team: "@name" or "@org/team"' });

/** `sha256:` and 64 hex digits. */
export const ContentDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text): Digest => digest(text))
  .register(wording, { expected: 'sha256: and 64 lower-case hex digits' });

/** One line of text for people. */
export const Line = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\n\r]*$/)
  .register(wording, { expected: 'one line of text' });

/** A PromQL query; may hold {{version}}, {{backend}}, {{release}} and {{window}}. */
export const Query = z.string().min(1).max(4_000).register(wording, { expected: 'a query' }).meta({
  description:
    'A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series.',
});
