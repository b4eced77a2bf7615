import type { LabelMatcher } from '../series-store.ts';

/** A query as a tree. `at` is the index in the query where the part begins; lengths and moments are in ms. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | InstantSelector
  | RangeSelector
  | Subquery
  | FunctionCall
  | Aggregation
  | Unary
  | Binary;

export interface NumberLiteral {
  readonly kind: 'number';
  readonly at: number;
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string;
}

/** A moment that does not move with the grid: `@ 1763683200`, `@ start()`, `@ end()`. */
export type Pin = { readonly kind: 'moment'; readonly moment: number } | { readonly kind: 'start' | 'end' };

/** Where a selector looks: `offset` earlier than the asked moment, or than its pin. */
export interface Shift {
  readonly offset: number;
  readonly pin?: Pin;
}

/** `name{label="value"} offset 5m` */
export interface InstantSelector extends Shift {
  readonly kind: 'instant';
  readonly at: number;
  readonly matchers: readonly LabelMatcher[];
}

/** `name{label="value"}[5m]`; the shift is the selector's. */
export interface RangeSelector {
  readonly kind: 'range';
  readonly at: number;
  readonly selector: InstantSelector;
  readonly length: number;
}

/** `expression[1h:5m]` */
export interface Subquery extends Shift {
  readonly kind: 'subquery';
  readonly at: number;
  readonly inner: Expression;
  readonly length: number;
  readonly step: number;
}

export interface FunctionCall {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly at: number;
  /** In lower case. */
  readonly operator: string;
  readonly parameter?: Expression;
  readonly inner: Expression;
  /** `by ()` keeps the labels, `without ()` drops them. */
  readonly grouping: { readonly kind: 'by' | 'without'; readonly labels: readonly string[] };
}

export interface Unary {
  readonly kind: 'unary';
  readonly at: number;
  readonly sign: '+' | '-';
  readonly inner: Expression;
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'unless';

/** Which series of two vectors belong together. */
export interface Matching {
  /** `group_left` lets many left series share one right series; `group_right` the other way round. */
  readonly many: 'none' | 'left' | 'right';
  /** `on` compares these labels only, `ignoring` all but these. */
  readonly kind: 'on' | 'ignoring';
  readonly labels: readonly string[];
  /** Labels that the result takes from the "one" side. */
  readonly include: readonly string[];
}

export interface Binary {
  readonly kind: 'binary';
  /** Where the operator stands. */
  readonly at: number;
  readonly operator: BinaryOperator;
  /** `bool`: a comparison gives 0 or 1 instead of filtering. */
  readonly returnBool: boolean;
  readonly matching: Matching;
  readonly left: Expression;
  readonly right: Expression;
}
