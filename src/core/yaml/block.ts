import { isMap, isNode, type YAMLSeq } from 'yaml';
import {
  type BlockResult,
  contentEnd,
  type Entry,
  type EntryRef,
  findMark,
  isBlockCollection,
  isBlockScalar,
  lineBreak,
  lineEnd,
  lineStart,
  linesEnd,
  locateEntry,
  nextLine,
  ok,
  refused,
} from './block-layout.ts';
import type { Splice } from './splice.ts';

/**
 * Structural edits of block collections, as splices of the source text: what is not part of the edit keeps its bytes
 * (comments, quotes, line ends, odd indentation). Nodes must come from parsing exactly this text without errors.
 * What cannot be done exactly is refused with a reason; callers parse the result again and compare.
 */

export type { BlockRefusal, BlockRefusalReason, BlockResult, EntryRef } from './block-layout.ts';
export { describeRefusal } from './block-layout.ts';

/** Half-open range of UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The full lines of an entry: from its key's line to the last line of its value, comment on that line and line end
 * included. Comments above stay outside; comments below that are indented deeper than the key belong to a block
 * collection that stands on its own lines. Refused when the key shares its line (`- name: x`).
 */
export function entryLines(text: string, ref: EntryRef): BlockResult<TextRange> {
  const entry = locateEntry(text, ref);
  if (entry.kind === 'refused') return entry;
  const { keyStart, ownLine, end } = entry.value;
  return ownLine ? ok({ start: lineStart(text, keyStart), end }) : refused('shared-line', keyStart);
}

/**
 * Removal of an entry. The first entry of a list item (`- name: x`) gives its place behind the dash to what follows it.
 * Refused for the only entry (its parent would turn null) and for a value with an anchor.
 */
export function deleteEntry(text: string, ref: EntryRef): BlockResult<Splice> {
  const entry = locateEntry(text, ref);
  if (entry.kind === 'refused') return entry;
  const { keyStart, ownLine, end, value } = entry.value;
  if (ref.map.items.length < 2) return refused('only-entry', keyStart);
  const mark = findMark(value, ['has-anchor']);
  if (mark) return mark;
  if (ownLine) return ok({ start: lineStart(text, keyStart), end, text: '' });
  const blank = /^\s*/.exec(text.slice(end))?.[0].length ?? 0;
  return ok({ start: keyStart, end: end + blank, text: '' });
}

/**
 * Removal of one item of a block list, by index. Refused for the only item (remove the entry that holds the list), for
 * an item with an anchor, and for an item that does not begin on its own line (`- - x`).
 */
export function deleteItem(text: string, seq: YAMLSeq, index: number): BlockResult<Splice> {
  const item = seq.items[index];
  const offset = seq.range?.[0] ?? 0;
  if (!isNode(item) || !item.range) return refused('missing', offset);
  if (seq.flow) return refused('flow-style', offset);
  const start = item.range[0];
  if (seq.items.length < 2) return refused('only-entry', start);
  const mark = findMark(item, ['has-anchor', 'has-tag']);
  if (mark) return mark;
  const dash = /(?<=^|\n|\uFEFF)( *)-(?: +| *\r?\n *)$/.exec(text.slice(0, start));
  if (!dash) return refused('shared-line', start);
  const content = contentEnd(text, item);
  if (content === undefined) return refused('empty', start);
  const column = dash[1]?.length ?? 0;
  const end = linesEnd(text, { content, column, isBlock: isBlockCollection(item) });
  return end === undefined ? refused('shared-line', content) : ok({ start: dash.index, end, text: '' });
}

/**
 * Insertion of a new entry below a sibling, at the siblings' column and with the line end of the line above.
 * @param lines `key: value`, and for a block value further lines, indented as if the key stood at column 0
 */
export function insertEntry(text: string, sibling: EntryRef, lines: readonly string[]): BlockResult<Splice> {
  const entry = locateEntry(text, sibling);
  if (entry.kind === 'refused') return entry;
  const { column, end } = entry.value;
  const eol = lineBreak(text, end);
  const body = lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line)).join(eol);
  return ok({ start: end, end, text: endsLine(text, end) ? body + eol : eol + body });
}

