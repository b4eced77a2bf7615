import * as z from 'zod';
import type { Millis, Percent } from '../units.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { valueAt } from './describe-value.ts';
import {
  type CheckSpec,
  type Release,
  type RollbackSpec,
  releaseSchema,
  type TargetSpec,
  type VersionSpec,
} from './release-schema.ts';
import { schemaAt } from './schema-at.ts';
import type { WaiverSpec } from './waiver-schema.ts';

/**
 * What of a manifest is sound, whatever else is wrong with it: the rules that can run on this do run, so that all problems
 * come at once. A part that is undefined is absent or has a problem of its own.
 */
export interface Draft {
  readonly name: string | undefined;
  readonly stable: VersionDraft;
  /** Undefined: the release is settled. */
  readonly candidate: VersionDraft | undefined;
  readonly weight: Percent | undefined;
  readonly steps: readonly StepDraft[];
  readonly deadline: Millis | undefined;
  readonly watch: Millis | undefined;
  readonly verify: Millis | undefined;
  readonly mode: RollbackSpec['mode'] | undefined;
  readonly every: Millis | undefined;
  /** Name of the version to fall back to. */
  readonly fallback: string | undefined;
  readonly tick: Millis | undefined;
  readonly ingestDelay: Millis | undefined;
  readonly noDataDeadline: Millis | undefined;
  readonly checks: readonly CheckDraft[];
  readonly targets: readonly (TargetSpec | undefined)[];
  readonly owners: readonly string[];
  readonly dependsOn: readonly string[];
  readonly runbook: string | undefined;
  readonly waivers: readonly (WaiverSpec | undefined)[];
}

/** The parts of a version that rules compare. */
export type VersionDraft = {
  readonly [Key in 'version' | 'backend' | 'artifacts' | 'contract' | 'compat' | 'alsoWorksWith']?:
    | VersionSpec[Key]
    | undefined;
};
/** A step, part by part. */
export interface StepDraft {
  readonly weight: Percent | undefined;
  readonly hold: Millis | undefined;
}
/** A check; its name and provider may be sound when the rest is not. */
export interface CheckDraft {
  readonly name: string | undefined;
  readonly provider: string | undefined;
  /** The whole check. */
  readonly spec: CheckSpec | undefined;
}

/** A manifest without problems of shape. */
export function draftOf({ metadata, spec }: Release): Draft {
  const { rollout, health } = spec;
  return {
    name: metadata.name,
    stable: spec.stable,
    candidate: spec.candidate,
    weight: rollout.weight,
    steps: rollout.steps,
    deadline: rollout.deadline,
    watch: rollout.watch,
    verify: spec.rollback?.verify,
    mode: spec.rollback?.mode,
    every: spec.rollback?.every,
    fallback: spec.rollback?.fallback,
    tick: health.tick,
    ingestDelay: health.ingestDelay,
    noDataDeadline: health.noDataDeadline,
    checks: health.checks.map((check) => ({ name: check.name, provider: check.provider, spec: check })),
    targets: spec.targets,
    owners: metadata.owners ?? [],
    dependsOn: metadata.dependsOn ?? [],
    runbook: metadata.runbook,
    waivers: spec.waivers ?? [],
  };
}

/** The sound parts of a manifest that has problems of shape. */
export function salvageDraft(source: YamlSource): Draft {
  const part = <T>(...path: YamlPath): T | undefined => soundPart<T>(source, path);
  const indexes = (...path: YamlPath): readonly number[] => {
    const list = valueAt(source.value, path);
    return Array.isArray(list) ? [...list.keys()] : [];
  };
  const version = (role: 'stable' | 'candidate'): VersionDraft => ({
    version: part('spec', role, 'version'),
    backend: part('spec', role, 'backend'),
    artifacts: part('spec', role, 'artifacts'),
    contract: part('spec', role, 'contract'),
    compat: part('spec', role, 'compat'),
    alsoWorksWith: part('spec', role, 'alsoWorksWith'),
  });
  return {
    name: part('metadata', 'name'),
    stable: version('stable'),
    candidate: valueAt(source.value, ['spec', 'candidate']) === undefined ? undefined : version('candidate'),
    weight: part('spec', 'rollout', 'weight'),
    steps: indexes('spec', 'rollout', 'steps').map((index) => ({
      weight: part('spec', 'rollout', 'steps', index, 'weight'),
      hold: part('spec', 'rollout', 'steps', index, 'hold'),
    })),
    deadline: part('spec', 'rollout', 'deadline'),
    watch: part('spec', 'rollout', 'watch'),
    verify: part('spec', 'rollback', 'verify'),
    mode: part('spec', 'rollback', 'mode'),
    every: part('spec', 'rollback', 'every'),
    fallback: part('spec', 'rollback', 'fallback'),
    tick: part('spec', 'health', 'tick'),
    ingestDelay: part('spec', 'health', 'ingestDelay'),
    noDataDeadline: part('spec', 'health', 'noDataDeadline'),
    checks: indexes('spec', 'health', 'checks').map((index) => ({
      name: part('spec', 'health', 'checks', index, 'name'),
      provider: part('spec', 'health', 'checks', index, 'provider'),
      spec: part('spec', 'health', 'checks', index),
    })),
    targets: indexes('spec', 'targets').map((index) => part('spec', 'targets', index)),
    owners: part('metadata', 'owners') ?? [],
    dependsOn: part('metadata', 'dependsOn') ?? [],
    runbook: part('metadata', 'runbook'),
    waivers: indexes('spec', 'waivers').map((index) => part('spec', 'waivers', index)),
  };
}

function soundPart<T>(source: YamlSource, path: YamlPath): T | undefined {
  const value = valueAt(source.value, path);
  const schema = value === undefined ? undefined : schemaAt(releaseSchema(), path, source.value);
  if (!schema) return undefined;
  const result = z.safeParse(schema, value, { jitless: true });
  // The schema at this path is the one whose output T is; the caller names both.
  return result.success ? (result.data as T) : undefined;
}
