import type { Document } from 'yaml';
import type { Position, Problem } from '../errors.ts';

/** A result with everything that was noticed: `ok` may carry warnings, `bad` carries at least one error. */
export type Reading<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly kind: 'bad'; readonly problems: readonly Problem[] };

/** Steps into a document: keys and list indexes. */
export type YamlPath = readonly (string | number)[];

/** A file read strictly, with positions. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  /** Plain data (null-prototype or ordinary objects with own keys only, arrays, scalars). */
  readonly value: unknown;
  /** Where a value stands, or its key, or the nearest ancestor that exists. */
  positionOf(path: YamlPath, what?: 'key' | 'value'): Position;
  /** Line and column of an offset in UTF-16 code units. */
  positionAt(offset: number): Position;
}
