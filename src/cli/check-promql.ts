import { parsePromql } from '../adapters/openmetrics/promql/parse-promql.ts';
import { QueryRefusal } from '../adapters/openmetrics/promql/refusal.ts';
import { didYouMean } from '../core/manifest/did-you-mean.ts';
import { applyEdits, type QueryCheck, type QueryFinding } from '../core/manifest/query-check.ts';
import { checkPurpose } from './check-purpose.ts';
import { FOREIGN_FUNCTIONS, KNOWN_FUNCTIONS } from './known-functions.ts';

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
 * What is wrong with a PromQL query, if every version of Prometheus refuses it or answers what its check cannot use. Our parser reads
 * the grammar of 2.42 and refuses besides what its evaluator cannot answer; both are no proof, so only refusals count whose place says
 * that no version can read on: the query ends early, a bracket or a text is not closed, a character or a word begins nothing there.
 */
export const checkPromql: QueryCheck = (query, purpose = {}) => {
  try {
    const expression = parsePromql(query);
    return [...findStrangers(query), ...checkPurpose(query, expression, purpose)];
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    const { at, message } = error;
    if (!isCertain(query, at)) return [];
    return [{ code: 'QUERY_MALFORMED', at, message, edits: mend(query, at) }];
  }
};

/** One bracket more or less where the reading stopped, or those missing at the end: whichever can be read. */
function mend(query: string, at: number): QueryFinding['edits'] {
  const plain = withoutTexts(query);
  const missing = Math.max(0, plain.split('(').length - plain.split(')').length);
  const tries = [
    ...(isWithin(query, at, '{', '}') ? [{ at, length: 0, text: '}' }] : []),
    ...(missing > 0 ? [{ at: query.trimEnd().length, length: 0, text: ')'.repeat(missing) }] : []),
    ...(/^[)}\]]/.test(query.slice(at)) ? [{ at, length: 1, text: '' }] : []),
  ];
  return tries.filter((edit) => isReadable(applyEdits(query, [edit]))).slice(0, 1);
}

function isReadable(query: string): boolean {
  try {
    parsePromql(query);
    return true;
  } catch (error) {
    if (error instanceof QueryRefusal) return false;
    throw error;
  }
}

function isCertain(query: string, at: number): boolean {
  if (NEWER.test(query) || query.split('(').length > MOST_OPENINGS) return false;
  const rest = query.slice(at);
  if (rest.trim() === '' || FOREIGN.test(rest) || MISPLACED.test(rest)) return true;
  // a range before its selector is closed: no matcher begins so
  if (rest.startsWith('[') && isWithin(query, at, '{', '}')) return true;
  if (/^["'`]/.test(rest)) return !isClosedText(rest);
  if (BAD_UNIT.test(rest)) return !DURATION.test(rest);
  // newer servers calculate within brackets and behind offset and @
  if (isWithin(query, at, '[', ']') || /(?:\boffset|@)\s*[-+]?\s*$/i.test(query.slice(0, at))) return false;
  if (OPERATOR.test(rest)) return !/[<>]\s*$/.test(query.slice(0, at));
  return WORD.test(rest) && !KEYWORD.test(rest);
}

function isClosedText(rest: string): boolean {
  return /^(?:"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`)/.test(rest);
}

/** Texts may hold brackets of their own. */
function isWithin(query: string, at: number, open: '[' | '{', close: ']' | '}'): boolean {
  const before = withoutTexts(query.slice(0, at));
  return before.lastIndexOf(open) > before.lastIndexOf(close);
}

/** Blanks in the place of texts and comments, so that places stay. */
function withoutTexts(query: string): string {
  return query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*/g, (text) =>
    ' '.repeat(text.length),
  );
}

/** Functions that no version of Prometheus has, of those until 3.8: typing errors, or those of another server. */
function findStrangers(query: string): readonly QueryFinding[] {
  const calls = withoutTexts(query).matchAll(/(?<![\w:.])([a-zA-Z_]\w*)\s*\(/g);
  return Array.from(calls, ({ 1: name = '', index: at }) => ({ name, at }))
    .filter(({ name }) => !KNOWN_FUNCTIONS.has(name.toLowerCase()))
    .map(({ name, at }): QueryFinding => {
      const message = `no Prometheus has a function ${JSON.stringify(name)}`;
      const server = FOREIGN_FUNCTIONS.get(name.toLowerCase());
      if (server !== undefined)
        return {
          code: 'FUNCTION_FOREIGN',
          severity: 'warning',
          at,
          message: `${message}; ${server} has, and no other provider will do for this query`,
          edits: [],
        };
      const meant = didYouMean(name, [...KNOWN_FUNCTIONS]);
      return {
        code: 'FUNCTION_UNKNOWN',
        at,
        message,
        edits: meant === undefined ? [] : [{ at, length: name.length, text: meant }],
      };
    });
}
