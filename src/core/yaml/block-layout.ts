import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml';

/**
 * Where the parts of a block collection stand in the source text. All offsets and columns count from 0, in UTF-16 code
 * units; a byte order mark at the start of the text is no part of the first line.
 */

const REASONS = {
  missing: 'the key is not there',
  empty: 'there is no value',
  'flow-style': 'it stands in a flow collection {…} or […]',
  'has-alias': 'it holds an alias (*name)',
  'has-anchor': 'it holds an anchor (&name)',
  'has-tag': 'it carries a tag (!name)',
  'explicit-key': 'its key is written with "?"',
  'shared-line': 'it does not stand on lines of its own',
  'only-entry': 'nothing else would be left in its collection',
  'has-comment': 'the comment on its line would become part of the value',
  indentation: 'its lines are indented too little to be moved left',
} as const;

export type BlockRefusalReason = keyof typeof REASONS;

/** Why an edit was refused, and the offset of what is in the way. */
export interface BlockRefusal {
  readonly kind: 'refused';
  readonly reason: BlockRefusalReason;
  readonly offset: number;
}

/** An edit or range, or why there is none. */
export type BlockResult<T> = { readonly kind: 'ok'; readonly value: T } | BlockRefusal;

/** The reason in words, to follow "… cannot be edited in place: ". */
export function describeRefusal(refusal: BlockRefusal): string {
  return REASONS[refusal.reason];
}

/** A result that worked. */
export function ok<T>(value: T): BlockResult<T> {
  return { kind: 'ok', value };
}

/** A result that did not. */
export function refused(reason: BlockRefusalReason, offset: number): BlockRefusal {
  return { kind: 'refused', reason, offset };
}

/** An entry of a block map by its key, which must be a string. */
export interface EntryRef {
  readonly map: YAMLMap;
  readonly key: string;
}

/** An entry of a block map with its measures. */
export interface Entry {
  readonly keyStart: number;
  /** Column of the key: the indentation of its siblings. */
  readonly column: number;
  /** Nothing but spaces stands before the key. */
  readonly ownLine: boolean;
  /** Behind the colon. */
  readonly colonEnd: number;
  /** Undefined when nothing is written. */
  readonly value: Node | undefined;
  /** The value begins on the key's line, or there is none; otherwise it is a block collection below. */
  readonly inline: boolean;
  /** Behind the last character of the value, before comment and line end. */
  readonly contentEnd: number;
  /** Behind the line end of the last line that belongs to the entry. */
  readonly end: number;
}

/** Finds and measures an entry; refused where its extent cannot be told from the lines. */
export function locateEntry(text: string, { map, key }: EntryRef): BlockResult<Entry> {
  const offset = map.range?.[0] ?? 0;
  if (map.flow) return refused('flow-style', offset);
  const pairs = map.items.filter((item) => isScalar(item.key) && item.key.value === key);
  const pair = pairs[0];
  if (!pair || pairs.length > 1 || !isScalar(pair.key) || !pair.key.range) return refused('missing', offset);
  const [keyStart, keyEnd] = pair.key.range;
  if (pair.key.anchor !== undefined) return refused('has-anchor', keyStart);
  if (pair.key.tag !== undefined) return refused('has-tag', keyStart);
  const colon = /^[ \t]*:(?=\s|$)/.exec(text.slice(keyEnd, lineEnd(text, keyEnd)));
  const before = text.slice(lineStart(text, keyStart), keyStart);
  if (!colon || /\?[ \t]+$/.test(before)) return refused('explicit-key', keyStart);
  if (!/^ *(?:- +)*$/.test(before)) return refused('shared-line', keyStart);
  const ownLine = before.trim() === '';
  return measure(text, pair, {
    keyStart,
    column: before.length,
    ownLine,
    colonEnd: keyEnd + colon[0].length,
  });
}

function measure(
  text: string,
  pair: Pair,
  place: Pick<Entry, 'keyStart' | 'column' | 'ownLine' | 'colonEnd'>,
): BlockResult<Entry> {
  const value = isNode(pair.value) && !isEmptyScalar(pair.value) ? pair.value : undefined;
  const content = value === undefined ? place.colonEnd : contentEnd(text, value);
  if (content === undefined) return refused('empty', place.keyStart);
  const valueStart = value?.range?.[0] ?? place.colonEnd;
  const inline = lineStart(text, valueStart) === lineStart(text, place.keyStart);
  // A scalar or a flow collection on the line below its key would move by other rules than these.
  if (!inline && !isBlockCollection(value)) return refused('shared-line', valueStart);
  const end = linesEnd(text, { content, column: place.column, isBlock: !inline });
  if (end === undefined) return refused('shared-line', content);
  return ok({ ...place, value, inline, contentEnd: content, end });
}

