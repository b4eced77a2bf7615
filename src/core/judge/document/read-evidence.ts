import * as z from 'zod';
import { type Millis, millis } from '../../units.ts';
import type { EvidenceCheck } from '../evidence.ts';
import { CHECK_SCHEMAS, type DocumentKind, type WrittenCheck } from './check-schemas.ts';
import { EvidenceEnvelope } from './evidence-schema.ts';
import { toCheck } from './to-check.ts';

/** A check of a document: usable, or why not. */
export type ReadCheck =
  | {
      readonly kind: 'usable';
      readonly name: string;
      readonly kindName: string;
      readonly check: EvidenceCheck;
      /** As it stands in the document, with defaults filled in. */
      readonly written: WrittenCheck;
    }
  | {
      readonly kind: 'unusable';
      readonly name: string;
      readonly kindName: string;
      /** Path and what is wrong there. */
      readonly problems: readonly string[];
    };

/** A document, read. */
export interface ReadEvidence {
  readonly falseRollbackRate: number;
  readonly falseAdvanceRate: number;
  readonly tick: Millis | undefined;
  readonly checks: readonly ReadCheck[];
}

/** A document as a whole: read, or what is wrong with it. */
export type EvidenceReading =
  | { readonly kind: 'read'; readonly evidence: ReadEvidence }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** More problems of one check than this are not listed. */
const MOST_PROBLEMS = 5;

/** Reads the text of a document. */
export function readEvidence(text: string): EvidenceReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'refused', problems: [`not JSON: ${error instanceof Error ? error.message : ''}`] };
  }
  const envelope = z.safeParse(EvidenceEnvelope, value, { jitless: true });
  if (!envelope.success) return { kind: 'refused', problems: listIssues(envelope.error, []) };
  const { falseRollbackRate, falseAdvanceRate } = envelope.data;
  const tick = envelope.data.tick === undefined ? undefined : millis(envelope.data.tick);
  const checks = envelope.data.checks.map((check, index) => readCheck(check, index, tick));
  const twice = repeated(checks.map(({ name }) => name));
  if (twice.length > 0)
    return {
      kind: 'refused',
      problems: twice.map((name) => `checks: two of them are named "${name}"; give each its own name`),
    };
  return { kind: 'read', evidence: { falseRollbackRate, falseAdvanceRate, tick, checks } };
}

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
}

function readCheck(value: unknown, index: number, tick: Millis | undefined): ReadCheck {
  const written = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const name = typeof written.name === 'string' && written.name !== '' ? written.name : `checks[${index}]`;
  const kindName = typeof written.kind === 'string' ? written.kind : '';
  const unusable = (problems: readonly string[]): ReadCheck => ({
    kind: 'unusable',
    name,
    kindName,
    problems,
  });
  if (!Object.hasOwn(CHECK_SCHEMAS, kindName))
    return unusable([
      `checks[${index}].kind: expected ${Object.keys(CHECK_SCHEMAS).join(', ')}, got ${JSON.stringify(written.kind) ?? 'nothing'}${hintOfKind(kindName)}`,
    ]);
  const result = z.safeParse(CHECK_SCHEMAS[kindName as DocumentKind], value, { jitless: true });
  if (!result.success) return unusable(listIssues(result.error, ['checks', index]));
  const check = toCheck(result.data);
  if (check.kind === 'limit' && check.alerts && tick === undefined)
    return unusable([
      `checks[${index}].alerts: expected the width of a tick in ms as tick of the document, got none`,
    ]);
  return { kind: 'usable', name, kindName, check, written: result.data };
}

/** The questions that manifests ask by name, and the kinds that answer them. */
const QUESTIONS: Readonly<Record<string, DocumentKind>> = {
  errors: 'proportion',
  accuracy: 'proportion',
  'data-quality': 'proportion',
  business: 'proportion',
  agreement: 'limit',
  throughput: 'gauge',
  saturation: 'gauge',
  drift: 'distribution',
  confidence: 'distribution',
};

function hintOfKind(name: string): string {
  const kind = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  return kind === undefined ? '' : `; write "kind": "${kind}", "question": "${name}"`;
}

/** Keys of a manifest's queries, and what their numbers are called in a document. */
const MANIFEST_KEYS: Readonly<Record<string, string>> = {
  bad: 'events',
  total: 'exposure',
  query: 'value',
  tolerate: 'harm',
};

function listIssues(error: z.core.$ZodError, under: readonly PropertyKey[]): readonly string[] {
  const issues = error.issues.map(
    (issue) => `${writePath([...under, ...issue.path])}: ${describeIssue(issue)}`,
  );
  const more = issues.length - MOST_PROBLEMS;
  return more > 0 ? [...issues.slice(0, MOST_PROBLEMS), `and ${more} more`] : issues;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const meant = issue.keys.flatMap((key) => {
      const written = Object.hasOwn(MANIFEST_KEYS, key) ? MANIFEST_KEYS[key] : undefined;
      return written === undefined ? [] : [`"${written}" for "${key}"`];
    });
    const hint = meant.length === 0 ? '' : `; write ${meant.join(', ')}`;
    return `has no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${hint}`;
  }
  return issue.message.replace(/^Invalid input: /, '').replace(/received undefined$/, 'got nothing');
}

function writePath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'document';
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
