import type { Problem } from '../errors.ts';
import { LineIndex } from './line-index.ts';
import type { Reading } from './read-yaml.ts';

/**
 * The text of a file's bytes. Bytes that are not UTF-8 are a problem that names the offset of the first of them, counted
 * from 0, never a replacement character: what was reviewed must be what is read. A byte order mark stays.
 * Follows the table of well-formed sequences of the Unicode Standard, 3.9 (no overlong forms, no halves, ≤ U+10FFFF).
 */
export function decodeUtf8(file: string, bytes: Uint8Array): Reading<string> {
  const parts: string[] = [];
  let units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0)
      return { kind: 'bad', problems: [invalidByte(file, parts.join('') + textOf(units), at)] };
    pushCodePoint(units, codePointAt(bytes, at, length));
    at += length;
    if (units.length > 8_000) {
      parts.push(textOf(units));
      units = [];
    }
  }
  return { kind: 'ok', value: parts.join('') + textOf(units), problems: [] };
}

/** The problem of bytes that are no UTF-8, as a property of what cannot be read; nothing when there is none. */
export function firstProblem({ problems }: Reading<string>): { readonly problem?: Problem } {
  const [problem] = problems;
  return problem ? { problem } : {};
}

function invalidByte(file: string, before: string, at: number) {
  const message = `not valid UTF-8 at byte ${at}; write what stands there again and save the file as UTF-8`;
  const position = new LineIndex(file, before).positionAt(before.length);
  return { code: 'SEC-12', severity: 'error', at: position, path: '', message } as const;
}

/** Bytes of the well-formed sequence that begins at `at`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const [low, high] = secondByteRange(first);
  const second = bytes[at + 1] ?? 0;
  if (second < low || second > high) return 0;
  if (first < 0xe0) return 2;
  if (!isContinuation(bytes[at + 2])) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3]) ? 4 : 0;
}

/** What may follow a first byte; an empty range for a byte that begins nothing. */
function secondByteRange(first: number): readonly [low: number, high: number] {
  if (first < 0xc2 || first > 0xf4) return [1, 0];
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  if (first === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}

function codePointAt(bytes: Uint8Array, at: number, length: 1 | 2 | 3 | 4): number {
  const first = bytes[at] ?? 0;
  let point = length === 1 ? first : first & (0xff >> (length + 1));
  for (let index = 1; index < length; index++) point = (point << 6) | ((bytes[at + index] ?? 0) & 0x3f);
  return point;
}

function pushCodePoint(units: number[], point: number): void {
  if (point < 0x10000) units.push(point);
  else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
}

function textOf(units: readonly number[]): string {
  return String.fromCharCode(...units);
}
