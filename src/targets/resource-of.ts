import { assertNever } from '../core/errors.ts';
import type { TargetSpec } from '../core/manifest/release-schema.ts';
import type { ResourceName } from './target-source.ts';

/** The resource that a target names. */
export function resourceOf(target: TargetSpec): ResourceName {
  const { namespace } = target;
  switch (target.kind) {
    case 'gateway-api':
      return { kind: 'HTTPRoute', group: 'gateway.networking.k8s.io', name: target.route, namespace };
    case 'kserve':
      return { kind: 'InferenceService', group: 'serving.kserve.io', name: target.service, namespace };
    default:
      return assertNever(target);
  }
}
