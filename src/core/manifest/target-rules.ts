import { quote } from '../yaml/yaml-path.ts';
import type { TargetSpec } from './release-schema.ts';
import type { Rule } from './rule.ts';

/** Two targets may not write the same split. */
export const targetsDiffer: Rule = function* ({ draft: { targets } }) {
  for (const [index, target] of targets.entries()) {
    const first = targets.findIndex((other) => target && other && sharesResource(other, target));
    if (target && first >= 0 && first < index)
      yield {
        code: 'TARGET_DUPLICATE',
        path: ['spec', 'targets', index],
        message: `${describeTarget(target)} is targets[${first}] already; keep one of them`,
      };
  }
};

/** The artifact that a target serves is part of both versions. */
export const servedArtifactsExist: Rule = function* ({ draft: { targets, stable, candidate } }) {
  for (const [index, target] of targets.entries()) {
    if (target?.kind !== 'kserve') continue;
    const name = target.artifact ?? 'model';
    for (const [role, version] of [
      ['stable', stable],
      ['candidate', candidate],
    ] as const) {
      const artifacts = version?.artifacts;
      if (!artifacts || Object.hasOwn(artifacts, name)) continue;
      yield {
        code: 'ARTIFACT_MISSING',
        path: ['spec', 'targets', index, ...(target.artifact === undefined ? [] : ['artifact'])],
        message: `${role} has no artifact ${quote(name)} for this target to serve, only ${Object.keys(artifacts).join(', ')}; add it, or name another as artifact`,
      };
    }
  }
};

/** Every step can be written into every target: what cannot would be found out when the step is due. */
export const stepsAreExpressible: Rule = function* ({ draft: { targets, steps } }) {
  for (const [index, { weight }] of steps.entries()) {
    const target = targets.find((one) => one && weight !== undefined && !isExpressible(one, weight));
    if (!target || weight === undefined) continue;
    const advice = target.kind === 'kserve' ? 'KServe takes whole percents' : 'weights take four decimals';
    yield {
      code: 'WEIGHT_NOT_EXPRESSIBLE',
      path: ['spec', 'rollout', 'steps', index, 'weight'],
      message: `${describeTarget(target)} cannot hold ${weight}%: ${advice}; write ${Math.max(1, Math.round(weight))}, for example, or split by another target`,
    };
  }
};

function isExpressible({ kind }: TargetSpec, weight: number): boolean {
  return kind === 'kserve' ? Number.isInteger(weight) : Number(weight.toFixed(4)) === weight;
}

/** Whether two targets edit the same resource; a namespace or rule that is left out may be any. */
export function sharesResource(a: TargetSpec, b: TargetSpec): boolean {
  if (a.file !== b.file || !mayBeSame(a.namespace, b.namespace)) return false;
  if (a.kind === 'gateway-api' && b.kind === 'gateway-api')
    return a.route === b.route && mayBeSame(a.rule, b.rule);
  return a.kind === 'kserve' && b.kind === 'kserve' && a.service === b.service;
}

/**
 * Whether traffic is split between backends that people deploy. KServe serves what the manifest names: there the split itself
 * brings a version back.
 */
export function routesByBackend(targets: readonly TargetSpec[]): boolean {
  return targets.some((target) => target.kind === 'gateway-api');
}

/** `HTTPRoute "fraud-scorer" in serving/fraud.yaml`. */
export function describeTarget(target: TargetSpec): string {
  const resource =
    target.kind === 'gateway-api'
      ? `HTTPRoute ${quote(target.route)}`
      : `InferenceService ${quote(target.service)}`;
  return `${resource} in ${target.file}`;
}

function mayBeSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
