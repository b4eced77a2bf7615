import type { KServeSpec, VersionSpec } from '../core/manifest/release-schema.ts';
import { formatPercent, type Percent } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { resourceOf } from './resource-of.ts';
import { descend, entryOf, refuse, rootOf, type Spot, textOf } from './spot.ts';
import type { Split } from './target.ts';
import {
  type Found,
  findResource,
  found,
  type Mismatch,
  readTargetSource,
  type TargetSource,
} from './target-source.ts';

/** A split with a candidate. */
export type SplitInFlight = Split & { readonly candidate: VersionSpec };

/** What both modes of KServe have in common: the InferenceService and where its predictor names its model. */
export interface InferenceService {
  readonly source: TargetSource;
  readonly root: Spot;
  readonly spec: Spot;
  readonly predictor: Spot;
}

/** Finds the InferenceService that a target names. */
export function findService(target: KServeSpec, text: string): Found<InferenceService> {
  const source = readTargetSource(target.file, text);
  if (source.kind === 'mismatch') return source;
  const document = findResource(source.value, resourceOf(target));
  if (document.kind === 'mismatch') return document;
  const root = rootOf(source.value, document.value);
  if (root.kind === 'mismatch') return root;
  const spec = descend(root.value, ['spec'], 'PREDICTOR_MISSING');
  if (spec.kind === 'mismatch') return spec;
  const predictor = descend(spec.value, ['predictor'], 'PREDICTOR_MISSING');
  if (predictor.kind === 'mismatch') return predictor;
  return found({ source: source.value, root: root.value, spec: spec.value, predictor: predictor.value });
}

/** Spellings of each mode; the second is the older one. Source: pkg/constants/constants.go:564-571. */
const MODES = { knative: ['Knative', 'Serverless'], standard: ['Standard', 'RawDeployment'] } as const;
const MODE_ANNOTATION = 'serving.kserve.io/deploymentMode';

/**
 * Refuses a service that runs in the other mode, where KServe ignores the fields of this one (kserve#5335) or refuses
 * them (inference_service_validation.go:183-191). Without the annotation the cluster's default decides, which this file
 * does not tell; KServe ships with Knative (config/configmap/inferenceservice.yaml, defaultDeploymentMode).
 */
export function checkMode(service: InferenceService, mode: KServeSpec['mode']): Mismatch | undefined {
  let spot = service.root;
  for (const key of ['metadata', 'annotations', MODE_ANNOTATION]) {
    const next = entryOf(spot, key);
    if (next.kind === 'absent') return undefined;
    if (next.kind === 'mismatch') return next;
    spot = next.value;
  }
  const value = textOf(spot);
  if (value.kind === 'mismatch') return value;
  if (MODES[mode].some((word) => word === value.value)) return undefined;
  const ignored = mode === 'knative' ? 'canaryTrafficPercent is ignored' : 'spec.canary is refused';
  const advice = `set mode in spec.targets to the mode of the service, or change the annotation to ${MODES[mode][0]}`;
  return refuse(spot, 'MODE_MISMATCH', `${ignored} in deployment mode ${quote(value.value)}; ${advice}`);
}

/** Where a predictor can name its model. Source: PredictorSpec in schemas of serving.kserve.io/v1beta1. */
const FRAMEWORKS = [
  'model',
  'huggingface',
  'lightgbm',
  'onnx',
  'paddle',
  'pmml',
  'pytorch',
  'sklearn',
  'tensorflow',
  'triton',
  'xgboost',
] as const;

/**
 * Refuses a percent where KServe does not look for it, or splits something else by it: only `spec.predictor.canaryTrafficPercent`
 * splits the predictor (ComponentExtensionSpec in schemas of serving.kserve.io/v1beta1; other places are pruned).
 */
export function checkPercentPlaces({ spec, predictor }: InferenceService): Mismatch | undefined {
  const holders = FRAMEWORKS.map((framework) => entryOf(predictor, framework));
  for (const holder of [{ kind: 'found', value: spec } as const, ...holders]) {
    if (holder.kind === 'absent') continue;
    if (holder.kind === 'mismatch') return holder;
    const entry = entryOf(holder.value, 'canaryTrafficPercent');
    if (entry.kind === 'mismatch') return entry;
    if (entry.kind === 'found')
      return refuse(
        entry.value,
        'FIELD_IGNORED',
        'canaryTrafficPercent is ignored in this place; delete it, Belay writes it at spec.predictor',
      );
  }
  return undefined;
}

/** The one `storageUri` of a predictor. */
export function findStorageUri(predictor: Spot): Found<Spot> {
  const spots: Spot[] = [];
  for (const framework of FRAMEWORKS) {
    const holder = entryOf(predictor, framework);
    if (holder.kind === 'mismatch') return holder;
    if (holder.kind === 'absent') continue;
    const uri = entryOf(holder.value, 'storageUri');
    if (uri.kind === 'mismatch') return uri;
    if (uri.kind === 'found') spots.push(uri.value);
  }
  const [first, second] = spots;
  if (second)
    return refuse(second, 'STORAGE_URI_NOT_UNIQUE', 'a second storageUri; keep one model per predictor');
  if (first) return found(first);
  return refuse(
    predictor,
    'STORAGE_URI_MISSING',
    'no storageUri below model or a framework; name the model by storageUri (storageUris, storage and containers are not edited)',
  );
}

/** The URI that a version gives for the artifact that the target serves. */
export function artifactUri(target: KServeSpec, version: VersionSpec, at: Spot): Found<string> {
  const name = target.artifact ?? 'model';
  const artifact = Object.hasOwn(version.artifacts, name) ? version.artifacts[name] : undefined;
  if (artifact) return found(artifact.uri);
  const message = `version ${quote(version.version)} has no artifact ${quote(name)} to put here; add it, or name another as artifact in spec.targets`;
  return refuse(at, 'ARTIFACT_MISSING', message);
}

/** KServe takes whole percents only. */
export function wholePercent(weight: Percent, at: Spot): Found<number> {
  if (Number.isInteger(weight)) return found(weight);
  const message = `KServe takes whole percents, got ${formatPercent(weight)}; use whole weights in spec.rollout.steps`;
  return refuse(at, 'WEIGHT_NOT_EXPRESSIBLE', message);
}
