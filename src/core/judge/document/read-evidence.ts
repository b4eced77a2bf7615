import * as z from 'zod';
import type { Problem } from '../../errors.ts';
import { type Millis, millis } from '../../units.ts';
import { formatPath, quote } from '../../yaml/yaml-path.ts';
import type { EvidenceCheck } from '../evidence.ts';
import { CHECK_SCHEMAS, type DocumentKind, type WrittenCheck } from './check-schemas.ts';
import { type Asked, type DocumentText, readDocumentText } from './document-text.ts';
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
      readonly problems: readonly Problem[];
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
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

const PARSING = { jitless: true, reportInput: true } as const;

/** More problems of one check than this are not listed. */
const MOST_PROBLEMS = 5;

/** What is wrong with a document, before its place is looked up. */
interface Fault extends Asked {
  readonly message: string;
}

/** A check, or what is wrong with it. */
type CheckReading =
  | Extract<ReadCheck, { kind: 'usable' }>
  | (Omit<Extract<ReadCheck, { kind: 'unusable' }>, 'problems'> & { readonly faults: readonly Fault[] });

/**
 * Reads the text of a document, in JSON or YAML.
 * @param file  how problems call it
 */
export function readEvidence(text: string, file: string): EvidenceReading {
  const reading = readDocumentText(file, text);
  if (reading.kind === 'refused') return reading;
  const { document } = reading;
  const refuse = (faults: readonly Fault[]): EvidenceReading => ({
    kind: 'refused',
    problems: placeFaults(document, faults),
  });
  const envelope = z.safeParse(EvidenceEnvelope, document.value, PARSING);
  if (!envelope.success) return refuse(listIssues(envelope.error, []));
  const { falseRollbackRate, falseAdvanceRate } = envelope.data;
  const tick = envelope.data.tick === undefined ? undefined : millis(envelope.data.tick);
  const checks = envelope.data.checks.map((check, index) => readCheck(check, index, tick));
  const twice = findRepeated(checks.map(({ name }) => name));
  if (twice.length > 0)
    return refuse(
      twice.map(({ name, index }) => ({
        path: ['checks', index, 'name'],
        what: 'value',
        message: `two checks are named "${name}"; give each its own name`,
      })),
    );
  return {
    kind: 'read',
    evidence: { falseRollbackRate, falseAdvanceRate, tick, checks: placeChecks(document, checks) },
  };
}

/** All places are looked up together: the text is gone through once for them. */
function placeChecks(document: DocumentText, checks: readonly CheckReading[]): readonly ReadCheck[] {
  const problems = [
    ...placeFaults(
      document,
      checks.flatMap((one) => (one.kind === 'unusable' ? one.faults : [])),
    ),
  ];
  return checks.map((one) => {
    if (one.kind === 'usable') return one;
    const { faults, ...rest } = one;
    return { ...rest, problems: problems.splice(0, faults.length) };
  });
}

function placeFaults(document: DocumentText, faults: readonly Fault[]): readonly Problem[] {
  if (faults.length === 0) return [];
  const positions = document.positionsOf(faults);
  return faults.flatMap(({ path, what, message }, index) => {
    const at = positions[index];
    if (!at) return [];
    // an unknown key is a problem of what it stands in
    const shown = what === 'key' ? path.slice(0, -1) : path;
    const written = formatPath(shown.map((step) => (typeof step === 'number' ? step : String(step))));
    return [{ code: 'EVIDENCE_INVALID', severity: 'error', at, path: written, message }];
  });
}

/** The later ones of those with the same name. */
function findRepeated(
  names: readonly string[],
): readonly { readonly name: string; readonly index: number }[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (seen.has(name)) return [{ name, index }];
    seen.add(name);
    return [];
  });
}

