import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Problem } from '../core/errors.ts';
import { quote, type YamlPath } from '../core/yaml/yaml-path.ts';
import {
  type Found,
  found,
  isBlank,
  type Mismatch,
  mismatch,
  problemAt,
  type TargetSource,
} from './target-source.ts';

/**
 * A place in a target file. A spot is direct: what is written there, and on the way to it, is what the serving system
 * reads, and reads nowhere else: no alias, anchor, tag or merge key.
 */
export interface Spot<N extends Node | undefined = Node | undefined> {
  readonly source: TargetSource;
  /** The first step is the index of the document. */
  readonly path: YamlPath;
  /** Undefined where nothing is written (`key:`). */
  readonly node: N;
  /** Where the value stands, or else its key. */
  readonly offset: number;
  /** Stands inside `{…}` or `[…]`. */
  readonly isInFlow: boolean;
}

/** An entry that may be left out. */
export type Lookup = { readonly kind: 'absent' } | Found<Spot>;

/** The contents of a document. */
export function rootOf(source: TargetSource, document: number): Found<Spot> {
  const node = source.documents[document]?.contents ?? undefined;
  const offset = node?.range?.[0] ?? 0;
  return direct({ source, path: [document], node, offset, isInFlow: false });
}

/** An entry of a map. A spot that is not a map is a mismatch; nothing written counts as an empty map. */
export function entryOf(spot: Spot, key: string): Lookup {
  if (spot.node === undefined) return { kind: 'absent' };
  const map = mapOf(spot);
  if (map.kind === 'mismatch') return map;
  const { node } = map.value;
  const merged = node.items.find((item) => isScalar(item.key) && item.key.value === '<<');
  if (merged) return indirect(map.value, offsetOf(merged.key, spot.offset), 'a merge key (<<)');
  const pairs = node.items.filter((item) => isScalar(item.key) && item.key.value === key);
  const [pair, second] = pairs;
  if (!pair) return { kind: 'absent' };
  const path = [...spot.path, key];
  if (second) {
    const message = `duplicate key ${quote(key)}; keep one of them`;
    const offset = offsetOf(second.key, spot.offset);
    return mismatch(problemAt(spot.source, path, offset, { code: 'KEY_NOT_UNIQUE', message }));
  }
  if (isScalar(pair.key) && (pair.key.anchor !== undefined || pair.key.tag !== undefined))
    return indirect({ ...spot, path }, offsetOf(pair.key, spot.offset), 'a key with an anchor or a tag');
  return direct(entrySpot(map.value, pair, path));
}

function entrySpot(map: Spot<YAMLMap>, pair: Pair, path: YamlPath): Spot {
  const keyOffset = offsetOf(pair.key, map.offset);
  const node = isNode(pair.value) ? pair.value : undefined;
  const isMarked = node !== undefined && 'anchor' in node && node.anchor !== undefined;
  const value = node && isBlank(node) && !isMarked && node.tag === undefined ? undefined : node;
  return {
    source: map.source,
    path,
    node: value,
    offset: offsetOf(value, keyOffset),
    isInFlow: map.isInFlow || map.node.flow === true,
  };
}

/** An entry at the end of a path of keys; the first that is not there is a mismatch. */
export function descend(from: Spot, keys: readonly string[], code: string): Found<Spot> {
  let spot = from;
  for (const key of keys) {
    const next = entryOf(spot, key);
    if (next.kind === 'mismatch') return next;
    if (next.kind === 'absent') return refuse(spot, code, `${quote(key)} is not there; add it`);
    spot = next.value;
  }
  return found(spot);
}

