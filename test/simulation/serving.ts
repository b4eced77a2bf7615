import type { Instant } from '../../src/core/units.ts';
import { START } from '../builders/release.ts';
import type { Tree } from '../fakes/commit-store.ts';
import { manifestPath, readManifest, readSplit, servingPath } from './files.ts';
import type { SimRelease, Truth } from './scenario.ts';

/** Requests to a release in a minute. */
const TRAFFIC = 6_000;
/** Minutes of traffic before the history begins: stable can be seen. */
const BEFORE = 30;
/** Where a restored version is held against its own past: a day and what a rollout takes. */
export const PAST = 28 * 60;
const HEALTHY = 0.005;
const BAD = 0.08;
const OUTAGE = 0.3;

/** What served whom, and what the counters say; a minute each, from before the history. */
interface Counter {
  readonly requests: number[];
  readonly errors: number[];
  /** Minute of its first request; undefined before. */
  first: number | undefined;
}

interface Served {
  /** Percent by version. */
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * The serving system: it follows the files on the default branch after a while, and counts. Errors are not drawn but shared
 * out, so that what is healthy looks healthy in every history, and a rollback of it is a mistake and not bad luck.
 */
export class Serving {
  readonly #releases: readonly SimRelease[];
  readonly #tree: () => Tree;
  readonly #counters = new Map<string, Counter>();
  /** By release: what was asked for in each minute, and what was served. */
  readonly #asked = new Map<string, Served[]>();
  readonly #backends = new Map<string, Map<string, string>>();
  readonly #before: number;
  #until: number;
  #stuckUntil = Number.NEGATIVE_INFINITY;
  #outageUntil = Number.NEGATIVE_INFINITY;

  constructor(releases: readonly SimRelease[], tree: () => Tree) {
    this.#releases = releases;
    this.#tree = tree;
    this.#before = releases.some(({ verify }) => verify !== undefined) ? PAST : BEFORE;
    this.#until = -this.#before;
  }

