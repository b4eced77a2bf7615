import { METRIC_NAME } from '../labels.ts';
import type { LabelMatcher } from '../series-store.ts';
import type { InstantSelector, Pin } from './expression.ts';
import { readDuration, readNumber, readString } from './literals.ts';
import { type MatchOperator, makeMatcher } from './matcher.ts';
import { QueryRefusal } from './refusal.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Reads on after the name of a selector: `{a="b", c=~"d"}` or nothing. */
export function parseNamedSelector(cursor: TokenCursor, name: Token): InstantSelector {
  const matchers = cursor.takeSymbol('{') ? parseMatchers(cursor) : [];
  if (matchers.some((matcher) => matcher.label === METRIC_NAME))
    throw new QueryRefusal(name.at, 'the metric name stands twice');
  const named = makeMatcher({ label: METRIC_NAME, operator: '=', value: name.text, at: name.at });
  return { kind: 'instant', at: name.at, matchers: [...matchers, named], offset: 0 };
}

/** Reads on after the opening brace of a selector without name. */
export function parseNamelessSelector(cursor: TokenCursor, brace: Token): InstantSelector {
  const matchers = parseMatchers(cursor);
  if (!matchers.some((matcher) => !matcher.matches('')))
    throw new QueryRefusal(brace.at, 'a selector needs a name or a matcher that the empty string fails');
  return { kind: 'instant', at: brace.at, matchers, offset: 0 };
}

function parseMatchers(cursor: TokenCursor): readonly LabelMatcher[] {
  const matchers: LabelMatcher[] = [];
  while (!cursor.takeSymbol('}')) {
    if (matchers.length > 0) {
      cursor.expectSymbol(',');
      if (cursor.takeSymbol('}')) break;
    }
    matchers.push(parseMatcher(cursor));
  }
  return matchers;
}

function parseMatcher(cursor: TokenCursor): LabelMatcher {
  const label = cursor.peek();
  // Inside braces every word is a label name, inf and nan as well.
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label.text)) throw cursor.unexpected('a label name');
  cursor.take();
  const operator = cursor.take();
  const value = cursor.take();
  if (!isMatchOperator(operator.text) || value.kind !== 'string')
    throw new QueryRefusal(operator.at, 'expected =, !=, =~ or !~ and a string');
  return makeMatcher({ label: label.text, operator: operator.text, value: readString(value), at: value.at });
}

function isMatchOperator(text: string): text is MatchOperator {
  return text === '=' || text === '!=' || text === '=~' || text === '!~';
}

/** Reads `(a, b)`: the labels of `by`, `on` and their like. */
export function parseLabelNames(cursor: TokenCursor): readonly string[] {
  const names: string[] = [];
  cursor.expectSymbol('(');
  while (!cursor.takeSymbol(')')) {
    if (names.length > 0) {
      cursor.expectSymbol(',');
      if (cursor.takeSymbol(')')) break;
    }
    const token = cursor.peek();
    // Of all keywords, Prometheus' grammar leaves this one out of the label names.
    const isName = token.kind === 'word' && !token.text.includes(':') && !cursor.isWord('without');
    if (!isName) throw cursor.unexpected('a label name');
    names.push(cursor.take().text);
  }
  return names;
}

/** Reads a length of time (ms). */
export function parseLength(cursor: TokenCursor): number {
  if (cursor.peek().kind !== 'duration') throw cursor.unexpected('a duration such as 5m');
  return readDuration(cursor.take());
}

/** Reads what follows `@`: a moment in seconds, `start()` or `end()`. */
export function parsePin(cursor: TokenCursor): Pin {
  for (const kind of ['start', 'end'] as const)
    if (cursor.takeWord(kind)) {
      cursor.expectSymbol('(');
      cursor.expectSymbol(')');
      return { kind };
    }
  const sign = cursor.takeSymbol('-') ? -1 : 1;
  if (sign > 0) cursor.takeSymbol('+');
  const { at } = cursor.peek();
  if (cursor.peek().kind !== 'number') throw cursor.unexpected('a moment in seconds, start() or end()');
  const seconds = readNumber(cursor.take());
  if (!(seconds < 2 ** 63 / 1000)) throw new QueryRefusal(at, 'the moment after @ is out of bounds');
  // Go rounds halves away from zero.
  return { kind: 'moment', moment: sign * Math.round(seconds * 1000) };
}
