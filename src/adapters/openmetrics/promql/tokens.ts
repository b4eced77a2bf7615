import { QueryRefusal } from './refusal.ts';

/** A piece of a query. `word` may hold colons, which only metric names may have. */
export interface Token {
  readonly kind: 'word' | 'number' | 'duration' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const BLANKS = /[ \t\r\n]*/y;
const SKIPPED = /(?:[ \t\r\n]+|#[^\r\n]*)*/y;
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const DURATION = /(?:\d+(?:ms|[ywdhms]))+(?![a-zA-Z0-9_])/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![a-zA-Z0-9_])/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`/y;
const SYMBOL = /==|!=|=~|!~|<=|>=|[-+*/%^<>=(){}[\],@:]/y;

/**
 * Cuts a query into tokens, as the lexer of Prometheus 2.42 does; the last one is `end`.
 * @throws QueryRefusal at a character that begins none
 */
export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let insideBrackets = false;
  for (let at = skip(query, 0, SKIPPED); at < query.length; ) {
    const token = nextToken(query, at, insideBrackets);
    // Between [ and ] a colon divides range and step; elsewhere it belongs to a name.
    if (token.text === '[') insideBrackets = true;
    if (token.text === ']') insideBrackets = false;
    tokens.push(token);
    // The lexer of Prometheus takes no comment between [ and the duration.
    at = skip(query, at + token.text.length, token.text === '[' ? BLANKS : SKIPPED);
  }
  tokens.push({ kind: 'end', text: '', at: query.length });
  return tokens;
}

function skip(query: string, at: number, skipped: RegExp): number {
  return at + (textAt(skipped, query, at) ?? '').length;
}

function nextToken(query: string, at: number, insideBrackets: boolean): Token {
  const word = insideBrackets ? undefined : textAt(WORD, query, at);
  if (word !== undefined) return { kind: /^(?:inf|nan)$/i.test(word) ? 'number' : 'word', text: word, at };
  for (const [kind, syntax] of [
    ['duration', DURATION],
    ['number', NUMBER],
    ['string', STRING],
    ['symbol', SYMBOL],
  ] as const) {
    const text = textAt(syntax, query, at);
    if (text !== undefined) return { kind, text, at };
  }
  const found = query.slice(at, at + 12).split(/\s/, 1)[0];
  throw new QueryRefusal(at, `${JSON.stringify(found)} does not begin anything that PromQL knows`);
}

function textAt(syntax: RegExp, query: string, at: number): string | undefined {
  syntax.lastIndex = at;
  return syntax.exec(query)?.[0];
}
