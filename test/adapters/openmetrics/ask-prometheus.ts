import type { QueryAnswer } from '../../../src/adapters/openmetrics/run-query.ts';

/** Series by their labels as JSON, each with its values by moment (ms); undefined for a refused query. */
export type PlainAnswer = ReadonlyMap<string, ReadonlyMap<number, number>> | undefined;

/** The moments a query is asked at. */
export interface Asked {
  readonly kind: 'instant' | 'range';
  readonly first: number;
  readonly interval: number;
  readonly count: number;
}

interface ApiAnswer {
  readonly status: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly unknown[];
  };
}

type Point = readonly [seconds: number, value: string];
interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

/** Asks a real server, by its HTTP API alone. */
export async function askPrometheus(url: string, query: string, asked: Asked): Promise<PlainAnswer> {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const end = asked.first + (asked.count - 1) * asked.interval;
  const form: Readonly<Record<string, string>> =
    asked.kind === 'instant'
      ? { query, time: seconds(asked.first) }
      : { query, start: seconds(asked.first), end: seconds(end), step: seconds(asked.interval) };
  const path = asked.kind === 'instant' ? 'query' : 'query_range';
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const answer = (await response.json()) as ApiAnswer;
  if (answer.status !== 'success' || answer.data === undefined) return undefined;
  const { resultType, result } = answer.data;
  if (resultType === 'scalar') return new Map([['{}', points([result as unknown as Point])]]);
  return new Map(
    (result as readonly ApiSeries[]).map(({ metric, value, values }) => [
      labelsKey(Object.entries(metric)),
      points(values ?? (value === undefined ? [] : [value])),
    ]),
  );
}

function points(pairs: readonly Point[]): ReadonlyMap<number, number> {
  return new Map(pairs.map(([seconds, value]) => [Math.round(seconds * 1000), readValue(value)]));
}

function readValue(text: string): number {
  return /^[+-]Inf$/.test(text) ? Number(text.replace('Inf', 'Infinity')) : Number(text);
}

/** Our own answer in the same form. */
export function plain(answer: QueryAnswer, asked: Asked): PlainAnswer {
  const moment = (step: number): number => asked.first + step * asked.interval;
  if (answer.kind === 'refused' || answer.kind === 'other') return undefined;
  if (answer.kind === 'scalar')
    return new Map([['{}', new Map([...answer.values].map((value, step) => [moment(step), value]))]]);
  const series = new Map<string, ReadonlyMap<number, number>>();
  for (const { labels, values, present } of answer.rows) {
    const found = [...values].flatMap((value, step) =>
      present[step] === 1 ? [[moment(step), value] as const] : [],
    );
    if (found.length > 0) series.set(labelsKey(labels.pairs), new Map(found));
  }
  return series;
}

function labelsKey(pairs: readonly (readonly [string, string])[]): string {
  return JSON.stringify(Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** What an answer says of one moment. */
export function slice(answer: PlainAnswer, moment: number): PlainAnswer {
  if (answer === undefined) return undefined;
  return new Map(
    [...answer].flatMap(([key, values]) => {
      const value = values.get(moment);
      return value === undefined ? [] : [[key, new Map([[moment, value]])] as const];
    }),
  );
}

/** What differs first between two answers, values to 1e-9 of their size; undefined when nothing does. */
export function difference(ours: PlainAnswer, theirs: PlainAnswer): string | undefined {
  if (ours === undefined || theirs === undefined)
    return ours === theirs
      ? undefined
      : `${ours ? 'only Prometheus' : 'only the recording'} refuses, the other gives ${[...(ours ?? theirs ?? [])].length} series`;
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, its] = [ours.get(key), theirs.get(key)];
    if (mine === undefined || its === undefined)
      return `${key} only in ${mine ? 'the recording' : 'Prometheus'}`;
    for (const moment of new Set([...mine.keys(), ...its.keys()]))
      if (!isClose(mine.get(moment), its.get(moment)))
        return `${key} at ${moment}: recording ${mine.get(moment)}, Prometheus ${its.get(moment)}`;
  }
  return undefined;
}

/** Equal to 1e-9 of the larger; NaN equals NaN, nothing equals nothing. */
export function isClose(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
