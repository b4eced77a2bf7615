import type { Problem } from '../errors.ts';
import { RECORDS_PATH } from '../manifest/config-schema.ts';
import type { Digest, Sha256 } from '../units.ts';
import type { WrittenDrill } from './drill-schema.ts';
import { type BelayRecord, RecordSchema, type WrittenRecord } from './record-schema.ts';

/** Digest of a text, as records name it. */
export function digestOf(text: string, sha256: Sha256): Digest {
  return `sha256:${sha256(text)}` as Digest;
}

/** Where record number `sequence` of a release is: `.belay/records/<release>/0001.json`. */
export function recordPath(release: string, sequence: number): string {
  return `${RECORDS_PATH}/${release}/${String(sequence).padStart(4, '0')}.json`;
}

/** Longest record, in bytes of UTF-8. A file of more than 1 MiB is not read any more, and with it the whole chain would be lost. */
const MAX_RECORD = 900_000;

/**
 * The record, without numbers where they would make its file too large to be read again: first without those of the groups,
 * which are most of them, then without any series.
 */
export function fitRecord(record: WrittenRecord): WrittenRecord {
  if (isFit(record)) return record;
  const withoutGroups = omitNumbers(record, new Set(['grouped']));
  return isFit(withoutGroups) ? withoutGroups : omitNumbers(record, new Set(['grouped', 'series']));
}

type RecordedOutcome = NonNullable<WrittenRecord['evidence']>['observations'][number]['outcome'];

function isFit(record: WrittenRecord): boolean {
  return !record.evidence || countBytes(serialiseRecord(record)) <= MAX_RECORD;
}

/** As UTF-8: queries and the values of groups may be in any script. A surrogate is half of a character of four bytes. */
function countBytes(text: string): number {
  const two = text.match(/[\u0080-\u07ff\ud800-\udfff]/g)?.length ?? 0;
  const three = text.match(/[\u0800-\ud7ff\ue000-\uffff]/g)?.length ?? 0;
  return text.length + two + 2 * three;
}

function omitNumbers(record: WrittenRecord, kinds: ReadonlySet<RecordedOutcome['kind']>): WrittenRecord {
  if (!record.evidence) return record;
  const observations = record.evidence.observations.map((item) => {
    const points = kinds.has(item.outcome.kind) ? countNumbers(item.outcome) : 0;
    return points > 0 ? { ...item, outcome: { kind: 'omitted' as const, points } } : item;
  });
  return { ...record, evidence: { ...record.evidence, observations } };
}

function countNumbers(outcome: RecordedOutcome): number {
  if (outcome.kind === 'series') return outcome.values.length;
  if (outcome.kind !== 'grouped') return 0;
  return outcome.groups.reduce((sum, { values }) => sum + values.length, 0);
}

/** A record as it is written to its file: two-space JSON, lists of numbers on one line, newline at the end. */
export function serialiseRecord(record: WrittenRecord | WrittenDrill): string {
  return `${writeValue(record, '')}\n`;
}

function writeValue(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => item === null || typeof item !== 'object'))
      return JSON.stringify(value).replaceAll(',', ', ');
    return `[\n${value.map((item) => inner + writeValue(item, inner)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${writeValue(item, inner)}`).join(',\n')}\n${indent}}`;
}

/** The records of one release in order, verified, with the digest of the newest one. */
export interface RecordChain {
  readonly records: readonly BelayRecord[];
  /** Digest of the newest record's bytes; null when there is none. */
  readonly tip: Digest | null;
}

export type ChainReading =
  | { readonly kind: 'ok'; readonly chain: RecordChain }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/**
 * Reads all records of a release and verifies that none is missing, altered or out of order. Files that are not named like a
 * record (a README that somebody left there) are not looked at.
 * @param found path and text of every file in the release's record folder, any order
 */
export function readChain(release: string, found: ReadonlyMap<string, string>, sha256: Sha256): ChainReading {
  const folder = `${RECORDS_PATH}/${release}/`;
  const files = new Map(
    [...found].filter(
      ([path]) => path.startsWith(folder) && /^\d{4,}\.json$/.test(path.slice(folder.length)),
    ),
  );
  const records: BelayRecord[] = [];
  const problems: Problem[] = [];
  let tip: Digest | null = null;
  for (let sequence = 1; sequence <= files.size; sequence += 1) {
    const path = recordPath(release, sequence);
    const text = files.get(path);
    if (text === undefined) {
      problems.push(
        broken(
          path,
          'RECORD_MISSING',
          `record ${sequence} is missing, but the folder holds ${files.size} files. Restore it from history.`,
        ),
      );
      break;
    }
    const record = readRecord(path, text, problems);
    if (!record) break;
    const expected: string = tip ?? 'null';
    if (
      record.release !== release ||
      record.sequence !== sequence ||
      (record.previous ?? 'null') !== expected
    ) {
      problems.push(
        broken(
          path,
          'RECORD_CHAIN_BROKEN',
          `expected record ${sequence} of "${release}" after ${expected}, got record ${record.sequence} of "${record.release}" after ${record.previous ?? 'null'}. Restore the records from history.`,
        ),
      );
      break;
    }
    records.push(record);
    tip = digestOf(text, sha256);
  }
  return problems.length > 0 ? { kind: 'broken', problems } : { kind: 'ok', chain: { records, tip } };
}

/** One record; undefined when it cannot be read, which is added to `problems`. Its place in the chain is not looked at. */
export function readRecord(path: string, text: string, problems: Problem[] = []): BelayRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.push(broken(path, 'RECORD_UNREADABLE', 'not JSON. Restore the file from history.'));
    return undefined;
  }
  const parsed = RecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  problems.push(
    broken(
      path,
      'RECORD_UNREADABLE',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a record'}. Restore the file from history, or use the version of Belay that wrote it.`,
    ),
  );
  return undefined;
}

function broken(file: string, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}
