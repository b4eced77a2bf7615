import { formatDuration, type Millis, millis } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import type { Brake } from './brake.ts';
import { isGate } from './brake-in.ts';
import { HEALTH_DEFAULTS } from './defaults.ts';
import type { CheckSpec } from './release-schema.ts';
import { ratioText } from './rollout-rules.ts';
import type { Rule, RuleFinding } from './rule.ts';

/** Rules of the questions that are asked part by part, and of those that wait for labels. */

const CHECKS = ['spec', 'health', 'checks'] as const;

/** A group or a bin is named once. */
export const partsDiffer: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) {
    if (spec?.kind !== 'fairness' && spec?.kind !== 'calibration') continue;
    const [key, names] = spec.kind === 'fairness' ? ['groups', spec.groups] : ['bins', spec.bins];
    for (const [place, name] of (names as readonly string[]).entries()) {
      const first = names.indexOf(name);
      if (first < place)
        yield {
          code: 'PART_REPEATED',
          path: [...CHECKS, index, key as string, place],
          message: `${quote(name)} is ${key}[${first}] already; name each once`,
        };
    }
  }
};

/** What a bin claims is known: by a query, by the manifest, or by its name. */
export const binsClaim: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) {
    if (spec?.kind !== 'calibration') continue;
    const { bins, claims, claimed } = spec;
    const at = (...path: readonly (string | number)[]) => [...CHECKS, index, ...path];
    if (claims !== undefined && claimed !== undefined)
      yield {
        code: 'CLAIMS_TWICE',
        path: at('claimed'),
        message: 'claims tells already what the bins claim; remove claimed or claims',
      };
    for (const name of Object.keys(claimed ?? {}))
      if (!bins.includes(name))
        yield {
          code: 'BIN_UNKNOWN',
          path: at('claimed', name),
          what: 'key',
          message: `${quote(name)} is none of the bins; add it to bins or remove it`,
        };
    if (claims !== undefined) continue;
    for (const [place, name] of bins.entries())
      if (!claimIsKnown(name, claimed))
        yield {
          code: 'CLAIM_MISSING',
          path: at('bins', place),
          message: `what bin ${quote(name)} claims is not known, expected a number from 0 to 1 as its name, an entry in claimed, or the query claims`,
        };
  }
};

function claimIsKnown(name: string, claimed: Readonly<Record<string, number>> | undefined): boolean {
  const written = claimed && Object.hasOwn(claimed, name) ? claimed[name] : undefined;
  const claim = written ?? (name.trim() === '' ? Number.NaN : Number(name));
  return claim >= 0 && claim <= 1;
}

/** Bounds of the questions that some value passes and some value fails. */
export const questionBoundsFit: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) if (spec) yield* boundsOf(spec, index);
};

function* boundsOf(spec: CheckSpec, index: number): Iterable<RuleFinding> {
  const at = (key: string) => [...CHECKS, index, key];
  if (spec.kind === 'business') {
    const unused = (spec.worse ?? 'fewer') === 'fewer' ? 'max' : 'min';
    if (spec[unused] !== undefined)
      yield {
        code: 'BOUND_UNUSED',
        path: at(unused),
        message: `says nothing where ${spec.worse ?? 'fewer'} is worse; write ${unused === 'max' ? 'min' : 'max'}, or the other worse`,
      };
  }
  if (spec.kind === 'agreement' && spec.max >= 1)
    yield {
      code: 'LIMIT_OUT_OF_RANGE',
      path: at('max'),
      message: `must be less than 100%, got ${ratioText(spec.max)}; no more than all answers can differ`,
    };
  if (spec.kind === 'calibration') {
    const tolerance = spec.tolerance ?? HEALTH_DEFAULTS.calibration.tolerance;
    if (spec.safe !== undefined && spec.safe < tolerance)
      yield {
        code: 'SAFE_BELOW_TOLERATE',
        path: at('safe'),
        message: `safe must be at least tolerance, ${ratioText(tolerance)}, got ${ratioText(spec.safe)}; else one value is harmful and safe at once`,
      };
  }
}

/** A rollout that waits for labels can end before its deadline: the first step takes at least as long as they do. */
export const labelsComeInTime: Rule = function* ({ draft: { checks, steps, deadline } }) {
  if (deadline === undefined) return;
  for (const [index, { spec }] of checks.entries()) {
    if (!spec || !('labelDelay' in spec) || spec.labelDelay === undefined || !isGate(spec)) continue;
    const least = shortest(steps, spec.labelDelay);
    if (least <= deadline) continue;
    yield {
      code: 'LABELS_TOO_LATE',
      path: [...CHECKS, index, 'labelDelay'],
      message: `with labels after ${formatDuration(spec.labelDelay)} the rollout takes ${formatDuration(least)} at least, more than its deadline of ${formatDuration(deadline)}; raise spec.rollout.deadline, or write required: false so that no step waits for the labels`,
    };
  }
};

function shortest(steps: readonly { readonly hold: Millis | undefined }[], labelDelay: Millis): Millis {
  const holds = steps.map(({ hold }) => hold ?? 0);
  return millis(
    holds.reduce<number>((sum, hold, place) => sum + (place === 0 ? Math.max(hold, labelDelay) : hold), 0),
  );
}

const TAKES_BACK: ReadonlySet<Brake> = new Set(['rollback', 'fallback', 'step-down']);

/** What a version is asked it cannot cause, so that it is not taken back for it. */
export const featureDriftOnlyHolds: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries())
    if (spec?.kind === 'drift' && spec.of === 'features' && spec.onFail && TAKES_BACK.has(spec.onFail))
      yield {
        code: 'FEATURES_ONLY_HOLD',
        path: [...CHECKS, index, 'onFail'],
        message: `must be reduce, pause, hold or notify for features, got ${spec.onFail}: what a version is asked it cannot cause; ask about predictions to roll back`,
      };
};
