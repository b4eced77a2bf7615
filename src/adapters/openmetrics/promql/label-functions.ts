import { type Labels, labelValue, withLabel } from '../labels.ts';
import type { Expression, FunctionCall } from './expression.ts';
import { compilePattern } from './matcher.ts';
import { QueryRefusal } from './refusal.ts';
import type { AnchoredRegexp } from './regexp/anchored-regexp.ts';
import { joinRows, type Row } from './rows.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * `label_replace(v, "to", "$1", "from", "(.*)")`: sets a label of the series whose `from` matches.
 * @throws QueryRefusal for a name that is none, a pattern that cannot be read, and two series that become alike
 */
export function replaceLabel(call: FunctionCall, rows: readonly Row[]): readonly Row[] {
  const [, to, replacement, from, pattern] = call.args.map(text);
  const regexp = compilePattern(pattern ?? '', call.args[4]?.at ?? call.at);
  const target = checkedName(to ?? '', call.args[1]?.at ?? call.at);
  const relabel = (labels: Labels): Labels => {
    const source = labelValue(labels, from ?? '');
    const captures = regexp.captures(source);
    if (captures === undefined) return labels;
    return withLabel(labels, target, expand({ template: replacement ?? '', source, captures, regexp }));
  };
  return joinRows(
    rows.map((row) => ({ ...row, labels: relabel(row.labels) })),
    call.at,
  );
}

/**
 * `label_join(v, "to", "-", "a", "b")`: sets a label to the values of others.
 * @throws QueryRefusal for a name that is none, and two series that become alike
 */
export function joinLabels(call: FunctionCall, rows: readonly Row[]): readonly Row[] {
  const [, to, separator = '', ...names] = call.args.map(text);
  const target = checkedName(to ?? '', call.args[1]?.at ?? call.at);
  for (const name of names) checkedName(name, call.at);
  const relabel = (labels: Labels): Labels =>
    withLabel(labels, target, names.map((name) => labelValue(labels, name)).join(separator));
  return joinRows(
    rows.map((row) => ({ ...row, labels: relabel(row.labels) })),
    call.at,
  );
}

function text(argument: Expression): string {
  return argument.kind === 'string' ? argument.value : '';
}

function checkedName(name: string, at: number): string {
  if (LABEL_NAME.test(name)) return name;
  throw new QueryRefusal(at, `${JSON.stringify(name.slice(0, 60))} is not a label name`);
}

const REFERENCE = /\$(?:\$|\{(\w+)\}|([\p{L}\p{Nd}_]+))/gu;

/** Fills `$1`, `${1}`, `$name` and `$$` in, as Go's Regexp.Expand; an unknown name gives nothing. */
function expand(given: {
  readonly template: string;
  readonly source: string;
  readonly captures: readonly number[];
  readonly regexp: AnchoredRegexp;
}): string {
  return given.template.replace(REFERENCE, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    const index = /^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : given.regexp.captureNames.get(name);
    if (index === undefined) return '';
    const start = given.captures[index * 2] ?? -1;
    return start < 0 ? '' : given.source.slice(start, given.captures[index * 2 + 1]);
  });
}
