import type { Assessment, CheckAssessment } from '../analysis/assessment.ts';
import { type Brake, harder } from '../manifest/brake.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { Release } from '../manifest/release-schema.ts';
import { brakesByTier } from '../manifest/tier-brakes.ts';
import { type Rollout, recordedWeight } from '../plan/rollout.ts';
import { EXPOSURE_REDUCED, PAUSED_BY_CHECK, STEP_DOWN } from '../record/braked.ts';
import type { ReleaseState } from '../record/release-state.ts';
import { sameVersion, versionRef } from '../record/version-ref.ts';
import {
  after,
  type Digest,
  formatInstant,
  formatPercent,
  type Instant,
  type Millis,
  millis,
  type Percent,
  percent,
} from '../units.ts';
import type { Decision, Reason } from './decision.ts';
import { checkReasons, move, stay, unprovenReasons } from './moves.ts';
import { lookedAfter } from './watch.ts';

/** What braking rests on. */
export interface BrakingInput {
  readonly release: Release;
  readonly manifest: Digest;
  readonly state: ReleaseState;
  readonly now: Instant;
  /** Why a lower weight cannot be written into the files as they are; undefined: it can, as far as is known. */
  readonly unwritable?: Reason | undefined;
}

/**
 * What is done about proven harm: at once back to a good version, or a declared step down where every failing check and the
 * release ask for that. Undefined: a person has stopped the way down, and it has not got worse since.
 */
export function decideHarm(
  input: BrakingInput,
  rollout: Rollout,
  assessment: Assessment,
): Decision | undefined {
  if (hardest(failing(assessment)) !== 'step-down') return takeBack(input, assessment);
  const back = takeBack(input, assessment);
  const because = (reason: Reason): Decision => ({ ...back, reasons: [...back.reasons, reason] });
  const atOnce = whyAtOnce(input, rollout, assessment);
  if (atOnce) return because(atOnce);
  const below = stepBelow(input);
  const harm = checkReasons(assessment, ['fail'], 'HARM_PROVEN');
  if (input.state.braked?.failedBefore) {
    if (isStopped(input)) return undefined;
    const until = after(recordedWeight(rollout).at, stayOnStep(input.release));
    if (input.now < until) {
      const next = below === undefined ? 'is taken back' : `goes down to ${formatPercent(below)}`;
      const text = `stays at ${formatPercent(back.from)} until ${formatInstant(until)}, then ${next}; at once where harm is proven on this weight alone`;
      return { ...stay(input, 'hold', STEP_DOWN, text), reasons: [{ code: STEP_DOWN, text }, ...harm] };
    }
  }
  if (below === undefined)
    return because({
      code: 'BELOW_FIRST_STEP',
      text: `there is no step below ${formatPercent(back.from)}`,
    });
  const text = `harm is proven: one step down, to ${formatPercent(below)}; set rollout.paused: true to stop there`;
  return move(input, 'reduce', below, [{ code: STEP_DOWN, text }, ...harm]);
}

/** Back to a good version at once: the newest, or the one that the manifest names for that. */
export function takeBack(input: { readonly release: Release }, assessment: Assessment): Decision {
  const harm = checkReasons(assessment, ['fail'], 'HARM_PROVEN');
  const { fallback } = input.release.spec.rollback ?? {};
  const isNamed = hardest(failing(assessment)) === 'fallback' && fallback !== undefined;
  const named: readonly Reason[] = isNamed
    ? [{ code: 'FALLBACK_NAMED', text: `goes back to ${fallback}, which rollback.fallback names` }]
    : [];
  return move(input, 'rollback', percent(0), [...harm, ...named]);
}

/**
 * What is done about checks that contain and prove nothing against the candidate, and about a brake that no person has taken off.
 * Undefined: nothing brakes.
 */
export function decideContained(
  input: BrakingInput,
  assessment: Assessment | undefined,
): Decision | undefined {
  if (isStopped(input)) return undefined;
  const soft = (assessment?.checks ?? []).filter(
    ({ verdict, gating, brake }) => verdict === 'fail' && gating && (brake === 'reduce' || brake === 'pause'),
  );
  const told = soft.map(({ sentence }): Reason => ({ code: 'CHECK_INCONCLUSIVE', text: sentence }));
  const { weight, steps } = input.release.spec.rollout;
  const first = steps[0]?.weight ?? weight;
  if (hardest(soft) === 'reduce' && first < weight && !input.unwritable) {
    const text = `exposure is cut to ${formatPercent(first)}, and a person decides: ${HOW_TO_GO_ON}`;
    return move(input, 'reduce', first, [{ code: EXPOSURE_REDUCED, text }, ...told]);
  }
  if (isInForce(input)) return holdBraked(input, assessment, told);
  if (soft.length === 0 || input.release.spec.rollout.paused) return undefined;
  const text = `stays at ${formatPercent(weight)}, and a person decides: ${HOW_TO_GO_ON}`;
  const cannot = input.unwritable ? [input.unwritable] : [];
  return {
    ...stay(input, 'pause', PAUSED_BY_CHECK, text),
    reasons: [{ code: PAUSED_BY_CHECK, text }, ...cannot, ...told],
  };
}

