/** First sample, in seconds since 1970: 2023-11-14T22:13:20Z. */
export const START = 1_700_000_000;
/** Seconds between samples. */
export const INTERVAL = 15;
/** Samples of each series: two hours and the closing one. */
export const SAMPLES = 481;
/** The counter of 3.5.0 begins again at this sample (after 70 minutes). */
export const RESET = 280;
/** `queue_depth` has no sample after the first of these and before the second (minutes 40 to 60). */
export const GAP = { after: 160, before: 240 } as const;

export interface History {
  readonly openMetrics: string;
  /** What the counters really counted, by version: growth since the sample before, index 0 is 0. */
  readonly growth: Readonly<Record<'3.4.1' | '3.5.0', readonly number[]>>;
  /** `queue_depth` by sample; undefined in the gap. */
  readonly queue: readonly (number | undefined)[];
}

/** Two hours of a rollout's metrics: the same seed gives the same text. */
export function makeHistory(seed: number): History {
  const random = mulberry32(seed);
  const index = Array.from({ length: SAMPLES }, (_, at) => at);
  const grow = (): readonly number[] => index.map((at) => (at === 0 ? 0 : 5 + Math.floor(random() * 10)));
  const growth = { '3.4.1': grow(), '3.5.0': grow() };
  const queue = index.map((at) => {
    const depth = Math.floor(random() * 50);
    return at > GAP.after && at < GAP.before ? undefined : depth;
  });
  const lines = [
    '# TYPE predict counter',
    ...counter({ version: '3.4.1', growth: growth['3.4.1'], resetAt: undefined }),
    ...counter({ version: '3.5.0', growth: growth['3.5.0'], resetAt: RESET }),
    '# TYPE queue_depth gauge',
    ...queue.flatMap((depth, at) => (depth === undefined ? [] : [`queue_depth ${depth} ${timestamp(at)}`])),
    '# EOF',
  ];
  return { openMetrics: `${lines.join('\n')}\n`, growth, queue };
}

function counter(given: {
  readonly version: string;
  readonly growth: readonly number[];
  readonly resetAt: number | undefined;
}): readonly string[] {
  let total = 0;
  return given.growth.map((step, at) => {
    total = at === given.resetAt ? step : total + step;
    return `predict_total{version="${given.version}"} ${total} ${timestamp(at)}`;
  });
}

function timestamp(at: number): number {
  return START + at * INTERVAL;
}

/** Public domain generator by Tommy Ettinger: 32 bits of state, uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
