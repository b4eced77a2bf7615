import type { Problem } from '../core/errors.ts';
import type { KServeSpec } from '../core/manifest/release-schema.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { addNumber, applyEdits, type Edit, setNumber } from './edit.ts';
import { type ExchangeOptions, exchange } from './exchange.ts';
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
import {
  descend,
  entryOf,
  itemsOf,
  mapOf,
  problemOf,
  refuse,
  type Spot,
  textOf,
  wholeNumberOf,
} from './spot.ts';
import type { Rendering, Split } from './target.ts';
import { type Found, found, type Mismatch, mismatch } from './target-source.ts';

/**
 * KServe in Standard mode: `spec.predictor` is stable, `spec.canary[]` are others, each with a `trafficPercent`; a version
 * is known by its predictor's `name`, which is the backend in the manifest.
 *
 * What KServe does with them (kserve aaac4e294):
 * - A canary runs stable's predictor *with the entry's fields over it*; empty fields of the entry count as none. It has
 *   fixed replicas: minReplicas of the entry, or its share of stable's; scaling fields are refused there
 *   (components/predictor.go:861-916, inference_service_validation.go:231-258).
 * - What the entries do not take goes to stable; an entry that is not ready takes nothing yet
 *   (ingress/httproute_reconciler.go:689-743). Names are unique and the sum is at most 100 (validation.go:197-263).
 * - A promotion gives spec.predictor the name and the fields of the canary; the pods go on running. A new name without a
 *   new storageUri is refused (inference_service.go:36-40, validation.go:703-713).
 *
 * In flight: the candidate's entry gets the weight; every other entry must have 0.
 * Settled on spec.predictor: all entries get 0.
 * Settled on an entry (a promotion, or a rollback after one): entry and spec.predictor *change places*, field by field,
 * and all entries get 0. Moving the entry as it stands would lose what it takes over from stable, and the scaling that
 * it may not have; removing it would lose the way back. minReplicas stays where it is: it sizes the place, not the version.
 * The entry then holds the version before, without pods of its own unless it has minReplicas. After a rollback from
 * there, stable serves as soon as its pods are ready; with minReplicas on the entry that is at once, at a price: KServe
 * takes an entry's ready pods off stable's minReplicas, down to 1, whatever the entry's percent (components/
 * predictor.go:877-900). Who no longer wants the way back deletes the entry; a settled file needs none.
 */
const PERCENT_MAX = 100;

/** An entry of spec.canary. */
interface Canary {
  readonly spot: Spot;
  readonly predictor: Spot;
  readonly name: string;
  /** Undefined when trafficPercent is not there; KServe requires it. */
  readonly percent: { readonly spot: Spot; readonly value: number } | undefined;
}

/** What the file says now. */
interface StandardState {
  readonly service: InferenceService;
  /** Undefined for a predictor without name. */
  readonly stableName: string | undefined;
  readonly canaries: readonly Canary[];
}

/** Writes a split into an InferenceService of Standard mode. */
export function renderKServeStandard(target: KServeSpec, text: string, split: Split): Rendering {
  const state = readState(target, text);
  if (state.kind === 'mismatch') return state;
  const { candidate } = split;
  const edits =
    candidate === undefined
      ? settle(state.value, split.stable.backend)
      : planCanary(target, state.value, { ...split, candidate });
  return edits.kind === 'mismatch' ? edits : applyEdits(state.value.service.source, edits.value);
}

/** Percent of each predictor by its name, as the file says; stable has what the canaries do not take. */
export function readKServeStandard(target: KServeSpec, text: string): Found<ReadonlyMap<string, number>> {
  const state = readState(target, text);
  if (state.kind === 'mismatch') return state;
  const { stableName = '', canaries } = state.value;
  const shares = canaries.map(({ name, percent }) => [name, percent?.value ?? 0] as const);
  const taken = shares.reduce((sum, [, share]) => sum + share, 0);
  return found(new Map([[stableName, PERCENT_MAX - taken], ...shares]));
}

