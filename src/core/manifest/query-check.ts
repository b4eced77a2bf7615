/** What a query is asked for. */
export interface QueryPurpose {
  /** Its key in the manifest, for the words. */
  readonly key?: string;
  /** One series per value of this label. */
  readonly by?: string | undefined;
  /** Its numbers are counted: events of a tick. */
  readonly counts?: boolean;
}

/** Another text in the place of `length` characters. */
export interface QueryEdit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** What is certainly wrong with a query. */
export interface QueryFinding {
  readonly code:
    | 'QUERY_MALFORMED'
    | 'QUERY_DROPS_LABEL'
    | 'QUERY_PER_SECOND'
    | 'FUNCTION_UNKNOWN'
    | 'FUNCTION_FOREIGN';
  readonly severity?: 'warning';
  /** Index into the query. */
  readonly at: number;
  readonly message: string;
  /** What mends it; empty when that is for a person to say. */
  readonly edits: readonly QueryEdit[];
}

/** Reads a query of the language that providers speak. Nothing that is uncertain is found. */
export type QueryCheck = (query: string, purpose?: QueryPurpose) => readonly QueryFinding[];

/** A text with edits that do not overlap; the same one twice counts once. */
export function applyEdits(text: string, edits: readonly QueryEdit[]): string {
  const once = new Map(edits.map((edit) => [`${edit.at}/${edit.length}/${edit.text}`, edit]));
  return [...once.values()]
    .sort((a, b) => b.at - a.at)
    .reduce((mended, { at, length, text: by }) => mended.slice(0, at) + by + mended.slice(at + length), text);
}