/** The items of a list; nothing written counts as an empty list. */
export function itemsOf(spot: Spot): Found<readonly Spot[]> {
  if (spot.node === undefined) return found([]);
  if (!isSeq(spot.node))
    return refuse(spot, 'NODE_UNEXPECTED', `expected a list, got ${describeNode(spot.node)}; correct it`);
  const list: YAMLSeq = spot.node;
  const spots: Spot[] = [];
  for (const [index, item] of list.items.entries()) {
    const node = isNode(item) ? item : undefined;
    const result = direct({
      source: spot.source,
      path: [...spot.path, index],
      node,
      offset: offsetOf(node, spot.offset),
      isInFlow: spot.isInFlow || list.flow === true,
    });
    if (result.kind === 'mismatch') return result;
    spots.push(result.value);
  }
  return found(spots);
}

/** The spot as a map. */
export function mapOf(spot: Spot): Found<Spot<YAMLMap>> {
  if (isMap(spot.node)) return found({ ...spot, node: spot.node });
  const got = spot.node === undefined ? 'nothing' : describeNode(spot.node);
  return refuse(spot, 'NODE_UNEXPECTED', `expected a map, got ${got}; correct it`);
}

/** The text of a scalar that is a string. */
export function textOf(spot: Spot): Found<string> {
  if (isScalar(spot.node) && typeof spot.node.value === 'string') return found(spot.node.value);
  const got = spot.node === undefined ? 'nothing' : describeNode(spot.node);
  return refuse(spot, 'NODE_UNEXPECTED', `expected text, got ${got}; correct it`);
}

/**
 * A whole number in plain decimal digits. Everything that a serving system may read differently, or refuse, is a
 * mismatch: quotes, a sign, other bases, fractions, exponents.
 */
export function wholeNumberOf(spot: Spot, { max }: { readonly max: number }): Found<number> {
  const { node } = spot;
  const written = isScalar(node) ? (node.source ?? '') : '';
  if (isScalar(node) && node.type !== 'PLAIN' && typeof node.value === 'string') {
    const advice = /^\d+$/.test(node.value.trim()) ? 'remove the quotes' : `write 0 to ${max}`;
    return refuse(
      spot,
      'WEIGHT_NOT_INTEGER',
      `expected a whole number, got the text ${quote(node.value)}; ${advice}`,
    );
  }
  if (!/^(?:0|[1-9]\d{0,14})$/.test(written)) {
    const got = isScalar(node) ? quote(written) : node ? describeNode(node) : 'nothing';
    return refuse(
      spot,
      'WEIGHT_NOT_INTEGER',
      `expected a whole number in plain digits, got ${got}; write 0 to ${max}`,
    );
  }
  const value = Number(written);
  if (value <= max) return found(value);
  return refuse(spot, 'WEIGHT_OUT_OF_RANGE', `must be 0 to ${max}, got ${written}; correct it`);
}

/** A mismatch at a spot. */
export function refuse(spot: Spot, code: string, message: string): Mismatch {
  return mismatch(problemOf(spot, code, message));
}

/** A problem at a spot. */
export function problemOf(spot: Spot, code: string, message: string): Problem {
  return problemAt(spot.source, spot.path, spot.offset, { code, message });
}

/** Refuses what stands in more than one place, or may. */
function direct(spot: Spot): Found<Spot> {
  const { node } = spot;
  if (node === undefined) return found(spot);
  if (isAlias(node)) return indirect(spot, spot.offset, `an alias (*${node.source})`);
  if ('anchor' in node && node.anchor !== undefined)
    return indirect(spot, spot.offset, `an anchor (&${node.anchor})`);
  if (node.tag !== undefined) return indirect(spot, spot.offset, 'a tag');
  return found(spot);
}

function indirect(spot: Spot, offset: number, what: string): Mismatch {
  const message = `${what} stands where Belay has to edit or look; write the value out`;
  return mismatch(problemAt(spot.source, spot.path, offset, { code: 'NODE_INDIRECT', message }));
}

/** What a node is, for messages. */
export function describeNode(node: Node): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? quote(String(node.source ?? node.value)) : 'an alias';
}

function offsetOf(node: unknown, otherwise: number): number {
  return isNode(node) ? (node.range?.[0] ?? otherwise) : otherwise;
}