  /** Lets minutes pass until a moment. */
  flowTo(now: Instant): void {
    const last = minuteOf(now);
    if (this.#until > last) return;
    const asked = this.#releases.map((release) => this.#read(release));
    for (; this.#until <= last; this.#until += 1)
      for (const [index, release] of this.#releases.entries()) this.#serve(release, asked[index]!);
  }

  /** Whatever the files say, it goes on as it does now. */
  stick(until: number): void {
    this.#stuckUntil = Math.max(this.#stuckUntil, until);
  }

  /** Every version fails. */
  failAll(until: number): void {
    this.#outageUntil = Math.max(this.#outageUntil, until);
  }

  /** It follows again, and nothing fails that is not itself bad. */
  heal(): void {
    this.#stuckUntil = Math.min(this.#stuckUntil, this.#until);
    this.#outageUntil = Math.min(this.#outageUntil, this.#until);
  }

  /** Whether everything failed at some time in the last minutes. */
  wasOut(minutes: number): boolean {
    return this.#until - minutes < this.#outageUntil;
  }

  /** Percent of a release's traffic that a version has now. */
  shareOf(release: string, version: string): number {
    return this.#asked.get(release)?.at(-1)?.shares.get(version) ?? 0;
  }

  /** The least percent of a release's traffic that a version had in the last minutes. */
  leastOf(release: string, version: string, minutes: number): number {
    const served = this.#asked.get(release)?.slice(-minutes) ?? [];
    return Math.min(...served.map(({ shares }) => shares.get(version) ?? 0));
  }

  /** Number of requests and errors until a moment; undefined when it never had any. */
  count(version: string, at: Instant): { readonly requests: number; readonly errors: number } | undefined {
    const counter = this.#counters.get(version);
    const index = minuteOf(at) + this.#before;
    if (!counter || counter.first === undefined || index < counter.first + this.#before) return undefined;
    return { requests: counter.requests[index] ?? 0, errors: Math.floor(counter.errors[index] ?? 0) };
  }

  /** The minute from which a version does harm to somebody; undefined when it does not. */
  harmfulSince(version: string): number | undefined {
    const first = this.#counters.get(version)?.first;
    const truth = this.#truthOf(version);
    if (first === undefined || truth.kind !== 'bad') return undefined;
    return first + truth.after < this.#until ? first + truth.after : undefined;
  }

  #truthOf(version: string): Truth {
    const [, name, number] = /^(\w+)-(\d+)/.exec(version) ?? [];
    const release = this.#releases.find((one) => one.name === name);
    return (number === '0' ? release?.older : release?.truths[Number(number) - 1]) ?? { kind: 'healthy' };
  }

  #rate(version: string, since: number): number {
    if (this.#until < this.#outageUntil) return OUTAGE;
    const truth = this.#truthOf(version);
    if (truth.kind === 'bad') return since >= truth.after ? BAD : HEALTHY;
    if (truth.kind === 'flapping')
      return Math.floor(this.#until / 5) % 2 === 0 ? HEALTHY * 1.3 : HEALTHY * 0.7;
    return HEALTHY;
  }

  /** What the files ask for now; the backends keep what was put on them last while the manifest cannot be read. */
  #read({ name }: SimRelease): Served {
    const tree = this.#tree();
    const path = manifestPath(name);
    const release = readManifest(path, tree.get(path));
    const backends = this.#backends.get(name) ?? new Map<string, string>();
    for (const version of [release?.spec.stable, release?.spec.candidate])
      if (version) backends.set(version.backend, version.version);
    this.#backends.set(name, backends);
    const shares = new Map<string, number>();
    for (const [backend, share] of readSplit(tree.get(servingPath(name)))) {
      // one that was brought again may be on two of them
      const version = backends.get(backend) ?? backend;
      shares.set(version, (shares.get(version) ?? 0) + share);
    }
    return { shares };
  }

  #serve({ name, delay, older }: SimRelease, file: Served): void {
    // both have a past, whichever of them is gone back to
    const asked = older && this.#until < 0 ? { shares: halves(name) } : file;
    const history = this.#asked.get(name) ?? [];
    const wanted = delay === 0 ? asked : (this.#wanted.get(name)?.at(-delay) ?? asked);
    this.#wanted.set(name, [...(this.#wanted.get(name) ?? []).slice(-3), asked]);
    const served = this.#until < this.#stuckUntil ? (history.at(-1) ?? wanted) : wanted;
    history.push(served);
    this.#asked.set(name, history);
    const index = this.#until + this.#before;
    for (const version of new Set([...served.shares.keys(), ...this.#known(name)])) {
      const counter = this.#counterOf(version, index);
      const requests = Math.round((TRAFFIC * (served.shares.get(version) ?? 0)) / 100);
      if (requests > 0) counter.first ??= this.#until;
      const rate = this.#rate(version, this.#until - (counter.first ?? this.#until));
      counter.requests[index] = (counter.requests[index - 1] ?? 0) + requests;
      counter.errors[index] = (counter.errors[index - 1] ?? 0) + requests * rate;
    }
  }

  readonly #wanted = new Map<string, Served[]>();

  #known(name: string): readonly string[] {
    return [...this.#counters.keys()].filter((version) => version.startsWith(`${name}-`));
  }

  #counterOf(version: string, index: number): Counter {
    const known = this.#counters.get(version);
    if (known) return known;
    const made: Counter = { requests: [], errors: [], first: undefined };
    made.requests[index - 1] = 0;
    made.errors[index - 1] = 0;
    this.#counters.set(version, made);
    return made;
  }
}

function halves(name: string): ReadonlyMap<string, number> {
  return new Map([
    [`${name}-0`, 50],
    [`${name}-1`, 50],
  ]);
}

/** Whole minutes since the history began. */
export function minuteOf(at: Instant): number {
  return Math.floor((at - START) / 60_000);
}
