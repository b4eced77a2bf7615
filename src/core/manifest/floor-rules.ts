import { formatDuration, formatPercent, type Millis, millis } from '../units.ts';
import { formatPath } from '../yaml/yaml-path.ts';
import { brakesKeep } from './brake-floor.ts';
import { isAskedAs, isGate } from './brake-in.ts';
import { NOTHING_GATES, UNGATED } from './check-rules.ts';
import { CONFIG_PATH } from './config-schema.ts';
import { healthSettings } from './defaults.ts';
import { expandCheck } from './expand-check.ts';
import { longestWeekly } from './freeze.ts';
import type { Policy } from './policy.ts';
import { below, type FloorInput, type PolicyFinding } from './policy-finding.ts';
import { unknownTier } from './policy-rules.ts';
import type { TierSpec } from './policy-schema.ts';
import type { CheckSpec, Release } from './release-schema.ts';
import { brakesByTier } from './tier-brakes.ts';

const STEPS = ['spec', 'rollout', 'steps'] as const;
const HEALTH = ['spec', 'health'] as const;
const HOUR = 3_600_000;

/** Everything in which a manifest undercuts the tier that it names. Errors, but for what only may go wrong. */
export function checkFloor(policy: Policy, release: Release): readonly PolicyFinding[] {
  const { tier, tiers, source } = policy;
  if (!tier && tiers.length === 0) return [...freezesFit(policy, release)];
  if (!tier)
    return [
      {
        code: 'TIER_MISSING',
        rule: undefined,
        path: ['spec'],
        what: 'key',
        message: `names no tier; add tier: ${tiers.join(' or tier: ')}, or name a defaultTier in ${source}`,
      },
    ];
  if (!tier.floor) {
    const message = unknownTier(tier.name, tiers, source);
    return [{ code: 'TIER_UNKNOWN', rule: undefined, path: ['spec', 'tier'], message }];
  }
  const input: FloorInput = { release, floor: tier.floor, whose: `tier ${tier.name} of ${source}` };
  return [
    ...stepsKeep(input),
    ...approvalsKeep(input),
    ...risesKeep(input),
    ...ratesKeep(input),
    ...checksKeep(input),
    ...defaultsLeaveGates(input),
    ...brakesKeep(input),
    ...samplesCanBeSeen(input),
    ...candidateKeeps(input),
    ...runbookIsThere(input),
    ...freezesFit(policy, release),
  ];
}

/** A finding in one line, with its place in the manifest: `spec.rollout.steps[0].weight: 10 is above …`. */
export function describeFinding({ path, message }: PolicyFinding): string {
  return `${formatPath(path)}: ${message}`;
}