/** The brakes of failing checks that do not stand in the manifest. A restored version goes back, or is told of, by rules of its own. */
export function tierBrakes({
  release,
  assessment,
  state,
}: BrakingInput & { readonly assessment: Assessment | undefined }): readonly Reason[] {
  const { byTier } = release;
  if (!byTier || lookedAfter(state)?.kind === 'restored') return [];
  const failing = (assessment?.checks ?? []).filter(
    ({ verdict, gating, action }) => verdict === 'fail' && (gating || action === 'notify'),
  );
  return failing
    .filter(({ name }) => brakesByTier(release, name))
    .map(({ name, brake }) => ({
      code: 'BRAKE_OF_TIER',
      text: `${name}: tier ${byTier.tier} asks for ${brake}, since the check has no onFail`,
    }));
}

const HOW_TO_GO_ON =
  'edit the manifest to go on (what the check asks, or its onFail), take the candidate out, or roll back';

/** What is said in every tick until a person has decided. */
function holdBraked(
  input: BrakingInput,
  assessment: Assessment | undefined,
  told: readonly Reason[],
): Decision {
  const { braked } = input.state;
  const at = formatPercent(input.release.spec.rollout.weight);
  const since = formatInstant(braked?.at ?? input.now);
  const first: Reason =
    braked?.code === STEP_DOWN
      ? {
          code: 'NOT_RAISED',
          text: `was taken down to ${at} at ${since} because harm was proven. The checks do not prove it now, and it goes up again only when a person edits the manifest`,
        }
      : {
          code: braked?.code ?? PAUSED_BY_CHECK,
          text: `stays at ${at} since ${since}, and a person decides: ${HOW_TO_GO_ON}`,
        };
  const open = assessment ? unprovenReasons(assessment).filter((one) => !isAmong(told, one)) : [];
  return { ...stay(input, 'hold', first.code, first.text), reasons: [first, ...told, ...open] };
}

function isAmong(reasons: readonly Reason[], { text }: Reason): boolean {
  return reasons.some((one) => one.text === text);
}

/** Why a step down is not enough any more, or cannot be had. */
function whyAtOnce(input: BrakingInput, rollout: Rollout, assessment: Assessment): Reason | undefined {
  const { release, state, unwritable } = input;
  if (unwritable) return unwritable;
  const recorded = recordedWeight(rollout).weight;
  const { weight } = release.spec.rollout;
  const [good] = state.good;
  // Whatever a person changed under way, nobody knows any more what a step down would be.
  if (weight !== recorded)
    return {
      code: 'WEIGHT_CHANGED_BY_HAND',
      text: `rollout.weight is ${weight}, the records say ${recorded}`,
    };
  if (good && !sameVersion(good.ref, versionRef(release.spec.stable)))
    return {
      code: 'STABLE_CHANGED_BY_HAND',
      text: `stable is ${release.spec.stable.version}, the records say ${good.ref.version}`,
    };
  const before = state.braked?.failedBefore;
  if (!before) return undefined;
  const fresh = failing(assessment).find(({ name }) => !before.includes(name));
  if (fresh)
    return { code: 'GOT_WORSE', text: `it got worse: ${fresh.name} did not fail at the last step down` };
  const { lowered } = assessment;
  if (!lowered || lowered.logHarm < lowered.threshold) return undefined;
  return {
    code: 'NOT_HELPED',
    text: 'the step down did not help: what was seen since then, at the lower weight alone, proves harm as well, so every is not waited for',
  };
}

/** The checks that prove harm. */
function failing({ checks }: Assessment): readonly CheckAssessment[] {
  return checks.filter(
    ({ verdict, gating, action }) => verdict === 'fail' && gating && action === 'rollback',
  );
}

function hardest(checks: readonly CheckAssessment[]): Brake | undefined {
  return checks
    .map(({ brake }) => brake)
    .reduce<Brake | undefined>((most, brake) => (most ? harder(most, brake) : brake), undefined);
}

function stepBelow({ release }: BrakingInput): Percent | undefined {
  const { steps, weight } = release.spec.rollout;
  return steps.findLast((step) => step.weight < weight)?.weight;
}

/** How long a weight is stayed on, on the way down. */
function stayOnStep(release: Release): Millis {
  return release.spec.rollback?.every ?? millis(2 * healthSettings(release).tick);
}

/** No person has edited the manifest since the brake was put on. */
function isInForce({ state, manifest }: BrakingInput): boolean {
  return state.braked?.manifest === manifest;
}

/** A person has paused the rollout after the brake was put on. */
function isStopped(input: BrakingInput): boolean {
  return input.release.spec.rollout.paused === true && input.state.braked !== undefined && !isInForce(input);
}