function readCheck(value: unknown, index: number, tick: Millis | undefined): CheckReading {
  const written = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const name = typeof written.name === 'string' && written.name !== '' ? written.name : `checks[${index}]`;
  const kindName = typeof written.kind === 'string' ? written.kind : '';
  const unusable = (faults: readonly Fault[]): CheckReading => ({ kind: 'unusable', name, kindName, faults });
  const at = (key: string, message: string): CheckReading =>
    unusable([{ path: ['checks', index, key], what: 'value', message }]);
  if (!Object.hasOwn(CHECK_SCHEMAS, kindName))
    return at(
      'kind',
      `expected ${Object.keys(CHECK_SCHEMAS).join(', ')}, got ${JSON.stringify(written.kind) ?? 'nothing'}${hintOfKind(kindName)}`,
    );
  const result = z.safeParse(CHECK_SCHEMAS[kindName as DocumentKind], value, PARSING);
  if (!result.success) return unusable(listIssues(result.error, ['checks', index]));
  const narrow = findNarrow(result.data);
  if (narrow) return unusable([{ ...narrow, path: ['checks', index, ...narrow.path] }]);
  const check = toCheck(result.data);
  if (check.kind === 'limit' && check.alerts && tick === undefined)
    return at('alerts', 'expected the width of a tick in ms as tick of the document, got none');
  return { kind: 'usable', name, kindName, check, written: result.data };
}

interface WrittenMargin {
  readonly ratio?: number;
  readonly difference?: number;
  /** Of a gauge's. */
  readonly unit?: string;
}

/** A part of `safe` that is narrower than that of `harm`: one value would be harmful and safe at once. */
function findNarrow(data: z.infer<(typeof CHECK_SCHEMAS)[DocumentKind]>): Fault | undefined {
  if (!('harm' in data && data.safe)) return undefined;
  for (const part of ['ratio', 'difference'] as const) {
    const { harm, safe } = data as Readonly<Record<'harm' | 'safe', WrittenMargin>>;
    const [least, got] = [harm[part], safe[part]];
    if (least === undefined || got === undefined || got >= least || harm.unit !== safe.unit) continue;
    const message = `expected at least harm.${part}, ${least}, got ${got}; else one value is harmful and safe at once`;
    return { path: ['safe', part], what: 'value', message };
  }
  return undefined;
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

function listIssues(error: z.core.$ZodError, under: readonly PropertyKey[]): readonly Fault[] {
  const faults = error.issues.map((issue): Fault => {
    const path = [...under, ...issue.path];
    const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const message = describeIssue(issue);
    return unknown === undefined
      ? { path, what: 'value', message }
      : { path: [...path, unknown], what: 'key', message };
  });
  const more = faults.length - MOST_PROBLEMS;
  const [next, ...others] = faults.slice(MOST_PROBLEMS);
  if (!next) return faults;
  const rest = others.length === 0 ? next.message : `${next.message}; and ${more - 1} more below`;
  return [...faults.slice(0, MOST_PROBLEMS), { ...next, message: rest }];
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const meant = issue.keys.flatMap((key) => {
      const written = Object.hasOwn(MANIFEST_KEYS, key) ? MANIFEST_KEYS[key] : undefined;
      return written === undefined ? [] : [`"${written}" for "${key}"`];
    });
    const hint = meant.length === 0 ? '; remove it' : `; write ${meant.join(', ')}`;
    return `has no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${hint}`;
  }
  if (issue.code === 'custom') return issue.message;
  const expected = issue.message
    .replace(/^[A-Z][a-z ]+: (?=expected)/, '')
    .replace(/, (?:received|got) .*$/, '')
    .replace(/^expected array to have >=(\d+) items$/, 'expected a list of at least $1')
    .replace(/^expected array/, 'expected a list')
    .replace(/^expected (?:object|record)/, 'expected a map');
  return `${expected}, got ${writeGiven(issue.input)}`;
}

/** What stands in the document, short enough for a sentence. */
function writeGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' && value !== null ? 'a map' : String(value);
}
