import type { Aggregation, BinaryOperator, Expression, Matching, Shift } from './expression.ts';
import { readNumber, readString } from './literals.ts';
import {
  parseLabelNames,
  parseLength,
  parseNamedSelector,
  parseNamelessSelector,
  parsePin,
} from './parse-selector.ts';
import { QueryRefusal } from './refusal.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokens.ts';

/** Deepest nesting of a query; a person does not write ten. */
const DEEPEST = 100;

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};
/** The aggregations whose first argument in the brackets is a parameter. */
const WITH_PARAMETER: ReadonlySet<string> = new Set(['quantile', 'topk', 'bottomk', 'count_values']);
/** Words that PromQL reads as an aggregation when brackets, `by` or `without` follow. */
const AGGREGATIONS: ReadonlySet<string> = new Set([
  ...['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'],
  ...WITH_PARAMETER,
]);
/** Words that cannot be a metric name. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['bool', 'on', 'ignoring', 'group_left', 'group_right', 'atan2'],
]);
/** Words that can be a metric name but no function name. */
const NOT_A_FUNCTION: ReadonlySet<string> = new Set([
  ...['and', 'or', 'unless', 'by', 'without', 'offset', 'start', 'end'],
]);

/**
 * Reads PromQL, as the grammar of Prometheus 2.42 has it; types are checked by `checkQuery`. The precedence is
 * Prometheus' own: `[5m]`, `offset` and `@` bind to the selector they follow, `^` binds tighter than a sign before it.
 * (The lezer grammar of the Prometheus web interface is made for editors: it reads `a + b offset 5m` as
 * `(a + b) offset 5m` and `-1^2` as `(-1)^2`, so no number may depend on its trees.)
 * @throws QueryRefusal when it is not PromQL or nests too deep
 */
export function parsePromql(query: string): Expression {
  return new Parser(query).whole();
}

class Parser {
  readonly #cursor: TokenCursor;
  #depth = 0;

  constructor(query: string) {
    this.#cursor = new TokenCursor(query);
  }

  whole(): Expression {
    const expression = this.#expression(PRECEDENCE.or);
    if (this.#cursor.peek().kind !== 'end')
      throw this.#cursor.unexpected('an operator or the end of the query');
    return expression;
  }

  /** Precedence climbing: an operand, then operators that bind at least as tight as `lowest`. */
  #expression(lowest: number): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST)
      throw new QueryRefusal(this.#cursor.peek().at, `the query nests deeper than ${DEEPEST} levels`);
    let left = this.#signed();
    for (;;) {
      const token = this.#cursor.peek();
      const operator = binaryOperator(token);
      if (operator === undefined || PRECEDENCE[operator] < lowest) break;
      this.#cursor.take();
      const returnBool = this.#cursor.takeWord('bool');
      const matching = this.#matching();
      const right = this.#expression(PRECEDENCE[operator] + (operator === '^' ? 0 : 1));
      left = { kind: 'binary', at: token.at, operator, returnBool, matching, left, right };
    }
    this.#depth -= 1;
    return left;
  }

  #signed(): Expression {
    const { at } = this.#cursor.peek();
    const sign = this.#cursor.takeSymbol('-') ? '-' : this.#cursor.takeSymbol('+') ? '+' : undefined;
    if (sign === undefined) return this.#postfixed();
    return { kind: 'unary', at, sign, inner: this.#expression(PRECEDENCE['^']) };
  }

  /** A primary with the ranges, offsets and pins that follow it. */
  #postfixed(): Expression {
    const cursor = this.#cursor;
    let isBracketed = cursor.isSymbol('(');
    let expression = this.#primary();
    for (;;) {
      const token = cursor.peek();
      if (cursor.takeSymbol('[')) {
        expression = this.#ranged(expression, { isBracketed, at: token.at });
        isBracketed = false;
      } else if (cursor.takeWord('offset')) {
        const sign = cursor.takeSymbol('-') ? -1 : 1;
        const offset = sign * parseLength(cursor);
        if (shiftOf(expression, { isBracketed, token }).offset !== 0)
          throw new QueryRefusal(token.at, '"offset" stands twice');
        expression = withShift(expression, { offset });
      } else if (cursor.takeSymbol('@')) {
        const pin = parsePin(cursor);
        if (shiftOf(expression, { isBracketed, token }).pin !== undefined)
          throw new QueryRefusal(token.at, '"@" stands twice');
        expression = withShift(expression, { pin });
      } else return expression;
    }
  }

