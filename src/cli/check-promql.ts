import { parsePromql } from '../adapters/openmetrics/promql/parse-promql.ts';
import { QueryRefusal } from '../adapters/openmetrics/promql/refusal.ts';
import type { QueryCheck } from '../core/manifest/query-rules.ts';

/**
 * Words by which newer servers than 2.42, whose grammar our parser reads, extend PromQL: in a query that holds one, what our
 * parser refuses proves nothing.
 */
const NEWER = /\b(?:limitk|limit_ratio|anchored|smoothed|fill|fill_left|fill_right|info)\b/i;
/** Our parser nests no deeper than 100 levels; a server may. */
const MOST_OPENINGS = 90;
/** Characters that begin nothing outside of texts, in any version: `$interval`, `a && b`, typographic quotes. */
const FOREIGN = /^(?:[$;&|?\\~]|[^\0-\x7F])/;
/** Where no operand, operator or label can begin: closed too often, a comma too many, `a = b`, a second selector. */
const MISPLACED = /^(?:[)}\],{]|=(?![=~])|=~|!)/;
/** A binary operator where an operand must stand; `</` and `>/` are newer. */
const OPERATOR = /^(?:[*/%^<>]|==)/;
/** A number with a unit that is none, like `5min`. */
const BAD_UNIT = /^(?!\d+(?:e\d|x))\d+[a-zA-Z]/i;
const DURATION = /^(?:\d+(?:ms|[ywdhms]))+(?![a-zA-Z0-9_])/;
const WORD = /^[a-zA-Z_]/;
/** Keywords: where they may stand is what versions differ in. */
const KEYWORD = /^(?:bool|on|ignoring|group_left|group_right|atan2|without)\b/i;

/**
 * What is wrong with the grammar of a PromQL query, if every version of Prometheus refuses it. Our parser reads the grammar of
 * 2.42 and refuses besides what its evaluator cannot answer; both are no proof, so only refusals count whose place says that no
 * version can read on: the query ends early, a bracket or a text is not closed, a character or a word begins nothing there.
 */
export const checkPromql: QueryCheck = (query) => {
  try {
    parsePromql(query);
    return undefined;
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    const { at, message } = error;
    return isCertain(query, at) ? { at, message } : undefined;
  }
};

function isCertain(query: string, at: number): boolean {
  if (NEWER.test(query) || query.split('(').length > MOST_OPENINGS) return false;
  const rest = query.slice(at);
  if (rest.trim() === '' || FOREIGN.test(rest) || MISPLACED.test(rest)) return true;
  if (/^["'`]/.test(rest)) return !isClosedText(rest);
  if (BAD_UNIT.test(rest)) return !DURATION.test(rest);
  // newer servers calculate within brackets and behind offset and @
  if (isWithinBrackets(query, at) || /(?:\boffset|@)\s*[-+]?\s*$/i.test(query.slice(0, at))) return false;
  if (OPERATOR.test(rest)) return !/[<>]\s*$/.test(query.slice(0, at));
  return WORD.test(rest) && !KEYWORD.test(rest);
}

function isClosedText(rest: string): boolean {
  return /^(?:"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`)/.test(rest);
}

/** Texts may hold brackets of their own. */
function isWithinBrackets(query: string, at: number): boolean {
  const before = query.slice(0, at).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '');
  return before.lastIndexOf('[') > before.lastIndexOf(']');
}
