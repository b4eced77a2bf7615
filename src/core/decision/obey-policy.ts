import type { Assessment } from '../analysis/assessment.ts';
import { checkFloor, describeFinding, mustHaveSamples, timeToRise } from '../manifest/floor-rules.ts';
import { findFreeze } from '../manifest/freeze.ts';
import {
  describeIdle,
  type JudgedOverride,
  judgeOverrides,
  overrideOf,
  type Policy,
} from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { formatLocal } from '../manifest/time-zone.ts';
import type { PolicyRule } from '../manifest/waiver-schema.ts';
import { type Rollout, recordedWeight } from '../plan/rollout.ts';
import { after, elapsed, formatDuration, formatPercent, type Instant } from '../units.ts';
import { type Decision, goesUp, type Reason, type ReasonCode } from './decision.ts';

/** What a decision is held against. */
export interface PolicyInput {
  readonly release: Release;
  readonly state: { readonly rollout: Rollout | undefined };
  readonly assessment: Assessment | undefined;
  readonly policy?: Policy | undefined;
  readonly now: Instant;
}

/**
 * A decision as far as the policy lets it go: what would go up holds, with all that stands in its way. Whatever takes a candidate
 * back, or writes down what is there already, is none of the policy's business. A hold says as well when a manifest undercuts it,
 * since no later tick mends that.
 */
export function obeyPolicy(input: PolicyInput, decision: Decision): Decision {
  const { release, policy } = input;
  const isUp = goesUp(decision);
  if (!policy || !release.spec.candidate || !(isUp || decision.kind === 'hold')) return decision;
  const overrides = judgeOverrides(policy, release, input.now);
  const obstacles = isUp
    ? [
        ...findViolations(policy, release),
        ...findFrozen(policy, input.now),
        ...findHaste(policy, input, decision),
        ...findFewSamples(policy, input, decision),
      ]
    : [...findViolations(policy, release)];
  const reasons = obstacles.map((obstacle) => judge(obstacle, policy, overrides));
  const [first, ...rest] = reasons.filter(({ code }) => code !== 'OVERRIDE_USED');
  if (!first) return isUp ? { ...decision, reasons: [...decision.reasons, ...reasons] } : decision;
  if (!isUp) return { ...decision, reasons: [...decision.reasons, first, ...rest] };
  return { kind: 'hold', from: decision.from, to: decision.from, reasons: [first, ...rest] };
}

/** Something that keeps a decision from going up, unless it is overridden. */
interface Obstacle {
  readonly code: ReasonCode;
  readonly text: string;
  /** Undefined: no override helps. */
  readonly rule: PolicyRule | undefined;
}

/** What an obstacle comes to, given the overrides: a reason to hold, or one that says by whose word it does not. */
function judge({ code, text, rule }: Obstacle, policy: Policy, overrides: readonly JudgedOverride[]): Reason {
  const judged = rule && overrideOf(overrides, rule);
  if (!judged) return { code, text };
  if (judged.idle) return { code, text: `${text}; ${describeIdle(policy, judged)}` };
  const { owner, until, reason } = judged.override;
  return {
    code: 'OVERRIDE_USED',
    text: `${text}, set aside by the override of ${rule} of ${owner} until ${until}: ${reason}`,
  };
}

function* findViolations(policy: Policy, release: Release): Iterable<Obstacle> {
  for (const finding of checkFloor(policy, release))
    if (finding.severity !== 'warning')
      yield { code: 'POLICY_VIOLATED', text: describeFinding(finding), rule: finding.rule };
}

function* findFrozen({ freezes, timeZone }: Policy, now: Instant): Iterable<Obstacle> {
  const frozen = findFreeze(freezes, timeZone, now);
  if (!frozen) return;
  const text = `frozen by ${frozen.name} until ${formatLocal(timeZone, frozen.until)}`;
  yield { code: 'FROZEN', text, rule: 'freeze' };
}

/** Steps may have been edited since the weight was written: what counts is the time since then. */
function* findHaste(
  { tier }: Policy,
  { state, now }: PolicyInput,
  { kind, to }: Decision,
): Iterable<Obstacle> {
  const rate = tier?.floor?.weightPerHour;
  if (!tier || rate === undefined || kind !== 'advance' || !state.rollout) return;
  const { weight, at } = recordedWeight(state.rollout);
  const from = after(at, timeToRise(to - weight, rate));
  if (now >= from) return;
  const text = `holds at ${formatPercent(weight)} for another ${formatDuration(elapsed(now, from))}: tier ${tier.name} lets the weight rise by ${rate} points per hour`;
  yield { code: 'RISE_TOO_FAST', text, rule: 'weight-per-hour' };
}

/** A step is left on evidence that rests on so many events, by each check that the rollout waits for. */
function* findFewSamples(
  { tier }: Policy,
  { release, assessment }: PolicyInput,
  { kind }: Decision,
): Iterable<Obstacle> {
  const least = tier?.floor?.samples;
  if (!tier || least === undefined || kind === 'start') return;
  for (const check of release.spec.health.checks) {
    if (!mustHaveSamples(check)) continue;
    const evidence = assessment?.checks.find(({ name }) => name === check.name)?.evidence;
    const seen = evidence?.kind === 'judged' ? evidence.exposure : 0;
    if (seen >= least) continue;
    const text = `${check.name}: ${Math.floor(seen)} events of the candidate in this step, and tier ${tier.name} asks for ${least}`;
    yield { code: 'SAMPLES_MISSING', text, rule: 'samples' };
  }
}
