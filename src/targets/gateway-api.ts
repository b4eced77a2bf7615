import type { YAMLMap } from 'yaml';
import type { Problem } from '../core/errors.ts';
import type { GatewayApiSpec } from '../core/manifest/release-schema.ts';
import { formatPercent, type Percent } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { addNumber, applyEdits, type Edit, setNumber } from './edit.ts';
import { resourceOf } from './resource-of.ts';
import {
  descend,
  entryOf,
  itemsOf,
  mapOf,
  problemOf,
  refuse,
  rootOf,
  type Spot,
  textOf,
  wholeNumberOf,
} from './spot.ts';
import type { Rendering, Split } from './target.ts';
import {
  type Found,
  findResource,
  found,
  mismatch,
  readTargetSource,
  type TargetSource,
} from './target-source.ts';

/**
 * The weights of a Gateway API HTTPRoute: `spec.rules[].backendRefs[].weight`, whole numbers from 0 to 1,000,000, 1 where
 * none is written. A backend's share is its weight divided by the sum of the rule's weights.
 * Source: HTTPBackendRef of gateway.networking.k8s.io, config/crd/standard/gateway.networking.k8s.io_httproutes.yaml.
 *
 * In flight, the rule routes to stable and candidate; every other backend must have weight 0, for its traffic would be
 * neither's. Written are weights that add up to 100 for whole percents and to 1000, 10000 … for fractions (0.5 % is 995
 * and 5). Settled, stable gets 100 and every other backend of the rule 0: a rollback does not know the candidate's name.
 * A file that expresses the asked share in other numbers (9 and 1 for 10 %) is left as it is.
 */
const WEIGHT_MAX = 1_000_000;
const DEFAULT_WEIGHT = 1;
/** Sums to try, by the number of decimals; weights cannot express more than four. */
const SUMS = [100, 1_000, 10_000, 100_000, 1_000_000] as const;

/** A backend of the rule. */
interface Backend {
  readonly spot: Spot<YAMLMap>;
  readonly name: string;
  readonly weight: number;
  /** Undefined when the default is in force. */
  readonly weightSpot: Spot | undefined;
}

/** Writes a split into an HTTPRoute. */
export function renderGatewayApi(spec: GatewayApiSpec, text: string, split: Split): Rendering {
  const source = readTargetSource(spec.file, text);
  if (source.kind === 'mismatch') return source;
  const rule = findRule(source.value, spec, split);
  if (rule.kind === 'mismatch') return rule;
  const backends = readBackends(rule.value);
  if (backends.kind === 'mismatch') return backends;
  const edits = planWeights(rule.value, backends.value, split);
  return edits.kind === 'mismatch' ? edits : applyEdits(source.value, edits.value);
}

/** Shares of the backends of the rule in percent, as the file says. */
export function readGatewayApi(
  spec: GatewayApiSpec,
  text: string,
  split: Split,
): Found<ReadonlyMap<string, number>> {
  const source = readTargetSource(spec.file, text);
  if (source.kind === 'mismatch') return source;
  const rule = findRule(source.value, spec, split);
  if (rule.kind === 'mismatch') return rule;
  const backends = readBackends(rule.value);
  if (backends.kind === 'mismatch') return backends;
  const sum = backends.value.reduce((total, { weight }) => total + weight, 0);
  return found(
    new Map(backends.value.map(({ name, weight }) => [name, sum === 0 ? 0 : (100 * weight) / sum])),
  );
}

/**
 * Whether the rule keeps a client on the backend that it was sent to first: `sessionPersistence` of the rule (GEP-1619; experimental
 * channel of HTTPRoute). Persistence that a policy of an implementation sets (BackendLBPolicy, BackendTrafficPolicy) is in other
 * files and not seen here.
 */
export function isSticky(spec: GatewayApiSpec, text: string, split: Split): Found<boolean> {
  const source = readTargetSource(spec.file, text);
  if (source.kind === 'mismatch') return source;
  const rule = findRule(source.value, spec, split);
  if (rule.kind === 'mismatch') return rule;
  const entry = entryOf(rule.value, 'sessionPersistence');
  if (entry.kind === 'mismatch') return entry;
  return found(entry.kind === 'found');
}

