import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { Problem } from '../core/errors.ts';
import { type EntryRef, replaceValue } from '../core/yaml/block.ts';
import { findMark } from '../core/yaml/block-layout.ts';
import type { Splice } from '../core/yaml/splice.ts';
import { formatPath, quote } from '../core/yaml/yaml-path.ts';
import { canonical, type Edit, shapeOf, unable } from './edit.ts';
import { entryOf, mapOf, problemOf, type Spot } from './spot.ts';
import { type Found, found, mismatch } from './target-source.ts';

/** How two maps change places. */
export interface ExchangeOptions {
  /** Keys of the two maps that stay where they are. */
  readonly except: readonly string[];
  /** What to do with a value of the second map that the serving system takes for none, when the first map has one. */
  readonly unset: 'exchange' | 'refuse';
}

/**
 * Exchanges the values of two maps wherever the second says something else than the first. Maps are entered, everything
 * else (scalars, lists) changes places whole; comments stay with their keys. What only the first map has stays there.
 * Exchanging twice gives the first text again, to the byte, where both values are written on one line.
 *
 * Refused is a key of the second map that the first lacks: after the exchange it could not be told whose it is.
 */
export function exchange(first: Spot, second: Spot, options: ExchangeOptions): Found<readonly Edit[]> {
  const maps = [mapOf(first), mapOf(second)] as const;
  const [into, from] = maps;
  if (into.kind === 'mismatch') return into;
  if (from.kind === 'mismatch') return from;
  const edits: Edit[] = [];
  const problems: Problem[] = [];
  for (const { key } of from.value.node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (options.except.includes(name)) continue;
    const result = exchangeEntry(into.value, from.value, name, options.unset);
    if (result.kind === 'mismatch') problems.push(...result.problems);
    else edits.push(...result.value);
  }
  return problems.length > 0 ? mismatch(...problems) : found(edits);
}

function exchangeEntry(
  into: Spot<YAMLMap>,
  from: Spot<YAMLMap>,
  key: string,
  unset: ExchangeOptions['unset'],
): Found<readonly Edit[]> {
  const theirs = entryOf(from, key);
  if (theirs.kind !== 'found') return theirs.kind === 'absent' ? found([]) : theirs;
  const ours = entryOf(into, key);
  if (ours.kind === 'mismatch') return ours;
  if (ours.kind === 'absent')
    return isUnset(theirs.value.node) ? found([]) : noCounterpart(into, theirs.value, key);
  if (canonical(shapeOf(ours.value.node)) === canonical(shapeOf(theirs.value.node))) return found([]);
  if (isFilledMap(ours.value.node) && isFilledMap(theirs.value.node))
    return exchange(ours.value, theirs.value, { except: [], unset });
  if (isUnset(theirs.value.node) && isUnset(ours.value.node)) return found([]);
  if (isUnset(theirs.value.node) && unset === 'refuse') return ignored(theirs.value, key);
  const splices = exchangeText({ map: into.node, key }, ours.value, { map: from.node, key }, theirs.value);
  if (splices.kind === 'mismatch') return splices;
  return found([
    { path: ours.value.path, splices: splices.value, value: shapeOf(theirs.value.node) },
    { path: theirs.value.path, splices: [], value: shapeOf(ours.value.node) },
  ]);
}

function ignored(theirs: Spot, key: string): Found<never> {
  const message = `an empty ${quote(key)} is taken for none here, so that the value of stable applies; write that value, or another`;
  return mismatch(problemOf(theirs, 'VALUE_IGNORED', message));
}

function noCounterpart(into: Spot, theirs: Spot, key: string): Found<never> {
  const none = isSeq(theirs.node) ? '[]' : isMap(theirs.node) ? '{}' : 'null';
  const place = formatPath(into.path.slice(1));
  const message = `${quote(key)} has no counterpart below ${place}, so that a promotion could not be undone; write it there too (${key}: ${none} if it has none)`;
  return mismatch(problemOf(theirs, 'COUNTERPART_MISSING', message));
}

function exchangeText(here: EntryRef, ours: Spot, there: EntryRef, theirs: Spot): Found<readonly Splice[]> {
  const { text } = ours.source;
  const our = inlineSource(text, ours.node);
  const their = inlineSource(text, theirs.node);
  if (our && their && fits(our.text, theirs) && fits(their.text, ours))
    return found([
      { ...our, text: their.text },
      { ...their, text: our.text },
    ]);
  const splices: Splice[] = [];
  for (const result of [replaceValue(text, here, there), replaceValue(text, there, here)]) {
    if (result.kind === 'refused') {
      const message = `${quote(here.key)} ${unable(result)}; write both values alike`;
      return mismatch(problemOf(theirs, 'EDIT_REFUSED', message));
    }
    splices.push(...result.value);
  }
  return found(splices);
}

/** The text of a value that stands on one line and means the same wherever it is put. */
function inlineSource(text: string, node: Node | undefined): Splice | undefined {
  if (!node?.range || findMark(node, ['has-anchor', 'has-alias'])) return undefined;
  const isInline = isScalar(node)
    ? !/^BLOCK_/.test(node.type ?? '')
    : (isMap(node) || isSeq(node)) && node.flow;
  const [start, end] = node.range;
  const written = text.slice(start, end);
  return isInline && written !== '' && !written.includes('\n') ? { start, end, text: written } : undefined;
}

/** Plain text with brackets or commas would end early inside `{…}`. */
function fits(written: string, place: Spot): boolean {
  return !place.isInFlow || /^["'[{]/.test(written) || !/[,[\]{}]|:$/.test(written);
}

/** KServe reads an empty value like none. */
function isUnset(node: Node | undefined): boolean {
  if (node === undefined) return true;
  if (isMap(node) || isSeq(node)) return node.items.length === 0;
  if (!isScalar(node)) return false;
  return node.value === null || node.value === '' || node.value === 0 || node.value === false;
}

function isFilledMap(node: Node | undefined): boolean {
  return isMap(node) && node.items.length > 0;
}
