import * as z from 'zod';
import { CompatValue, Label, Name, RepoPath, wording } from './scalars.ts';

/** What a version promises to those around it: the values that it takes and gives, and what it needs to stand beside. */

/** Where the JSON Schemas of a version are. */
export const contractSchema = () =>
  z
    .strictObject({
      input: RepoPath.optional().meta({
        description: 'JSON Schema of what it takes; a file of this repository.',
      }),
      output: RepoPath.optional().meta({
        description: 'JSON Schema of what it answers; a file of this repository.',
      }),
      breaks: z
        .array(Name)
        .min(1)
        .max(20)
        .register(wording, { expected: 'a list of names' })
        .optional()
        .meta({
          description:
            'Callers and consumers that an incompatible change breaks, and who know it; it is then a warning.',
        }),
    })
    .meta({ description: 'What callers may send and what they get; a candidate is compared with stable.' });

const notEmpty = { error: 'must name at least one thing', params: { code: 'VALUE_INCOMPLETE' } };

/** Names → values. */
export const compatSchema = () =>
  z
    .record(Name, CompatValue)
    .refine((values) => Object.keys(values).length > 0, notEmpty)
    .register(wording, { expected: 'a map of values by name, such as feature-schema: v7' })
    .meta({
      description:
        'What a version needs to stand beside, by name: feature schema, tokenizer, index. Production is at the values of stable.',
    });

/** Names → other values that are fine as well. */
export const otherValuesSchema = () =>
  z
    .record(Name, z.array(CompatValue).min(1).max(20))
    .refine((values) => Object.keys(values).length > 0, notEmpty)
    .register(wording, { expected: 'a map of lists by name, such as index: ["2026-10"]' })
    .meta({ description: 'Other values of `compat` that this version works with as well, by name.' });

/** Names of releases → the oldest version of each that is enough. */
export const needsSchema = () =>
  z
    .record(Name, Label)
    .refine((values) => Object.keys(values).length > 0, notEmpty)
    .register(wording, { expected: 'a map of versions by release, such as feature-store: 2.4.0' })
    .meta({
      description:
        'Of releases in metadata.dependsOn, the oldest version that this one works with: that one, or any that came after it.',
    });
