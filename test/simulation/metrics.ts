import type {
  Absence,
  MetricsRequest,
  Observation,
  PointAbsence,
} from '../../src/core/analysis/observation.ts';
import { type Instant, instant, millis } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import type { MetricsFault } from './scenario.ts';
import { minuteOf, type Serving } from './serving.ts';

/** Stands for every token, header and answer that nobody may read. */
export const SECRET = 'tok_5ecret5ecret';

/** What a provider showed to a run: the newest moment with a true number, for each version. */
export interface Sight {
  readonly askedAt: Instant;
  readonly version: string;
  readonly newest: Instant | undefined;
}

type Point = number | PointAbsence;

/** Faults in which no true number comes through at all. */
const BLIND: ReadonlySet<MetricsFault> = new Set([
  'down',
  'slow',
  'server-error',
  'warnings',
  'empty',
  'nan',
  'infinite',
  'many-series',
  'throws',
  'not-opened',
]);
/** Counts are missing; a true zero cannot be told from it. Who is lied to plausibly (`wrong-tenant`) counts as seeing. */
const LYING: ReadonlySet<MetricsFault> = new Set(['frozen']);

/** The metrics server: the counters of the serving system, and everything that such a server does instead of answering. */
export class Metrics {
  readonly #serving: Serving;
  #faults: readonly { readonly fault: MetricsFault; readonly from: number; readonly until: number }[] = [];
  readonly sights: Sight[] = [];

  constructor(serving: Serving) {
    this.#serving = serving;
  }

  break(fault: MetricsFault, from: number, minutes: number): void {
    this.#faults = [...this.#faults, { fault, from, until: from + minutes }];
  }

  heal(): void {
    this.#faults = this.#faults.map((one) => ({ ...one, until: Math.min(one.until, this.#now) }));
  }

  #now = 0;

  /** The fault at a minute; the first one of several. */
  faultAt(minute: number): MetricsFault | undefined {
    return this.#faults.find(({ from, until }) => from <= minute && minute < until)?.fault;
  }

  /** Whether anything was wrong in a stretch of minutes. */
  isTroubled(from: number, to: number): boolean {
    return this.#faults.some((fault) => fault.from <= to && fault.until >= from);
  }

  /** Since when nothing at all can be seen, in minutes; undefined when something can. */
  blindSince(minute: number): number | undefined {
    const fault = this.#faults.find(({ from, until }) => from <= minute && minute < until);
    return fault && BLIND.has(fault.fault) ? fault.from : undefined;
  }

  /** @param sights where it is noted what is shown; what a drill sees is no evidence for anything */
  open(clock: Clock, sights: Sight[] = this.sights): MetricsProvider {
    this.#now = minuteOf(clock.now());
    if (this.faultAt(this.#now) === 'not-opened') throw new Error(`no such secret: ${SECRET}`);
    return { name: 'prod', query: (request) => this.#query(request, clock, sights) };
  }

  async #query(request: MetricsRequest, clock: Clock, sights: Sight[]): Promise<Observation> {
    const now = clock.now();
    const fault = this.faultAt(minuteOf(now));
    if (fault === 'throws') throw new TypeError(`cannot read headers of ${SECRET}`);
    if (fault === 'slow') await clock.sleep(millis(10_000));
    const fetchedAt = fault === 'lying-time' ? instant(now - 3_600_000) : now;
    const absence = absenceOf(fault, request);
    const outcome = absence ?? {
      kind: 'series' as const,
      values: this.#values(request, fault, { now, sights }),
    };
    return { provider: 'prod', request, fetchedAt, outcome };
  }

  #values(
    request: MetricsRequest,
    fault: MetricsFault | undefined,
    { now, sights }: { readonly now: Instant; readonly sights: Sight[] },
  ): readonly Point[] {
    if (request.kind === 'instant') return [];
    const { version, counter, window } = readQuery(request.query);
    const asked = fault === 'wrong-tenant' ? version.replace(/-\d+\w*$/, '-1') : version;
    const { first, last, step } = request.grid;
    const values: Point[] = [];
    let newest: Instant | undefined;
    for (let at = first as number; at <= last; at += step) {
      const value = this.#increase(asked, counter, instant(at), { window, now });
      const shown = distort(value, fault, values.length);
      if (typeof shown === 'number' && (fault === undefined || !LYING.has(fault))) newest = instant(at);
      values.push(shown);
    }
    sights.push({ askedAt: now, version, newest });
    return values;
  }

  #increase(
    version: string,
    counter: 'requests' | 'errors',
    at: Instant,
    { window, now }: { readonly window: number; readonly now: Instant },
  ): Point {
    const after = at > now ? undefined : this.#serving.count(version, at);
    if (!after) return 'missing';
    const before = this.#serving.count(version, instant(at - window));
    return after[counter] - (before?.[counter] ?? 0);
  }
}

function absenceOf(fault: MetricsFault | undefined, { query }: MetricsRequest): Absence | undefined {
  const absent = (reason: Absence['reason'], detail: string): Absence => ({ kind: 'absent', reason, detail });
  switch (fault) {
    case 'down':
      return absent('unreachable', 'connection refused');
    case 'slow':
      return absent('timeout', 'no answer within 10s');
    case 'server-error':
      return absent('server-error', '503');
    case 'warnings':
      return absent('warnings', 'partial: one of two stores did not answer');
    case 'empty':
      return absent('empty', 'no series');
    case 'many-series':
      return absent('many-series', '2 series where one was asked for');
    case 'one-arm':
      return /-1"/.test(query) ? undefined : absent('server-error', '500');
    default:
      return undefined;
  }
}

function distort(value: Point, fault: MetricsFault | undefined, index: number): Point {
  switch (fault) {
    case 'nan':
      return 'not-a-number';
    case 'infinite':
      return 'infinite';
    case 'gaps':
      return index % 2 === 1 ? 'missing' : value;
    case 'reset':
      return typeof value === 'number' && index % 4 === 0 ? Math.floor(value / 2) : value;
    case 'frozen':
      return typeof value === 'number' ? 0 : value;
    default:
      return value;
  }
}

function readQuery(query: string): { version: string; counter: 'requests' | 'errors'; window: number } {
  const [, counter, version, minutes] =
    /\((requests|errors)_total\{version="([^"]+)"\}\[(\d+)m\]/.exec(query) ?? [];
  if (version === undefined) throw new Error(`simulated metrics: unexpected query ${query}`);
  return { version, counter: counter as 'requests' | 'errors', window: Number(minutes) * 60_000 };
}