function readState(target: KServeSpec, text: string): Found<StandardState> {
  const service = findService(target, text);
  if (service.kind === 'mismatch') return service;
  const name = nameOf(service.value.predictor);
  if (name.kind === 'mismatch') return name;
  const list = entryOf(service.value.spec, 'canary');
  if (list.kind === 'mismatch') return list;
  const items = list.kind === 'absent' ? found([]) : itemsOf(list.value);
  if (items.kind === 'mismatch') return items;
  const canaries: Canary[] = [];
  const problems: Problem[] = [];
  for (const spot of items.value) {
    const canary = readCanary(spot);
    if (canary.kind === 'mismatch') problems.push(...canary.problems);
    else canaries.push(canary.value);
  }
  if (problems.length > 0) return mismatch(...problems);
  const clash = findClash(name.value, canaries);
  return clash ?? found({ service: service.value, stableName: name.value, canaries });
}

function readCanary(spot: Spot): Found<Canary> {
  const predictor = descend(spot, ['predictor'], 'NODE_UNEXPECTED');
  if (predictor.kind === 'mismatch') return predictor;
  const name = nameOf(predictor.value);
  if (name.kind === 'mismatch') return name;
  if (name.value === undefined)
    return refuse(
      predictor.value,
      'CANARY_UNNAMED',
      'a canary needs a name; write the backend of its version',
    );
  const canary = { spot, predictor: predictor.value, name: name.value };
  const entry = entryOf(spot, 'trafficPercent');
  if (entry.kind === 'mismatch') return entry;
  if (entry.kind === 'absent') return found({ ...canary, percent: undefined });
  const value = wholeNumberOf(entry.value, { max: PERCENT_MAX });
  if (value.kind === 'mismatch') return value;
  return found({ ...canary, percent: { spot: entry.value, value: value.value } });
}

function nameOf(predictor: Spot): Found<string | undefined> {
  const entry = entryOf(predictor, 'name');
  if (entry.kind !== 'found') return entry.kind === 'absent' ? found(undefined) : entry;
  return textOf(entry.value);
}

function findClash(stableName: string | undefined, canaries: readonly Canary[]): Mismatch | undefined {
  const taken = new Set([stableName]);
  for (const { predictor, name } of canaries) {
    if (taken.has(name))
      return refuse(
        predictor,
        'CANARY_NOT_UNIQUE',
        `name ${quote(name)} is taken; a version stands once in the service`,
      );
    taken.add(name);
  }
  return undefined;
}

function planCanary(target: KServeSpec, state: StandardState, split: SplitInFlight): Found<readonly Edit[]> {
  const { service, stableName, canaries } = state;
  const mode = checkMode(service, 'standard') ?? ignoredPercent(service) ?? checkPercentPlaces(service);
  if (mode) return mode;
  if (stableName !== split.stable.backend)
    return wrongStable(service.predictor, stableName, split.stable.backend);
  const candidate = canaries.find(({ name }) => name === split.candidate.backend);
  if (!candidate)
    return refuse(
      service.spec,
      'CANARY_MISSING',
      `no entry of canary has the predictor name ${quote(split.candidate.backend)}; add one with trafficPercent: 0`,
    );
  const others = canaries.filter(
    (canary) => canary !== candidate && canary.percent && canary.percent.value > 0,
  );
  if (others.length > 0) return mismatch(...others.map(takesTraffic));
  const misplaced = entryOf(candidate.predictor, 'trafficPercent');
  if (misplaced.kind === 'mismatch') return misplaced;
  if (misplaced.kind === 'found')
    return refuse(
      misplaced.value,
      'FIELD_IGNORED',
      'trafficPercent is ignored inside predictor; move it out, beside predictor',
    );
  const weight = wholePercent(split.weight, candidate.percent?.spot ?? candidate.spot);
  if (weight.kind === 'mismatch') return weight;
  const refusal = checkPromotable(target, state, candidate, split);
  return refusal ?? setPercent(candidate, weight.value);
}

