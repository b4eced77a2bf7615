import type { Millis } from '../units.ts';
import { HEALTH_DEFAULTS } from './defaults.ts';
import type {
  CheckSpec,
  EvidenceSpec,
  LimitSpec,
  MarginSpec,
  ProportionSpec,
  QuestionSpec,
  SafeMarginSpec,
} from './release-schema.ts';

/** A check of a kind that is judged as it is. */
export type PrimitiveSpec = Exclude<EvidenceSpec, QuestionSpec>;

/** What stays of the question when it is asked as a primitive kind. */
export interface Phrasing {
  /** The kind as people wrote it; undefined when that is the primitive kind. */
  readonly question?: QuestionSpec['kind'];
  /** What the manifest calls the counts; they name the queries, so that people find them again. */
  readonly keys?: CountKeys;
  /** `bad` counts the good ones: bad is total − good. */
  readonly complement?: boolean;
  /** `bad` counts good events, and fewer of them is worse. */
  readonly worse?: 'fewer';
  readonly labelDelay?: Millis | undefined;
}

/** Names of the two counts of a check. */
export interface CountKeys {
  readonly bad: string;
  readonly total: string;
  /** Of the bound that holds at 100 %. */
  readonly limit: string;
}

const PLAIN_KEYS: CountKeys = { bad: 'bad', total: 'total', limit: 'limit' };

/** A check as it is asked and judged: a primitive kind, and how people put it. */
export type AskedSpec = PrimitiveSpec & Phrasing;

/**
 * A question of the field as the primitive kind that answers it, with the question's own defaults filled in; a primitive
 * kind stays as it is. What asks and judges knows primitive kinds only.
 */
export function expandCheck(spec: EvidenceSpec): AskedSpec {
  switch (spec.kind) {
    case 'errors':
      return { ...spec, kind: 'proportion', question: 'errors' };
    case 'accuracy': {
      const { correct, labelled, min, ...rest } = spec;
      return {
        ...rest,
        ...marginsFor(spec, HEALTH_DEFAULTS.accuracy),
        kind: 'proportion',
        question: 'accuracy',
        bad: correct,
        total: labelled,
        limit: min === undefined ? undefined : 1 - min,
        // Labels come in batches: to forgive the worst tick would be to forgive a day.
        trim: spec.trim ?? 0,
        complement: true,
        keys: { bad: 'correct', total: 'labelled', limit: 'min' },
      };
    }
    case 'data-quality': {
      const { violations, max, ...rest } = spec;
      return {
        ...rest,
        ...marginsFor(spec, HEALTH_DEFAULTS.dataQuality),
        kind: 'proportion',
        question: 'data-quality',
        bad: violations,
        limit: max,
        keys: { bad: 'violations', total: 'total', limit: 'max' },
      };
    }
    case 'business':
      return expandBusiness(spec);
    case 'agreement': {
      const { differing, compared, ...rest } = spec;
      const asked: LimitSpec & Phrasing = {
        ...rest,
        onFail: spec.onFail ?? 'hold',
        kind: 'limit',
        question: 'agreement',
        bad: differing,
        total: compared,
        keys: { bad: 'differing', total: 'compared', limit: 'max' },
      };
      return asked;
    }
    default:
      return spec;
  }
}

function expandBusiness(spec: Extract<QuestionSpec, { kind: 'business' }>): AskedSpec {
  const { events, users, min, max, worse = 'fewer', ...rest } = spec;
  const isFewer = worse === 'fewer';
  const asked: ProportionSpec & Phrasing = {
    ...rest,
    ...marginsFor(spec, HEALTH_DEFAULTS.business),
    kind: 'proportion',
    question: 'business',
    unit: spec.unit ?? 'user',
    bad: events,
    total: users,
    limit: isFewer ? min : max,
    keys: { bad: 'events', total: 'users', limit: isFewer ? 'min' : 'max' },
  };
  return isFewer ? { ...asked, worse } : asked;
}

/** What a manifest calls the counts of a check; undefined for kinds without the two. */
export function countKeys(spec: CheckSpec): CountKeys | undefined {
  if (spec.kind === 'threshold') return undefined;
  if (spec.kind === 'calibration') return { ...PLAIN_KEYS, bad: 'positives' };
  const asked = expandCheck(spec);
  return 'bad' in asked && 'total' in asked ? (asked.keys ?? PLAIN_KEYS) : undefined;
}

interface QuestionMargins {
  readonly tolerate: MarginSpec;
  readonly safe: MarginSpec;
}

/** The margins as written, else the question's own; a default of `safe` is never narrower than what is tolerated. */
function marginsFor(
  written: { readonly tolerate?: MarginSpec | undefined; readonly safe?: SafeMarginSpec | undefined },
  defaults: QuestionMargins,
): { readonly tolerate: MarginSpec; readonly safe: SafeMarginSpec } {
  const tolerate = written.tolerate ?? defaults.tolerate;
  const wider = (part: 'relative' | 'absolute'): number =>
    Math.max(tolerate[part] ?? 0, defaults.safe[part] ?? 0);
  return { tolerate, safe: written.safe ?? { relative: wider('relative'), absolute: wider('absolute') } };
}
