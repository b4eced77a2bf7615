import type { Foresight } from '../core/analysis/foresee.ts';
import type { FileEdit } from '../core/change/change.ts';
import type { Reason } from '../core/decision/decision.ts';
import type { Problem } from '../core/errors.ts';
import type { TierBrakes } from '../core/manifest/brake.ts';
import { brakeIn } from '../core/manifest/brake-in.ts';
import { orderOfReleases } from '../core/manifest/order-of-releases.ts';
import {
  DEFAULT_ZONE,
  describeIdle,
  type JudgedOverride,
  judgeOverrides,
  type Policy,
  policyFor,
} from '../core/manifest/policy.ts';
import type { Release, StepSpec } from '../core/manifest/release-schema.ts';
import { brakesByTier } from '../core/manifest/tier-brakes.ts';
import type { Calendar } from '../core/plan/calendar.ts';
import { findStanding, type Standing } from '../core/plan/rollout.ts';
import { type Instant, type Millis, millis, type Percent } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import { foreseeRelease } from './foresee.ts';
import { planDates } from './plan-dates.ts';
import type { Providers } from './providers.ts';
import { readTargets, renderTargets } from './render-targets.ts';
import { type ValidateOptions, type Validation, validate } from './validate.ts';

/** A declared step and when it can be entered at the earliest. */
export interface PlannedStep {
  readonly step: StepSpec;
  /** Time since the start of the rollout: the holds before it. */
  readonly earliest: Millis;
}

/** What would happen to one release, step by step. */
export interface ReleasePreview {
  readonly name: string;
  readonly path: string;
  readonly stable: string;
  readonly candidate: string | undefined;
  /** Releases that it needs, as the manifest names them. */
  readonly dependsOn: readonly string[];
  /** The oldest version of other releases that its newest version works with, by name. */
  readonly needs: Readonly<Record<string, string>>;
  readonly weight: Percent;
  readonly standing: Standing | undefined;
  readonly steps: readonly PlannedStep[];
  /** All holds together: promoted no sooner than this after the start. */
  readonly total: Millis;
  readonly deadline: Millis;
  /** What keeps it from going up until somebody acts; no date can be told then. Empty: nothing, or nobody said what time it is. */
  readonly stops?: readonly Reason[];
  /** The earliest moments, where freezes or what it depends on have a say in them. */
  readonly calendar?: Calendar;
  /** Overrides of the policy that the manifest brings, and whether each counts now. */
  readonly overrides?: readonly string[];
  /** Brakes of checks that its tier asks for, since the checks say nothing. */
  readonly brakes?: readonly string[];
  /** What must change in the target files so that they say what the manifest says now. */
  readonly corrections: readonly FileEdit[];
  /** The step that comes next, and what it would change in the target files; undefined: there is none, or no candidate. */
  readonly nextStep: { readonly weight: Percent; readonly edits: readonly FileEdit[] } | undefined;
  /** How long its steps would take; only when metrics were asked. */
  readonly foresight?: Foresight;
}

export interface Preview {
  readonly releases: readonly ReleasePreview[];
  /** All releases in the order in which they are rolled out, where one depends on another; else empty. */
  readonly order: readonly string[];
  /** Names of all releases that could be read, chosen or not. */
  readonly known: readonly string[];
  readonly problems: readonly Problem[];
  /** In which people are told of moments. */
  readonly timeZone: string;
}

/** Whom to ask about the traffic, and as of when. */
export interface TrafficSource {
  readonly providers: Providers;
  readonly now: Instant;
}

export interface PlanOptions extends ValidateOptions {
  /** Names of the releases; all when empty. */
  readonly only: readonly string[];
  /** Without it no metric is looked at. */
  readonly traffic?: TrafficSource;
}

/** What the releases of a directory would do. */
export async function plan(files: FileSource, options: PlanOptions): Promise<Preview> {
  const validation = await validate(files, options);
  const chosen = validation.releases.filter(
    ({ release }) => options.only.length === 0 || options.only.includes(release.metadata.name),
  );
  const { traffic } = options;
  const { config } = validation;
  const dates = options.now === undefined ? undefined : planDates(validation, options.now);
  const releases = await Promise.all(
    chosen.map(async (file): Promise<ReleasePreview> => {
      const { release, state } = file;
      const previewed = {
        ...(await previewRelease(files, file)),
        ...dates?.get(release.metadata.name),
        ...overridesOf(file, validation, options.now),
      };
      if (!traffic) return previewed;
      const question = { release, rollout: state.rollout, now: traffic.now, carried: state.carried, config };
      return { ...previewed, foresight: await foreseeRelease(traffic.providers, question) };
    }),
  );
  const { dependencies } = validation;
  return {
    releases,
    order: [...dependencies.values()].some(({ length }) => length > 0)
      ? orderOfReleases(dependencies).order
      : [],
    known: validation.releases.map(({ release }) => release.metadata.name),
    timeZone: config?.timeZone ?? DEFAULT_ZONE,
    problems: [...validation.problems, ...(traffic?.providers.problems() ?? [])],
  };
}

/** What becomes of the overrides of the policy that a manifest brings. */
export function overridesOf(
  { release }: Validation['releases'][number],
  { config }: Validation,
  now: Instant | undefined,
): Pick<ReleasePreview, 'overrides'> {
  if (!config || now === undefined) return {};
  const policy = policyFor(config, release);
  const overrides = judgeOverrides(policy, release, now);
  return overrides.length > 0 ? { overrides: overrides.map((one) => describeOverride(policy, one)) } : {};
}

function describeOverride(policy: Policy, judged: JudgedOverride): string {
  const { owner, until, reason } = judged.override;
  const counts = judged.idle ? '' : ` until ${until}, by ${owner}: ${reason}`;
  return `${describeIdle(policy, judged)}${counts}`;
}

/** What one release of a validation would do; no metric is looked at. */
export async function previewRelease(
  files: FileSource,
  file: Validation['releases'][number],
): Promise<ReleasePreview> {
  const { release, path, state } = file;
  const { spec } = release;
  const texts = await readTargets(files.read, release);
  let total = millis(0);
  const steps = spec.rollout.steps.map((step): PlannedStep => {
    const earliest = total;
    total = millis(total + step.hold);
    return { step, earliest };
  });
  const standing = state.rollout ? findStanding(release, state.rollout) : undefined;
  const next = spec.candidate && (standing ? standing.next : spec.rollout.steps[0]);
  return {
    name: release.metadata.name,
    path,
    stable: spec.stable.version,
    candidate: spec.candidate?.version,
    dependsOn: release.metadata.dependsOn ?? [],
    needs: (spec.candidate ?? spec.stable).needs ?? {},
    weight: spec.rollout.weight,
    standing,
    steps,
    total,
    deadline: spec.rollout.deadline,
    ...(release.byTier && { brakes: describeTierBrakes(release, release.byTier) }),
    corrections: changed(renderTargets(release, spec.rollout.weight, texts).edits),
    nextStep: next && {
      weight: next.weight,
      edits: changed(renderTargets(release, next.weight, texts).edits),
    },
  };
}

function describeTierBrakes(release: Release, { tier }: TierBrakes): readonly string[] {
  return release.spec.health.checks
    .filter(({ name }) => brakesByTier(release, name))
    .map((check) => `${check.name}: when it fails ${brakeIn(check, release)}, as tier ${tier} asks for`);
}

function changed(edits: readonly FileEdit[]): readonly FileEdit[] {
  return edits.filter((edit) => edit.before !== edit.after);
}