/** The rule that routes to the split's backends, or the one with the name that the target gives. */
function findRule(source: TargetSource, spec: GatewayApiSpec, split: Split): Found<Spot> {
  const document = findResource(source, resourceOf(spec));
  if (document.kind === 'mismatch') return document;
  const root = rootOf(source, document.value);
  if (root.kind === 'mismatch') return root;
  const list = descend(root.value, ['spec', 'rules'], 'RULE_MISSING');
  if (list.kind === 'mismatch') return list;
  const rules = itemsOf(list.value);
  if (rules.kind === 'mismatch') return rules;
  const names = [split.stable.backend, ...(split.candidate ? [split.candidate.backend] : [])];
  const hits: Spot[] = [];
  for (const rule of rules.value) {
    const isHit = spec.rule === undefined ? routesTo(rule, names) : hasName(rule, spec.rule);
    if (isHit.kind === 'mismatch') return isHit;
    if (isHit.value) hits.push(rule);
  }
  return onlyRule(list.value, hits, spec, names);
}

function onlyRule(
  list: Spot,
  hits: readonly Spot[],
  { rule }: GatewayApiSpec,
  names: readonly string[],
): Found<Spot> {
  const [first, second] = hits;
  const backends = names.map((name) => quote(name)).join(' or ');
  if (!first)
    return rule === undefined
      ? refuse(
          list,
          'RULE_MISSING',
          `no rule routes to backend ${backends}; add them to the backendRefs of a rule`,
        )
      : refuse(list, 'RULE_MISSING', `no rule has the name ${quote(rule)}; correct rule in spec.targets`);
  if (!second) return found(first);
  return rule === undefined
    ? refuse(
        second,
        'RULE_NOT_UNIQUE',
        `${hits.length} rules route to backend ${backends}; give the right one a name and write it as rule in spec.targets`,
      )
    : refuse(second, 'RULE_NOT_UNIQUE', `${hits.length} rules have the name ${quote(rule)}; rename one`);
}

function hasName(rule: Spot, name: string): Found<boolean> {
  const entry = entryOf(rule, 'name');
  if (entry.kind !== 'found') return entry.kind === 'absent' ? found(false) : entry;
  const text = textOf(entry.value);
  return text.kind === 'mismatch' ? text : found(text.value === name);
}

function routesTo(rule: Spot, names: readonly string[]): Found<boolean> {
  const backends = backendSpots(rule);
  if (backends.kind === 'mismatch') return backends;
  for (const backend of backends.value)
    for (const name of names) {
      const isNamed = hasName(backend, name);
      if (isNamed.kind === 'mismatch' || isNamed.value) return isNamed;
    }
  return found(false);
}

function backendSpots(rule: Spot): Found<readonly Spot[]> {
  const refs = entryOf(rule, 'backendRefs');
  if (refs.kind !== 'found') return refs.kind === 'absent' ? found([]) : refs;
  return itemsOf(refs.value);
}

function readBackends(rule: Spot): Found<readonly Backend[]> {
  const spots = backendSpots(rule);
  if (spots.kind === 'mismatch') return spots;
  const backends: Backend[] = [];
  const problems: Problem[] = [];
  for (const spot of spots.value) {
    const backend = readBackend(spot);
    if (backend.kind === 'mismatch') problems.push(...backend.problems);
    else backends.push(backend.value);
  }
  return problems.length > 0 ? mismatch(...problems) : found(backends);
}

function readBackend(spot: Spot): Found<Backend> {
  const map = mapOf(spot);
  if (map.kind === 'mismatch') return map;
  const nameSpot = descend(spot, ['name'], 'NODE_UNEXPECTED');
  if (nameSpot.kind === 'mismatch') return nameSpot;
  const name = textOf(nameSpot.value);
  if (name.kind === 'mismatch') return name;
  const entry = entryOf(spot, 'weight');
  if (entry.kind === 'mismatch') return entry;
  if (entry.kind === 'absent')
    return found({ spot: map.value, name: name.value, weight: DEFAULT_WEIGHT, weightSpot: undefined });
  const weight = wholeNumberOf(entry.value, { max: WEIGHT_MAX });
  if (weight.kind === 'mismatch') return weight;
  return found({ spot: map.value, name: name.value, weight: weight.value, weightSpot: entry.value });
}

