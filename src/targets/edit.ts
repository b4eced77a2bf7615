import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { ToolError } from '../core/errors.ts';
import { type BlockRefusal, describeRefusal, insertEntry } from '../core/yaml/block.ts';
import { applySplices, type Splice } from '../core/yaml/splice.ts';
import { formatPath, type YamlPath } from '../core/yaml/yaml-path.ts';
import { refuse, type Spot } from './spot.ts';
import type { Rendering } from './target.ts';
import { type Found, found, readTargetSource, type TargetSource } from './target-source.ts';

/** One value of a target file that changes, and the text that changes it. */
export interface Edit {
  readonly path: YamlPath;
  readonly splices: readonly Splice[];
  /** What stands there afterwards. */
  readonly value: Shape;
}

/**
 * What a node says, without how it is written: scalars with their type, maps by key, marks (anchor, tag, alias) kept.
 * Aliases are not followed, so that the size of a shape is bounded by the text.
 */
export type Shape =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'map'; readonly mark: string; readonly entries: ReadonlyMap<string, Shape> }
  | { readonly kind: 'list'; readonly mark: string; readonly items: readonly Shape[] };

/** Replaces a scalar by a whole number; nothing when it is that number already. */
export function setNumber(spot: Spot, value: number): readonly Edit[] {
  if (isScalar(spot.node) && spot.node.source === String(value)) return [];
  const [start, end] = spot.node?.range ?? [spot.offset, spot.offset];
  const text = String(value);
  return [{ path: spot.path, splices: [{ start, end, text }], value: shapeOfValue(value) }];
}

/**
 * Replaces a text by another in the same quotes; a plain scalar gets double quotes where the text needs some. Nothing
 * when it says that already. Refused for text over several lines.
 */
export function setText(spot: Spot, value: string): Found<readonly Edit[]> {
  const { node } = spot;
  if (isScalar(node) && node.value === value) return found([]);
  const isOneLine = isScalar(node) && node.range && /^(?:PLAIN|QUOTE_)/.test(node.type ?? '');
  const [start, end] = node?.range ?? [0, 0];
  if (!isOneLine || spot.source.text.slice(start, end).includes('\n'))
    return refuse(spot, 'NODE_UNEXPECTED', 'expected a text on one line; write it behind its key');
  const text = writeText(value, node.type === 'QUOTE_SINGLE' ? "'" : node.type === 'QUOTE_DOUBLE' ? '"' : '');
  return found([{ path: spot.path, splices: [{ start, end, text }], value: shapeOfValue(value) }]);
}

/** Characters that keep their meaning unquoted, in flow collections too. */
const PLAIN_TEXT = /^[A-Za-z][A-Za-z0-9+./_~@%?=&:-]*[A-Za-z0-9+./_~@%?=&-]$/;

function writeText(value: string, quotes: '' | "'" | '"'): string {
  if (quotes === "'") return `'${value.replaceAll("'", "''")}'`;
  return quotes === '' && value.includes(':') && PLAIN_TEXT.test(value) ? value : JSON.stringify(value);
}

/** Adds `key: number` behind the last entry of a map; in a flow map behind its last value, quoted as the keys there. */
export function addNumber(map: Spot<YAMLMap>, key: string, value: number): Found<readonly Edit[]> {
  const last = map.node.items.at(-1);
  const path = [...map.path, key];
  if (!last || !isScalar(last.key))
    return refuse(map, 'EDIT_REFUSED', `${key} is missing; add ${key}: ${value}`);
  const edit = (splice: Splice): Found<readonly Edit[]> =>
    found([{ path, splices: [splice], value: shapeOfValue(value) }]);
  if (!map.node.flow) {
    const splice = insertEntry(map.source.text, { map: map.node, key: String(last.key.value) }, [
      `${key}: ${value}`,
    ]);
    if (splice.kind === 'ok') return edit(splice.value);
    return refuse(map, 'EDIT_REFUSED', `${key} is missing and ${unable(splice)}; add ${key}: ${value}`);
  }
  const end = isNode(last.value) && last.value.range?.[1];
  if (!end) return refuse(map, 'EDIT_REFUSED', `${key} is missing; add ${key}: ${value}`);
  const name = last.key.type === 'QUOTE_DOUBLE' ? JSON.stringify(key) : key;
  return edit({ start: end, end, text: `, ${name}: ${value}` });
}

