import type { CheckBase, EvidenceCheck, EvidenceTick, Seen } from '../../judge/evidence.ts';
import type { Brake } from '../../manifest/brake.ts';
import { checkTrim, checkWeight } from '../../manifest/defaults.ts';
import type { AskedSpec } from '../../manifest/expand-check.ts';
import type { Evaluation } from '../assessment.ts';
import { actionOf } from '../brake-of.ts';
import type { Gap, Reading } from '../reading.ts';

/** The two versions that are compared. */
export type Arm = 'candidate' | 'stable';

/** One thing that a check asks about an arm. */
export interface Role {
  /** Part of the query's id: check / role / arm. */
  readonly name: string;
  readonly query: string;
  /** One series per value of this label (`le`: the buckets of a histogram) instead of one in all. */
  readonly by?: string;
}

/** What came at one moment for one value of a label. */
export interface GroupReading {
  readonly value: string;
  readonly reading: Reading;
}

/** What came for one arm at one tick. */
export interface Readings {
  /** Of a role that asks for one series. */
  readonly one: (role: string) => Reading;
  /** Of a role that asks for several: bounds rising, other values by code unit; or why there is none at all. */
  readonly groups: (role: string) => readonly GroupReading[] | Gap;
}

/**
 * How one kind of check of a manifest asks, and how its answers become evidence. What is judged, and how, is in core/judge;
 * here is only what a manifest says and what a provider gives.
 */
export interface Collector<S, A> {
  readonly roles: (spec: S) => readonly Role[];
  /** Stable is asked too. */
  readonly compares: (spec: S) => boolean;
  /** One arm at one tick; `arm` is for the words. */
  readonly read: (spec: S, readings: Readings, arm: Arm) => Seen<A>;
  readonly check: (spec: S, ticks: readonly EvidenceTick<A>[], evaluation: Evaluation) => EvidenceCheck;
}

/** What all kinds take from the manifest alike. */
export function baseOf(
  spec: Pick<AskedSpec, 'kind' | 'name' | 'required' | 'question'> & {
    readonly weight?: number | undefined;
    readonly critical?: boolean | undefined;
    readonly onFail?: Brake | undefined;
  },
): CheckBase {
  const action = actionOf(spec.onFail ?? 'rollback');
  return {
    name: spec.name,
    question: spec.question,
    weight: checkWeight(spec),
    action,
    // what only notifies holds nothing, proven or not
    required: action !== 'notify' && (spec.required ?? true),
  };
}

/** How counts are read, from the manifest. */
export function readingOf(spec: {
  readonly dispersion?: number | 'history' | undefined;
  readonly trim?: number | undefined;
  readonly critical?: boolean | undefined;
}): { readonly dispersion: number; readonly trim: number } {
  // what stable's history says comes later, see baseline.ts
  const dispersion = typeof spec.dispersion === 'number' ? spec.dispersion : 1;
  return { dispersion, trim: checkTrim(spec) };
}

export function unusable(reason: string): { readonly kind: 'unusable'; readonly reason: string } {
  return { kind: 'unusable', reason };
}