/**
 * Behind the last character of a value. A block scalar ends before the line end of its last line. Undefined for an
 * entry without a value at the end of a list: the parser does not say where its dash is.
 */
export function contentEnd(text: string, node: Node): number | undefined {
  if (isBlockCollection(node)) {
    const last = node.items.at(-1);
    if (isSeq(node)) return isNode(last) && !isEmptyScalar(last) ? contentEnd(text, last) : undefined;
    const { key, value } = last as Pair;
    if (isNode(value) && !isEmptyScalar(value)) return contentEnd(text, value);
    const keyEnd = isNode(key) ? key.range?.[1] : undefined;
    const colon = keyEnd === undefined ? null : /^[ \t]*:/.exec(text.slice(keyEnd, lineEnd(text, keyEnd)));
    return keyEnd === undefined || !colon ? undefined : keyEnd + colon[0].length;
  }
  const end = node.range?.[1];
  if (end === undefined) return undefined;
  return isBlockScalar(node) ? end - (/\r?\n$/.exec(text.slice(0, end))?.[0].length ?? 0) : end;
}

/**
 * Behind the line end of the line that holds `content`; undefined when more than a comment follows on it. For a block
 * collection also behind comment lines below that are indented deeper than `column`, blank lines between included.
 */
export function linesEnd(
  text: string,
  { content, column, isBlock }: { content: number; column: number; isBlock: boolean },
): number | undefined {
  if (!/^(?:[ \t]*|[ \t]+#.*)$/.test(text.slice(content, lineEnd(text, content)))) return undefined;
  let end = nextLine(text, content);
  for (let at = end; isBlock && at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at));
    const comment = /^( *)#/.exec(line);
    if (comment && (comment[1] ?? '').length > column) end = nextLine(text, at);
    else if (line.trim() !== '') break;
  }
  return end;
}

/** First anchor, alias or tag of the asked sorts in a value; a tag counts only on the value itself. */
export function findMark(
  value: Node | undefined,
  sorts: readonly BlockRefusalReason[],
): BlockRefusal | undefined {
  let found: BlockRefusal | undefined;
  const examine = (node: Node): symbol | undefined => {
    const marks: readonly (BlockRefusalReason | false)[] = [
      isAlias(node) && 'has-alias',
      'anchor' in node && node.anchor !== undefined && 'has-anchor',
      node === value && node.tag !== undefined && 'has-tag',
    ];
    const mark = marks.find((sort) => sort !== false && sorts.includes(sort));
    if (!mark) return undefined;
    found = refused(mark, node.range?.[0] ?? 0);
    return visit.BREAK;
  };
  if (value) visit(value, { Node: (_, node) => examine(node) });
  return found;
}

/** A block map or block list with something in it. */
export function isBlockCollection(node: unknown): node is Node & { readonly items: readonly unknown[] } {
  return (isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0;
}

/** A literal or folded scalar (`|`, `>`). */
export function isBlockScalar(node: unknown): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
}

/** Nothing is written where the value would be, not even an anchor or a tag. */
function isEmptyScalar(node: Node): boolean {
  return (
    isScalar(node) &&
    node.value === null &&
    node.range?.[0] === node.range?.[1] &&
    node.anchor === undefined &&
    node.tag === undefined
  );
}

/** Offset of the first character of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? Math.min(1, offset) : start;
}

/** Offset of the line end (`\n` or `\r\n`) of the line that holds `offset`, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  if (feed < 0) return text.length;
  return feed > offset && text[feed - 1] === '\r' ? feed - 1 : feed;
}

/** Offset behind the line end of the line that holds `offset`. */
export function nextLine(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  return feed < 0 ? text.length : feed + 1;
}

/** The line end in use just before `offset`, or else at the first line of the text. */
export function lineBreak(text: string, offset: number): '\n' | '\r\n' {
  const before = text.lastIndexOf('\n', offset - 1);
  const feed = before < 0 || offset === 0 ? text.indexOf('\n') : before;
  return feed > 0 && text[feed - 1] === '\r' ? '\r\n' : '\n';
}