function planWeights(rule: Spot, backends: readonly Backend[], split: Split): Found<readonly Edit[]> {
  const stable = findBackend(rule, backends, split.stable.backend);
  if (split.candidate === undefined)
    return stable.kind === 'mismatch' ? stable : settle(backends, stable.value);
  const candidate = findBackend(rule, backends, split.candidate.backend);
  const problems = [stable, candidate].flatMap((result) =>
    result.kind === 'mismatch' ? result.problems : [],
  );
  if (stable.kind === 'mismatch' || candidate.kind === 'mismatch') return mismatch(...problems);
  const pair = [stable.value, candidate.value];
  if (stable.value === candidate.value)
    return refuse(
      rule,
      'BACKEND_NOT_UNIQUE',
      `stable and candidate have the same backend ${quote(stable.value.name)}; give the candidate its own`,
    );
  const others = backends.filter((backend) => !pair.includes(backend) && backend.weight > 0);
  if (others.length > 0) return mismatch(...others.map(takesTraffic));
  return share(stable.value, candidate.value, split.weight);
}

function findBackend(rule: Spot, backends: readonly Backend[], name: string): Found<Backend> {
  const [first, second] = backends.filter((backend) => backend.name === name);
  if (!first)
    return refuse(
      rule,
      'BACKEND_MISSING',
      `backend ${quote(name)} is not among the backendRefs of this rule; add it with weight: 0`,
    );
  if (!second) return found(first);
  return refuse(
    second.spot,
    'BACKEND_NOT_UNIQUE',
    `backend ${quote(name)} stands twice in this rule; delete one`,
  );
}

function takesTraffic({ spot, name, weight, weightSpot }: Backend): Problem {
  const [got, hint] = weightSpot
    ? [String(weight), 'set it to 0']
    : [`none, which Gateway API takes for weight ${DEFAULT_WEIGHT}`, 'write weight: 0'];
  const message = `backend ${quote(name)} is neither stable nor candidate, expected weight 0, got ${got}; ${hint}`;
  return problemOf(weightSpot ?? spot, 'BACKEND_UNEXPECTED', message);
}

/** Everything to stable, unless it has everything. */
function settle(backends: readonly Backend[], stable: Backend): Found<readonly Edit[]> {
  const others = backends.filter((backend) => backend !== stable);
  if (stable.weight > 0 && others.every(({ weight }) => weight === 0)) return found([]);
  return setWeights([[stable, 100], ...others.map((backend) => [backend, 0] as const)]);
}

/** The asked share to the candidate and the rest to stable, unless they have it. */
function share(stable: Backend, candidate: Backend, percent: Percent): Found<readonly Edit[]> {
  const sum = SUMS.find((size) => isWhole((percent * size) / 100));
  if (sum === undefined) {
    const message = `weights cannot express ${formatPercent(percent)}; use at most four decimals`;
    return refuse(candidate.weightSpot ?? candidate.spot, 'WEIGHT_NOT_EXPRESSIBLE', message);
  }
  const part = Math.round((percent * sum) / 100);
  const total = stable.weight + candidate.weight;
  if (total > 0 && candidate.weight * sum === part * total) return found([]);
  return setWeights([
    [stable, sum - part],
    [candidate, part],
  ]);
}

/** A product of binary fractions (0.1 · 1000 / 100) misses the whole number by less than this. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-9 * Math.max(1, value);
}

function setWeights(weights: readonly (readonly [Backend, number])[]): Found<readonly Edit[]> {
  const edits: Edit[] = [];
  for (const [{ spot, weightSpot }, weight] of weights) {
    const edit = weightSpot ? found(setNumber(weightSpot, weight)) : addNumber(spot, 'weight', weight);
    if (edit.kind === 'mismatch') return edit;
    edits.push(...edit.value);
  }
  return found(edits);
}
