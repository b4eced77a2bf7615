/** What an expression gives: one number, one number per series, the samples of a window per series, or a text. */
export type ValueType = 'scalar' | 'vector' | 'range' | 'text';

/** What a function takes and gives. */
export interface Signature {
  readonly takes: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional: number;
  /** The last argument may be given any number of times. */
  readonly repeatsLast: boolean;
  readonly gives: 'scalar' | 'vector';
}

const OF_WINDOW: Signature = { takes: ['range'], optional: 0, repeatsLast: false, gives: 'vector' };
const OF_VECTOR: Signature = { ...OF_WINDOW, takes: ['vector'] };
const OF_NOTHING: Signature = { ...OF_WINDOW, takes: [], gives: 'scalar' };

/** The functions this evaluator knows; the rest of PromQL's is refused by name. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...named(OF_WINDOW, ['rate', 'increase', 'delta', 'irate', 'idelta', 'resets', 'changes', 'deriv']),
  ...named(OF_WINDOW, ['sum_over_time', 'avg_over_time', 'min_over_time', 'max_over_time']),
  ...named(OF_WINDOW, ['count_over_time', 'last_over_time', 'present_over_time', 'absent_over_time']),
  ...named(OF_WINDOW, ['stddev_over_time', 'stdvar_over_time']),
  ...named({ ...OF_WINDOW, takes: ['scalar', 'range'] }, ['quantile_over_time']),
  ...named({ ...OF_WINDOW, takes: ['range', 'scalar'] }, ['predict_linear']),
  ...named(OF_VECTOR, ['abs', 'ceil', 'floor', 'exp', 'sqrt', 'ln', 'log2', 'log10', 'sgn']),
  ...named(OF_VECTOR, ['sort', 'sort_desc', 'absent', 'timestamp']),
  ...named({ ...OF_VECTOR, takes: ['vector', 'scalar'] }, ['clamp_min', 'clamp_max']),
  ...named({ ...OF_VECTOR, takes: ['vector', 'scalar'], optional: 1 }, ['round']),
  ...named({ ...OF_VECTOR, takes: ['vector', 'scalar', 'scalar'] }, ['clamp']),
  ...named({ ...OF_VECTOR, takes: ['scalar', 'vector'] }, ['histogram_quantile']),
  ...named({ ...OF_VECTOR, takes: ['vector', 'text', 'text', 'text', 'text'] }, ['label_replace']),
  ...named({ ...OF_VECTOR, takes: ['vector', 'text', 'text', 'text'], optional: 1, repeatsLast: true }, [
    'label_join',
  ]),
  ...named({ ...OF_VECTOR, takes: ['scalar'] }, ['vector']),
  ...named({ ...OF_VECTOR, gives: 'scalar' }, ['scalar']),
  ...named(OF_NOTHING, ['time', 'pi']),
]);

function named(signature: Signature, names: readonly string[]): readonly (readonly [string, Signature])[] {
  return names.map((name) => [name, signature] as const);
}
