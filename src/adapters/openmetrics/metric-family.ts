/** What a `# TYPE` line may declare; a family without one is `unknown`. */
export type FamilyType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** The endings of the sample names of a family; `''` is the family name itself. */
const SUFFIXES: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
  unknown: [''],
};

/** The label that samples of these names cannot do without. */
const NEEDED_LABEL: Partial<Record<FamilyType, readonly [suffix: string, label: string]>> = {
  histogram: ['_bucket', 'le'],
  gaugehistogram: ['_bucket', 'le'],
  summary: ['', 'quantile'],
};

/** A group of samples under one `# TYPE`, `# HELP` or `# UNIT` line, or, without any, of one name. */
export interface Family {
  readonly name: string;
  type: FamilyType;
  /** The descriptor words seen so far: each may stand once. */
  readonly described: Set<string>;
  hasSamples: boolean;
  /** Line of its first appearance, from 1. */
  readonly line: number;
}

/** A family that nothing is known of yet. */
export function newFamily(name: string, line: number): Family {
  return { name, type: 'unknown', described: new Set(), hasSamples: false, line };
}

/** Whether `word` is a type of the format. */
export function isFamilyType(word: string): word is FamilyType {
  return Object.hasOwn(SUFFIXES, word);
}

/** Whether a sample of this name is one of the family's. */
export function belongsTo(family: Family, sampleName: string): boolean {
  return SUFFIXES[family.type].some((suffix) => sampleName === family.name + suffix);
}

/** The sample names of a family, for messages. */
export function sampleNames(family: Family): string {
  return SUFFIXES[family.type].map((suffix) => family.name + suffix).join(', ');
}

/** The label a sample of this name must have; undefined when there is none. */
export function neededLabel(family: Family, sampleName: string): string | undefined {
  const needed = NEEDED_LABEL[family.type];
  return needed !== undefined && sampleName === family.name + needed[0] ? needed[1] : undefined;
}