/** Words for an edit that block.ts refuses. */
export function unable(refusal: BlockRefusal): string {
  return `cannot be edited in place: ${describeRefusal(refusal)}`;
}

/**
 * The text with all edits applied. What comes out is parsed again and compared: every value is as before, except those
 * that were to change. @throws ToolError BUG when it is not so; then nothing of it is used.
 */
export function applyEdits(source: TargetSource, edits: readonly Edit[]): Rendering {
  if (edits.length === 0) return { kind: 'rendered', text: source.text };
  const text = applySplices(
    source.text,
    edits.flatMap((edit) => edit.splices),
  );
  const after = readTargetSource(source.file, text);
  if (after.kind === 'mismatch') throw broken(source, edits, after.problems[0]?.message ?? 'not readable');
  const expected = edits.reduce(
    (shape, edit) => withShape(shape, edit.path, edit.value),
    shapeOfFile(source),
  );
  if (canonical(shapeOfFile(after.value)) !== canonical(expected))
    throw broken(source, edits, 'another value would change as well');
  return { kind: 'rendered', text };
}

function broken(source: TargetSource, edits: readonly Edit[], why: string): ToolError {
  const paths = edits.map((edit) => formatPath(edit.path.slice(1))).join(', ');
  const message = `${source.file}: editing ${paths} went wrong: ${why}; nothing was written. Please report this file`;
  return new ToolError({ code: 'BUG', message });
}

/** What a node says. */
export function shapeOf(node: unknown): Shape {
  if (isAlias(node)) return { kind: 'leaf', text: `*${node.source}` };
  if (isMap(node)) {
    const entries = node.items.map((pair) => [canonical(shapeOf(pair.key)), shapeOf(pair.value)] as const);
    // Duplicate keys elsewhere in the file are none of ours: number them, so that none gets lost.
    const counts = new Map<string, number>();
    const unique = entries.map(([key, value]) => {
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return [count === 0 ? key : `${key} ${count}`, value] as const;
    });
    return { kind: 'map', mark: markOf(node), entries: new Map(unique) };
  }
  if (isSeq(node)) return { kind: 'list', mark: markOf(node), items: node.items.map(shapeOf) };
  if (!isScalar(node)) return shapeOfValue(null);
  return { kind: 'leaf', text: markOf(node) + leafText(node.value) };
}

function shapeOfFile(source: TargetSource): Shape {
  return { kind: 'list', mark: '', items: source.documents.map((document) => shapeOf(document.contents)) };
}

function shapeOfValue(value: string | number | null): Shape {
  return { kind: 'leaf', text: leafText(value) };
}

function leafText(value: unknown): string {
  return `${typeof value}:${String(value)}`;
}

function markOf(node: Node): string {
  const anchor = 'anchor' in node && node.anchor !== undefined ? `&${node.anchor} ` : '';
  return anchor + (node.tag === undefined ? '' : `!${node.tag} `);
}

function withShape(shape: Shape, path: YamlPath, value: Shape): Shape {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (shape.kind === 'list' && typeof step === 'number') {
    const items = shape.items.map((item, index) => (index === step ? withShape(item, rest, value) : item));
    return { ...shape, items };
  }
  const key = canonical(shapeOfValue(String(step)));
  const entries = new Map(shape.kind === 'map' ? shape.entries : []);
  entries.set(key, withShape(entries.get(key) ?? shapeOfValue(null), rest, value));
  return { kind: 'map', mark: shape.kind === 'map' ? shape.mark : '', entries };
}

/** The same text for the same shape; the order of the keys of a map does not count. */
export function canonical(shape: Shape): string {
  switch (shape.kind) {
    case 'leaf':
      return JSON.stringify(shape.text);
    case 'list':
      return `${shape.mark}[${shape.items.map(canonical).join()}]`;
    case 'map':
      return `${shape.mark}{${[...shape.entries]
        .map(([key, value]) => `${key}:${canonical(value)}`)
        .sort()
        .join()}}`;
  }
}
