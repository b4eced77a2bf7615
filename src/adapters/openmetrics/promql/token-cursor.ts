import { QueryRefusal } from './refusal.ts';
import { type Token, tokenize } from './tokens.ts';

/** A walk along the tokens of a query. Words are compared in lower case, as PromQL's keywords are. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #next = 0;

  /** @throws QueryRefusal when the query cannot be cut into tokens */
  constructor(query: string) {
    this.#tokens = tokenize(query);
    this.#end = { kind: 'end', text: '', at: query.length };
  }

  /** The next token; `end` for ever after the last. */
  peek(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  /** The next token, left behind. */
  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }

  isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.text.toLowerCase() === word;
  }

  /** Leaves the symbol behind if it comes next; says whether it did. */
  takeSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.#next += 1;
    return found;
  }

  /** Leaves the word behind if it comes next; says whether it did. */
  takeWord(word: string): boolean {
    const found = this.isWord(word);
    if (found) this.#next += 1;
    return found;
  }

  /** @throws QueryRefusal when another token comes next */
  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected(`"${text}"`);
  }

  /** The refusal to throw when the next token cannot stand where it does. */
  unexpected(expected: string): QueryRefusal {
    const token = this.peek();
    const got = token.kind === 'end' ? 'the end of the query' : JSON.stringify(token.text.slice(0, 40));
    return new QueryRefusal(token.at, `expected ${expected}, got ${got}`);
  }
}
