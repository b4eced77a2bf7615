import type { LabelMatcher } from '../series-store.ts';
import { QueryRefusal } from './refusal.ts';
import { type AnchoredRegexp, compileAnchored } from './regexp/anchored-regexp.ts';
import { PatternError } from './regexp/parse-pattern.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/**
 * A condition on a label, as PromQL writes it; patterns match whole values.
 * @throws QueryRefusal when the pattern cannot be read
 */
export function makeMatcher(written: {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Where the value stands in the query. */
  readonly at: number;
}): LabelMatcher {
  const { label, operator, value } = written;
  if (operator === '=') return { label, equals: value, matches: (text) => text === value };
  if (operator === '!=') return { label, matches: (text) => text !== value };
  const { test } = compilePattern(value, written.at);
  return operator === '=~' ? { label, matches: test } : { label, matches: (text) => !test(text) };
}

/**
 * Compiles a pattern of a query.
 * @throws QueryRefusal when it cannot be read
 */
export function compilePattern(source: string, at: number): AnchoredRegexp {
  try {
    return compileAnchored(source);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new QueryRefusal(at, `pattern ${JSON.stringify(source.slice(0, 60))} ${error.message}`);
  }
}