function ignoredPercent({ predictor }: InferenceService): Mismatch | undefined {
  const entry = entryOf(predictor, 'canaryTrafficPercent');
  if (entry.kind === 'mismatch') return entry;
  if (entry.kind === 'absent') return undefined;
  const message = 'canaryTrafficPercent is ignored in Standard mode; delete it, spec.canary has the weights';
  return refuse(entry.value, 'MODE_MISMATCH', message);
}

function wrongStable(predictor: Spot, got: string | undefined, backend: string): Mismatch {
  const is = got === undefined ? 'no name' : quote(got);
  const hint =
    got === undefined ? ' together with the next storageUri (KServe refuses a new name alone)' : '';
  const message = `expected the predictor of stable, named ${quote(backend)}, got ${is}; write stable's predictor here${hint}`;
  return refuse(predictor, 'PREDICTOR_NOT_STABLE', message);
}

function takesTraffic({ spot, name, percent }: Canary): Problem {
  const message = `${quote(name)} is neither stable nor candidate, expected trafficPercent 0, got ${percent?.value ?? 0}; set it to 0`;
  return problemOf(percent?.spot ?? spot, 'CANARY_UNEXPECTED', message);
}

/** Refuses at the start what would be found out at the end: that this candidate cannot be promoted. */
function checkPromotable(
  target: KServeSpec,
  { service }: StandardState,
  candidate: Canary,
  split: SplitInFlight,
): Mismatch | undefined {
  const uri = findStorageUri(candidate.predictor);
  const stableUri = findStorageUri(service.predictor);
  if (uri.kind === 'mismatch') return uri;
  if (stableUri.kind === 'mismatch') return stableUri;
  const expected = artifactUri(target, split.candidate, uri.value);
  if (expected.kind === 'mismatch') return expected;
  const got = textOf(uri.value);
  if (got.kind === 'mismatch') return got;
  if (got.value !== expected.value) {
    const message = `expected the candidate's artifact ${quote(expected.value)}, got ${quote(got.value)}; serve what the manifest says`;
    return refuse(uri.value, 'STORAGE_URI_UNEXPECTED', message);
  }
  const served = textOf(stableUri.value);
  if (served.kind === 'mismatch') return served;
  if (served.value === got.value) {
    const message =
      'stable has the same storageUri, and KServe refuses to promote a new name without a new storageUri';
    return refuse(uri.value, 'ARTIFACT_UNCHANGED', `${message}; give the candidate its own`);
  }
  const promotion = promote(service, candidate, 'refuse');
  return promotion.kind === 'mismatch' ? promotion : undefined;
}

function settle({ service, stableName, canaries }: StandardState, backend: string): Found<readonly Edit[]> {
  const promoted = canaries.find(({ name }) => name === backend);
  if (stableName !== backend && !promoted) return wrongStable(service.predictor, stableName, backend);
  const moved = promoted ? promote(service, promoted, 'exchange') : found([]);
  if (moved.kind === 'mismatch') return moved;
  const edits = [...moved.value];
  for (const canary of canaries) {
    const edit = setPercent(canary, 0);
    if (edit.kind === 'mismatch') return edit;
    edits.push(...edit.value);
  }
  return found(edits);
}

function promote(
  { predictor }: InferenceService,
  canary: Canary,
  unset: ExchangeOptions['unset'],
): Found<readonly Edit[]> {
  return exchange(predictor, canary.predictor, { except: ['minReplicas'], unset });
}

function setPercent({ spot, percent }: Canary, value: number): Found<readonly Edit[]> {
  if (percent) return found(setNumber(percent.spot, value));
  const map = mapOf(spot);
  return map.kind === 'mismatch' ? map : addNumber(map.value, 'trafficPercent', value);
}
