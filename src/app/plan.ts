import type { FileEdit } from '../core/change/change.ts';
import type { Problem } from '../core/errors.ts';
import type { StepSpec } from '../core/manifest/release-schema.ts';
import { findStanding, type Standing } from '../core/plan/rollout.ts';
import { type Millis, millis, type Percent } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
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
  readonly weight: Percent;
  readonly standing: Standing | undefined;
  readonly steps: readonly PlannedStep[];
  /** All holds together: promoted no sooner than this after the start. */
  readonly total: Millis;
  readonly deadline: Millis;
  /** What must change in the target files so that they say what the manifest says now. */
  readonly corrections: readonly FileEdit[];
  /** What the first step would change in the target files. */
  readonly firstStep: readonly FileEdit[];
}

export interface Preview {
  readonly releases: readonly ReleasePreview[];
  readonly problems: readonly Problem[];
}

/** What the releases of a directory would do, without looking at any metric. */
export async function plan(
  files: FileSource,
  options: ValidateOptions & { readonly only: readonly string[] },
): Promise<Preview> {
  const validation = await validate(files, options);
  const chosen = validation.releases.filter(
    ({ release }) => options.only.length === 0 || options.only.includes(release.metadata.name),
  );
  return {
    releases: await Promise.all(chosen.map((file) => preview(files, file))),
    problems: validation.problems,
  };
}

async function preview(files: FileSource, file: Validation['releases'][number]): Promise<ReleasePreview> {
  const { release, path, state } = file;
  const { spec } = release;
  const texts = await readTargets(files.read, release);
  let total = millis(0);
  const steps = spec.rollout.steps.map((step): PlannedStep => {
    const earliest = total;
    total = millis(total + step.hold);
    return { step, earliest };
  });
  const first = spec.rollout.steps[0];
  return {
    name: release.metadata.name,
    path,
    stable: spec.stable.version,
    candidate: spec.candidate?.version,
    weight: spec.rollout.weight,
    standing: state.rollout ? findStanding(release, state.rollout) : undefined,
    steps,
    total,
    deadline: spec.rollout.deadline,
    corrections: changed(renderTargets(release, spec.rollout.weight, texts).edits),
    firstStep: spec.candidate && first ? changed(renderTargets(release, first.weight, texts).edits) : [],
  };
}

function changed(edits: readonly FileEdit[]): readonly FileEdit[] {
  return edits.filter((edit) => edit.before !== edit.after);
}