function* stepsKeep({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  const { steps } = release.spec.rollout;
  const [first] = steps;
  if (first && floor.firstWeight !== undefined && first.weight > floor.firstWeight)
    yield below(
      [...STEPS, 0, 'weight'],
      `${first.weight} is above the first weight ${floor.firstWeight} that ${whose} allows; write ${floor.firstWeight} or less, or put a step before it`,
    );
  for (const [index, { hold }] of steps.entries()) {
    const isBake = index === steps.length - 1;
    const least = isBake ? longer(floor.bake, floor.hold) : floor.hold;
    if (least === undefined || hold >= least) continue;
    const what = isBake && least === floor.bake ? 'bake' : 'hold';
    yield below(
      [...STEPS, index, 'hold'],
      `${formatDuration(hold)} is below the ${what} of ${formatDuration(least)} that ${whose} asks for; write ${formatDuration(least)} or more`,
    );
  }
}

function longer(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function* approvalsKeep({ release, floor: { approval }, whose }: FloorInput): Iterable<PolicyFinding> {
  if (approval === undefined) return;
  for (const [index, step] of release.spec.rollout.steps.entries())
    if (step.weight >= approval && step.approval !== 'required')
      yield below(
        [...STEPS, index],
        `the step to ${formatPercent(step.weight)} needs a person, for ${whose} asks for that from ${formatPercent(approval)} on; add approval: required`,
      );
}

function* risesKeep({ release, floor: { weightPerHour }, whose }: FloorInput): Iterable<PolicyFinding> {
  if (weightPerHour === undefined) return;
  const { steps } = release.spec.rollout;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (!next) continue;
    const least = timeToRise(next.weight - step.weight, weightPerHour);
    if (step.hold < least)
      yield below(
        [...STEPS, index, 'hold'],
        `${formatDuration(step.hold)} is too short before ${formatPercent(next.weight)}: ${whose} lets the weight rise by ${weightPerHour} points per hour; hold it for ${formatDuration(least)}, or put a step between`,
        'weight-per-hour',
      );
  }
}

/** How long a weight must be held before it may rise by so many points; whole seconds. */
export function timeToRise(points: number, weightPerHour: number): Millis {
  return millis(Math.max(0, Math.ceil(((points / weightPerHour) * HOUR) / 1000 - 1e-6) * 1000));
}

function* ratesKeep({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  const settings = healthSettings(release);
  const bounds = [
    { key: 'falseRollbackRate', bound: floor.falseRollbackRate, side: 'above' },
    { key: 'falseRollbackRate', bound: floor.minFalseRollbackRate, side: 'below' },
    { key: 'falseAdvanceRate', bound: floor.falseAdvanceRate, side: 'above' },
  ] as const;
  for (const { key, bound, side } of bounds) {
    const rate = settings[key];
    if (bound === undefined || (side === 'above' ? rate <= bound : rate >= bound)) continue;
    const isDefault = release.spec.health[key] === undefined;
    yield below(
      [...HEALTH, key],
      `${formatPercent(rate * 100)}${isDefault ? ', the default,' : ''} is ${side} the ${formatPercent(bound * 100)} that ${whose} ${side === 'above' ? 'allows' : 'asks for'}; write ${key}: ${formatPercent(bound * 100)}`,
    );
  }
}

function* checksKeep({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  const gates = release.spec.health.checks.filter(isGate);
  for (const kind of floor.checks ?? [])
    if (!gates.some((check) => isAskedAs(check, kind)))
      yield below(
        [...HEALTH, 'checks'],
        `no required check of kind ${kind}, which ${whose} asks for${boundsAmong(gates, kind)}; add one, without required: false and onFail: notify`,
        'tier',
        'key',
      );
  const providers = new Set(gates.map(({ provider }) => provider));
  const names = [...providers].join(', ');
  const asked = `the required checks ask ${providers.size === 0 ? 'no provider' : `${providers.size} provider${providers.size === 1 ? '' : 's'} (${names})`}`;
  if (floor.providers !== undefined && providers.size < floor.providers)
    yield below(
      [...HEALTH, 'checks'],
      `${asked}, and ${whose} asks for ${floor.providers}. What counts is each provider of ${CONFIG_PATH} that a check names which is required and does more than notify: name another one in such a check, or in a copy of one, and add it under providers there when there is none`,
      'tier',
      'key',
    );
}

/** Comparisons with stable in whose place people may have written a fixed bound. */
const COMPARED: ReadonlySet<string> = new Set(['errors', 'proportion', 'latency']);

/** What may look like the check that is missing, and is not. */
function boundsAmong(gates: readonly CheckSpec[], missing: CheckSpec['kind']): string {
  const bounds = gates.filter(({ kind }) => kind === 'limit' || kind === 'threshold');
  if (bounds.length === 0 || !COMPARED.has(missing)) return '';
  return ` (${bounds.map(({ name, kind }) => `${name}, a ${kind},`).join(' ')} is held to a fixed bound and compared with nothing)`;
}

/** What the manifest left open may all have become notices by the tier; without a tier the rules of manifests ask the same. */
function* defaultsLeaveGates({ release, whose }: FloorInput): Iterable<PolicyFinding> {
  const { checks } = release.spec.health;
  const isLeftToTier = checks.some(({ name, required }) => required !== false && brakesByTier(release, name));
  if (!isLeftToTier || checks.some(isGate)) return;
  yield {
    code: NOTHING_GATES,
    severity: 'warning',
    rule: undefined,
    path: [...HEALTH, 'checks'],
    what: 'key',
    message: `${UNGATED}. By ${whose} checks without an onFail notify; write one, such as onFail: rollback, into a check`,
  };
}

/** Kinds whose evidence is no count of events. */
const COUNTLESS: ReadonlySet<string> = new Set(['threshold', 'gauge', 'rate']);

/** Whether a check counts events of the candidate, and the rollout waits for it. */
export function mustHaveSamples(check: CheckSpec): boolean {
  if (!isGate(check) || check.kind === 'threshold') return false;
  return !COUNTLESS.has(expandCheck(check).kind);
}

function* samplesCanBeSeen({ release, floor: { samples }, whose }: FloorInput): Iterable<PolicyFinding> {
  if (samples === undefined || release.spec.health.checks.some(mustHaveSamples)) return;
  yield below(
    [...HEALTH, 'checks'],
    `no required check counts events, and ${whose} asks for ${samples} of the candidate in each step; add one that does, such as kind proportion`,
    'samples',
    'key',
  );
}

/** Each part of provenance as it may be written: a commit, a digest, a line of text, a whole number. */
const PROVENANCE: Readonly<Record<NonNullable<TierSpec['provenance']>[number], string>> = {
  code: 'code: 9fceb02',
  data: 'data: "sha256:<64 hex digits>"',
  run: 'run: "mlflow:/runs/41d0"',
  seed: 'seed: 7',
};

function* candidateKeeps({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  const { candidate } = release.spec;
  if (!candidate) return;
  const path = ['spec', 'candidate'];
  const missing = (floor.provenance ?? []).filter((key) => candidate.provenance?.[key] === undefined);
  if (missing.length > 0)
    yield {
      code: 'ML-03',
      rule: 'tier',
      path: candidate.provenance ? [...path, 'provenance'] : path,
      what: 'key',
      message: `provenance must name ${missing.join(', ')}, for ${whose} asks for it; say where ${candidate.version} comes from, e.g. provenance: {${missing.map((key) => PROVENANCE[key]).join(', ')}}`,
    };
  if (floor.contract && candidate.contract === undefined)
    yield below(
      path,
      `contract is missing, and ${whose} asks for it; name the schemas of what ${candidate.version} takes and gives: contract: {input: …, output: …}`,
      'tier',
      'key',
    );
  if (floor.summary && candidate.summary === undefined)
    yield below(
      path,
      `summary is missing, and ${whose} asks for it; say in one line what is new in ${candidate.version}`,
      'tier',
      'key',
    );
}

function* runbookIsThere({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  if (floor.runbook === undefined || release.metadata.runbook !== undefined) return;
  yield below(
    ['metadata'],
    `runbook is missing, and ${whose} asks for one; name the file that says what to do when it goes wrong`,
    'tier',
    'key',
  );
}

/** A rollout that meets a freeze may end before its deadline all the same. */
function* freezesFit({ freezes, source }: Policy, { spec }: Release): Iterable<PolicyFinding> {
  const longest = longestWeekly(freezes);
  if (!longest) return;
  const { steps, deadline } = spec.rollout;
  const total = steps.reduce((sum, { hold }) => sum + hold, 0) + longest.length;
  if (total <= deadline) return;
  yield {
    code: 'DEADLINE_TOO_SHORT',
    severity: 'warning',
    rule: 'freeze',
    path: ['spec', 'rollout', 'deadline'],
    message: `${formatDuration(deadline)} is shorter than the holds and freeze ${longest.name} of ${source} together, ${formatDuration(millis(total))}; a healthy rollout that meets it would be paused. Write that much or more`,
  };
}
