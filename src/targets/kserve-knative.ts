import type { KServeSpec } from '../core/manifest/release-schema.ts';
import { addNumber, applyEdits, type Edit, setNumber, setText } from './edit.ts';
import {
  artifactUri,
  checkMode,
  checkPercentPlaces,
  findService,
  findStorageUri,
  type InferenceService,
  type SplitInFlight,
  wholePercent,
} from './kserve.ts';
import { entryOf, mapOf, refuse, type Spot, textOf, wholeNumberOf } from './spot.ts';
import type { Rendering, Split } from './target.ts';
import { type Found, found, type Mismatch } from './target-source.ts';

/**
 * KServe in Knative mode: `spec.predictor.<model>.storageUri` and `spec.predictor.canaryTrafficPercent`.
 *
 * What KServe does with them (kserve aaac4e294, knative serving 98e5ef90a):
 * - Every change of the predictor makes a new revision. The percent goes to the *latest ready* revision, the rest to
 *   `status…latestRolledoutRevision`, the last that had 100 %; percent absent, or nothing rolled out yet: all to the
 *   latest ready one (reconcilers/knative/ksvc_reconciler.go:134-164; Knative route_types.go:88-93, traffic.go:352-375).
 * - A revision becomes the last rolled out one when it is the latest ready and has 100 (inference_service_status.go:585-590).
 * - Percent below 100 while the latest ready revision *is* the last rolled out one moves the pin to the revision before
 *   (:591-603). So a percent is only ever lowered together with a new storageUri.
 *
 * In flight: candidate's URI and the weight. The revision of stable has had 100 % before, so it is the pinned one.
 *
 * Settled, by what the file holds:
 * - stable's URI, with percent 0, 100 or none: left alone, it is what the cases below write and what a promotion leaves.
 *   With another percent: 100, since a second version no longer exists.
 * - another URI and percent below 100: a candidate that never had everything. Written are stable's URI *and percent 0*:
 *   the pinned revision, which is stable's, has all traffic at once. Percent 100 instead would send everything to the
 *   latest ready revision, which is the bad one until a new pod has loaded stable's model.
 * - another URI and percent 100 or none: the bad version is the pinned one. Percent 0 would keep it for ever, so only the
 *   URI is written; traffic moves when the pod is ready.
 *
 * The price of percent 0: until the next candidate, later edits of the predictor make revisions that serve nobody; set
 * canaryTrafficPercent to 100 once the new revision is ready to have them served. A cluster that was rebuilt while the
 * candidate was in the file never had stable (nothing was rolled out, so the candidate got everything); there, too, 100
 * brings stable back. And a candidate must not be merged before the pod of a rollback from 100 % is ready.
 */
const PERCENT_MAX = 100;

/** What the file says now. */
interface KnativeState {
  readonly predictor: Spot;
  readonly uriSpot: Spot;
  readonly uri: string;
  /** Undefined when it is absent, which means 100. */
  readonly percent: { readonly spot: Spot; readonly value: number } | undefined;
}

/** Writes a split into an InferenceService of Knative mode. */
export function renderKServeKnative(target: KServeSpec, text: string, split: Split): Rendering {
  const service = findService(target, text);
  if (service.kind === 'mismatch') return service;
  const state = readState(service.value);
  if (state.kind === 'mismatch') return state;
  const { candidate } = split;
  const edits =
    candidate === undefined
      ? settle(target, state.value, split)
      : planCanary(target, service.value, state.value, { ...split, candidate });
  return edits.kind === 'mismatch' ? edits : applyEdits(service.value.source, edits.value);
}

/** Percent that goes to the URI in the file; the rest goes to the version that was rolled out before. */
export function readKServeKnative(target: KServeSpec, text: string): Found<ReadonlyMap<string, number>> {
  const service = findService(target, text);
  if (service.kind === 'mismatch') return service;
  const state = readState(service.value);
  if (state.kind === 'mismatch') return state;
  return found(new Map([[state.value.uri, state.value.percent?.value ?? PERCENT_MAX]]));
}

function readState({ predictor }: InferenceService): Found<KnativeState> {
  const uriSpot = findStorageUri(predictor);
  if (uriSpot.kind === 'mismatch') return uriSpot;
  const uri = textOf(uriSpot.value);
  if (uri.kind === 'mismatch') return uri;
  const state = { predictor, uriSpot: uriSpot.value, uri: uri.value };
  const entry = entryOf(predictor, 'canaryTrafficPercent');
  if (entry.kind === 'mismatch') return entry;
  if (entry.kind === 'absent') return found({ ...state, percent: undefined });
  const value = wholeNumberOf(entry.value, { max: PERCENT_MAX });
  if (value.kind === 'mismatch') return value;
  return found({ ...state, percent: { spot: entry.value, value: value.value } });
}

function planCanary(
  target: KServeSpec,
  service: InferenceService,
  state: KnativeState,
  split: SplitInFlight,
): Found<readonly Edit[]> {
  const mode = checkMode(service, 'knative') ?? foreignCanary(service) ?? checkPercentPlaces(service);
  if (mode) return mode;
  const { uriSpot, percent } = state;
  const weight = wholePercent(split.weight, percent?.spot ?? uriSpot);
  if (weight.kind === 'mismatch') return weight;
  const stable = artifactUri(target, split.stable, uriSpot);
  if (stable.kind === 'mismatch') return stable;
  const candidate = artifactUri(target, split.candidate, uriSpot);
  if (candidate.kind === 'mismatch') return candidate;
  if (candidate.value === stable.value) return sameModel(uriSpot);
  const uriEdit = setText(uriSpot, candidate.value);
  if (uriEdit.kind === 'mismatch') return uriEdit;
  const percentEdit = writePercent(state, weight.value);
  return percentEdit.kind === 'mismatch' ? percentEdit : found([...uriEdit.value, ...percentEdit.value]);
}

/** KServe refuses spec.canary in Knative mode (inference_service_validation.go:183-191). */
function foreignCanary({ spec }: InferenceService): Mismatch | undefined {
  const entry = entryOf(spec, 'canary');
  if (entry.kind === 'mismatch') return entry;
  if (entry.kind === 'absent') return undefined;
  const message =
    'spec.canary is refused in Knative mode; delete it, or set mode: standard in spec.targets if the service runs in Standard mode';
  return refuse(entry.value, 'MODE_MISMATCH', message);
}

/** No new revision would come to be, and KServe would move its pin to the version before stable. */
function sameModel(uriSpot: Spot): Found<never> {
  const message =
    'stable and candidate have the same storage URI, so KServe would split between stable and the version before it; give the candidate its own URI';
  return refuse(uriSpot, 'ARTIFACT_UNCHANGED', message);
}

function settle(target: KServeSpec, state: KnativeState, { stable }: Split): Found<readonly Edit[]> {
  const { uriSpot, percent } = state;
  const uri = artifactUri(target, stable, uriSpot);
  if (uri.kind === 'mismatch') return uri;
  if (state.uri === uri.value)
    return found(percent && percent.value > 0 ? setNumber(percent.spot, PERCENT_MAX) : []);
  const edit = setText(uriSpot, uri.value);
  if (edit.kind === 'mismatch' || !percent || percent.value === PERCENT_MAX) return edit;
  return found([...edit.value, ...setNumber(percent.spot, 0)]);
}

function writePercent({ predictor, percent }: KnativeState, value: number): Found<readonly Edit[]> {
  if (percent) return found(setNumber(percent.spot, value));
  const map = mapOf(predictor);
  return map.kind === 'mismatch' ? map : addNumber(map.value, 'canaryTrafficPercent', value);
}