  #ranged(inner: Expression, where: { readonly isBracketed: boolean; readonly at: number }): Expression {
    const cursor = this.#cursor;
    const length = parseLength(cursor);
    if (cursor.takeSymbol(':')) {
      if (cursor.isSymbol(']'))
        throw new QueryRefusal(where.at, 'a subquery needs its step: the default is a setting of the server');
      const step = parseLength(cursor);
      cursor.expectSymbol(']');
      return { kind: 'subquery', at: inner.at, inner, length, step, offset: 0 };
    }
    cursor.expectSymbol(']');
    if (inner.kind !== 'instant' || where.isBracketed || inner.offset !== 0 || inner.pin !== undefined)
      throw new QueryRefusal(where.at, 'a range may only follow a selector without offset and @');
    return { kind: 'range', at: inner.at, selector: inner, length };
  }

  #primary(): Expression {
    const cursor = this.#cursor;
    const token = cursor.peek();
    const starts = token.kind !== 'symbol' || token.text === '(' || token.text === '{';
    if (token.kind === 'end' || token.kind === 'duration' || !starts)
      throw cursor.unexpected('a selector, a function, a number or "("');
    cursor.take();
    if (token.kind === 'number') return { kind: 'number', at: token.at, value: readNumber(token) };
    if (token.kind === 'string') return { kind: 'string', at: token.at, value: readString(token) };
    if (token.kind === 'word') return this.#named(token);
    if (token.text === '{') return parseNamelessSelector(cursor, token);
    const inner = this.#expression(PRECEDENCE.or);
    cursor.expectSymbol(')');
    return inner;
  }

  #named(token: Token): Expression {
    const cursor = this.#cursor;
    const word = token.text.toLowerCase();
    const opens = cursor.isSymbol('(');
    if (AGGREGATIONS.has(word) && (opens || cursor.isWord('by') || cursor.isWord('without')))
      return this.#aggregation(word, token.at);
    if (RESERVED.has(word)) throw new QueryRefusal(token.at, `"${token.text}" cannot stand here`);
    if (opens && !token.text.includes(':') && !NOT_A_FUNCTION.has(word))
      return { kind: 'call', at: token.at, name: token.text, args: this.#arguments() };
    return parseNamedSelector(cursor, token);
  }

  #aggregation(operator: string, at: number): Expression {
    const before = this.#grouping();
    const args = this.#arguments();
    const grouping = before ?? this.#grouping() ?? { kind: 'by', labels: [] };
    const expected = WITH_PARAMETER.has(operator) ? 2 : 1;
    const [first, second] = args;
    if (args.length !== expected || first === undefined)
      throw new QueryRefusal(at, `"${operator}" takes ${expected} argument(s), got ${args.length}`);
    if (second === undefined) return { kind: 'aggregation', at, operator, inner: first, grouping };
    return { kind: 'aggregation', at, operator, parameter: first, inner: second, grouping };
  }

  #grouping(): Aggregation['grouping'] | undefined {
    if (this.#cursor.takeWord('by')) return { kind: 'by', labels: parseLabelNames(this.#cursor) };
    if (this.#cursor.takeWord('without')) return { kind: 'without', labels: parseLabelNames(this.#cursor) };
    return undefined;
  }

  #matching(): Matching {
    const cursor = this.#cursor;
    const kind = cursor.takeWord('on') ? 'on' : cursor.takeWord('ignoring') ? 'ignoring' : undefined;
    if (kind === undefined) return { many: 'none', kind: 'ignoring', labels: [], include: [] };
    const labels = parseLabelNames(cursor);
    const many = cursor.takeWord('group_left') ? 'left' : cursor.takeWord('group_right') ? 'right' : 'none';
    const include = many !== 'none' && cursor.isSymbol('(') ? parseLabelNames(cursor) : [];
    return { many, kind, labels, include };
  }

  #arguments(): readonly Expression[] {
    const cursor = this.#cursor;
    const args: Expression[] = [];
    cursor.expectSymbol('(');
    if (cursor.takeSymbol(')')) return args;
    do args.push(this.#expression(PRECEDENCE.or));
    while (cursor.takeSymbol(','));
    cursor.expectSymbol(')');
    return args;
  }
}

function binaryOperator(token: Token): BinaryOperator | undefined {
  const text = token.kind === 'word' ? token.text.toLowerCase() : token.text;
  const mayBe = token.kind === 'symbol' || token.kind === 'word';
  return mayBe && Object.hasOwn(PRECEDENCE, text) ? (text as BinaryOperator) : undefined;
}

/** The shift so far of what `offset` or `@` follows. */
function shiftOf(
  expression: Expression,
  where: { readonly isBracketed: boolean; readonly token: Token },
): Shift {
  if (!where.isBracketed) {
    if (expression.kind === 'instant' || expression.kind === 'subquery') return expression;
    if (expression.kind === 'range') return expression.selector;
  }
  const { at, text } = where.token;
  throw new QueryRefusal(at, `"${text}" may only follow a selector or a subquery`);
}

function withShift(expression: Expression, shift: Partial<Shift>): Expression {
  if (expression.kind === 'range') return { ...expression, selector: { ...expression.selector, ...shift } };
  if (expression.kind === 'instant' || expression.kind === 'subquery') return { ...expression, ...shift };
  return expression;
}