/**
 * Gives entry `to` a copy of the value of entry `from`, re-indented to where it comes to stand. Comments inside the
 * value come along; the comment on the line of either key stays with its key. To move a value, delete `from` as well:
 * the splices do not overlap. Refused when either value has an anchor or a tag, or `from` holds an alias.
 */
export function replaceValue(text: string, to: EntryRef, from: EntryRef): BlockResult<readonly Splice[]> {
  const target = locateEntry(text, to);
  if (target.kind === 'refused') return target;
  const source = locateEntry(text, from);
  if (source.kind === 'refused') return source;
  if (source.value.value === undefined) return refused('empty', source.value.keyStart);
  const mark =
    findMark(target.value.value, ['has-anchor', 'has-tag']) ??
    findMark(source.value.value, ['has-anchor', 'has-tag', 'has-alias']);
  if (mark) return mark;
  return source.value.inline
    ? copyInline(text, target.value, source.value)
    : copyBlock(text, target.value, source.value);
}

/** The value of `source` is on its key's line: a scalar or a flow collection. */
function copyInline(text: string, target: Entry, source: Entry): BlockResult<readonly Splice[]> {
  const written = text.slice(source.colonEnd, source.contentEnd);
  const body = shiftLines(written, target.column - source.column, { from: 1 });
  if (body === undefined) return refused('indentation', source.keyStart);
  const end = target.inline ? target.contentEnd : target.colonEnd;
  if (isBlockScalar(source.value) && text.slice(end, lineEnd(text, end)).trim() !== '')
    return refused('has-comment', end);
  const inline: Splice = { start: target.colonEnd, end, text: body };
  if (target.inline) return ok([inline]);
  return ok([inline, { start: nextLine(text, end), end: target.end, text: '' }]);
}

/** The value of `source` is a block collection below its key. */
function copyBlock(text: string, target: Entry, source: Entry): BlockResult<readonly Splice[]> {
  const lines = text.slice(nextLine(text, source.colonEnd), source.end);
  const body = shiftLines(lines, targetColumn(text, target, source) - childColumn(text, source), { from: 0 });
  if (body === undefined) return refused('indentation', source.keyStart);
  const start = nextLine(text, target.inline ? target.contentEnd : target.colonEnd);
  const eol = lineBreak(text, start);
  const lead = endsLine(text, start) ? '' : eol;
  const tail = endsLine(text, target.end) ? eol : '';
  const block: Splice = { start, end: target.end, text: lead + body.replace(/\r?\n$/, '') + tail };
  return ok(target.inline ? [{ start: target.colonEnd, end: target.contentEnd, text: '' }, block] : [block]);
}

/** Where the children come to stand: where the old ones stood, or as far from the key as they stood from theirs. */
function targetColumn(text: string, target: Entry, source: Entry): number {
  const isAlike = !target.inline && isMap(target.value) === isMap(source.value);
  return isAlike ? childColumn(text, target) : target.column + childColumn(text, source) - source.column;
}

function childColumn(text: string, entry: Entry): number {
  const start = entry.value?.range?.[0] ?? 0;
  return start - lineStart(text, start);
}

/** Lines from index `from` on moved right or left; undefined when one has too little indentation to lose. */
function shiftLines(lines: string, delta: number, { from }: { from: number }): string | undefined {
  const shifted = lines.split(/(?<=\n)/).map((line, index) => {
    if (delta === 0 || index < from) return line;
    const spaces = /^ */.exec(line)?.[0].length ?? 0;
    const isBlank = /^ *\r?\n?$/.test(line);
    if (delta > 0) return isBlank && spaces === 0 ? line : ' '.repeat(delta) + line;
    if (spaces < -delta && !isBlank && line[spaces] !== '#') return undefined;
    return line.slice(Math.min(spaces, -delta));
  });
  return shifted.includes(undefined) ? undefined : shifted.join('');
}

function endsLine(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n';
}
