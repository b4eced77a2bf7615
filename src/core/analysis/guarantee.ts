import type { Action } from '../judge/evidence.ts';
import { hardestOf } from '../manifest/brake-in.ts';
import { CONFIG_PATH, type Config } from '../manifest/config-schema.ts';
import { healthSettings } from '../manifest/defaults.ts';
import { expandCheck } from '../manifest/expand-check.ts';
import type { EvidenceSpec, Release } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import { instant, percent } from '../units.ts';
import { withCollector } from './kinds/with-collector.ts';
import { type Plain, toPlain, toPlainRecord } from './plain.ts';

/**
 * What the error rates of a rollout rest on: the rates, the grid, and how every check asks and judges, defaults filled in. Fixed
 * when a rollout starts; whatever of it is changed under way, the rates are no longer kept by this rollout.
 */
export interface Guarantee {
  readonly falseRollbackRate: number;
  readonly falseAdvanceRate: number;
  /** Width of a tick, ms. */
  readonly tick: number;
  /** How long metrics take to be complete, ms; records of before have none. */
  readonly ingestDelay?: number | undefined;
  /** Where the answers come from, by the name that checks give it; records of before have none. */
  readonly providers?: Readonly<Record<string, { readonly [key: string]: Plain }>> | undefined;
  /** Weight in percent and hold in ms of every declared step. */
  readonly steps: readonly (readonly [weight: number, hold: number])[];
  /** By name of the check: its parameters, what it asks (`asks`), and which of its margins are defaults (`defaults`). */
  readonly checks: Readonly<Record<string, { readonly [key: string]: Plain }>>;
}

/**
 * What the rates of this manifest rest on. The deadlines are no part of it: the rates hold at whatever moment one stops, and these
 * only say when to stop or to tell a person. What `ingestDelay` lets in is other: numbers that are not complete yet.
 * @param sources the providers of the config; undefined: unknown
 */
export function guaranteeOf(release: Release, sources: Config['providers'] | undefined): Guarantee {
  const { falseRollbackRate, falseAdvanceRate, tick, ingestDelay } = healthSettings(release);
  const checks = release.spec.health.checks.flatMap((spec) =>
    spec.kind === 'threshold' ? [] : [[spec.name, describe(spec, release)] as const],
  );
  const steps = release.spec.rollout.steps.map(({ weight, hold }) => [weight, hold] as const);
  return {
    falseRollbackRate,
    falseAdvanceRate,
    tick,
    ingestDelay,
    ...(sources && { providers: describeSources(release, sources) }),
    steps,
    checks: Object.fromEntries(checks),
  };
}

/** What of a provider decides which numbers it gives; how it is asked (`timeout`, `auth`) does not. */
const SOURCE_KEYS = ['kind', 'url', 'file', 'tenant', 'maxStaleness'] as const;

function describeSources(
  { spec }: Release,
  sources: Config['providers'],
): NonNullable<Guarantee['providers']> {
  const asked = new Set(
    spec.health.checks.flatMap((check) => (check.kind === 'threshold' ? [] : [check.provider])),
  );
  const described = [...asked].sort().flatMap((name) => {
    const source: Keys | undefined = Object.hasOwn(sources, name) ? sources[name] : undefined;
    if (!source) return [];
    return [[name, toPlainRecord(Object.fromEntries(SOURCE_KEYS.map((key) => [key, source[key]])))] as const];
  });
  return Object.fromEntries(described);
}

/**
 * What of a guarantee was changed: `errors.harm.ratio: 1.1 at the start, 1.5 now`. Empty: nothing. A check that was added or
 * removed is one change.
 */
export function changedGuarantee(atStart: Guarantee, now: Guarantee): readonly string[] {
  // what one of the two does not know was not changed
  const known = (key: 'ingestDelay' | 'providers'): boolean =>
    atStart[key] !== undefined && now[key] !== undefined;
  const shared = (guarantee: Guarantee): Plain =>
    toPlain({
      ...guarantee,
      ingestDelay: known('ingestDelay') ? guarantee.ingestDelay : undefined,
      providers: undefined,
      checks: undefined,
    });
  return [
    ...differences(shared(atStart), shared(now), ''),
    ...(known('providers') ? changedSources(atStart, now) : []),
    ...differences(asWritten(atStart.checks), asWritten(now.checks), ''),
  ];
}

/** What `onFail` says of each action; which of several it said is no part of the guarantee. */
const ON_FAIL: Readonly<Record<Action, string>> = {
  rollback: 'rollback, fallback or step-down',
  hold: 'reduce, pause or hold',
  notify: 'notify',
};

/** In the words of a manifest, which knows no `action`. */
function asWritten(checks: Guarantee['checks']): Plain {
  const written = Object.entries(checks).map(([name, { action, ...rest }]) => {
    const onFail =
      typeof action === 'string' && Object.hasOwn(ON_FAIL, action) ? ON_FAIL[action as Action] : action;
    return [name, { ...rest, onFail }] as const;
  });
  return toPlain(Object.fromEntries(written));
}

/** Of the providers that were asked all along; a check that asks another one is a change of the check. */
function changedSources(
  { providers: before = {} }: Guarantee,
  { providers: now = {} }: Guarantee,
): readonly string[] {
  const both = Object.keys(before).filter((name) => Object.hasOwn(now, name));
  return both.flatMap((name) =>
    differences(toPlain(before[name]), toPlain(now[name]), `${CONFIG_PATH} providers.${name}`),
  );
}

function describe(spec: EvidenceSpec, release: Release): { readonly [key: string]: Plain } {
  return withCollector(expandCheck(spec), (one, collector) => {
    // As at the first step: a margin that follows the step is a rule, and the rule is what must not change.
    const startedAt = instant(0);
    const weight = release.spec.rollout.steps[0]?.weight ?? percent(0);
    const rollout: Rollout = { startedAt, transitions: [{ weight, at: startedAt }] };
    const standing = findStanding(release, rollout);
    const { ticks, name, ...parameters } = collector.check(one, [], {
      release,
      rollout,
      standing,
      now: startedAt,
    });
    const written: Keys = { ...spec };
    const judged: Keys = parameters;
    // that nothing waits for a notice is its action's doing, and is said with that
    const required = spec.required ?? hardestOf(spec) !== 'notify';
    const defaults = MARGINS.flatMap(([key, parameter, or = key]) =>
      judged[parameter] !== undefined && written[key] === undefined && written[or] === undefined ? [key] : [],
    );
    const asks = Object.fromEntries(collector.roles(one).map((role) => [role.name, role.query]));
    return toPlainRecord({ ...parameters, required, ...readAs({ ...one }), asks, defaults });
  });
}

type Keys = Readonly<Record<string, unknown>>;

/** Keys of a manifest's check that set its margins, with the parameter that each sets, and another key that sets it as well. */
const MARGINS: readonly (readonly [key: string, parameter: string, or?: string])[] = [
  ['tolerate', 'harm'],
  ['tolerance', 'tolerance'],
  ['burnRate', 'max', 'max'],
  ['safe', 'safe'],
  ['minShare', 'minShare'],
  ['trim', 'trim'],
  ['dispersion', 'dispersion'],
  ['weight', 'weight'],
];

/** How answers are read, where that is no parameter of the evidence. */
const READ_AS = ['provider', 'absentIsZero', 'by', 'claimed', 'settle', 'labelDelay'] as const;

function readAs(check: Keys): Keys {
  const { dispersion, replicas } = check;
  return {
    ...Object.fromEntries(READ_AS.map((key) => [key, check[key]])),
    // an estimate is a rule: what must not change is the rule
    ...(dispersion === 'history' ? { dispersion } : {}),
    ...(replicas ? { replicas } : {}),
  };
}

function differences(before: Plain | undefined, after: Plain | undefined, path: string): readonly string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys
      .filter((key) => key !== 'defaults')
      .flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [`${path}: ${write(before)} at the start, ${write(after)} now`];
}

function isRecord(value: Plain | undefined): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longest value that is shown whole. */
const MAX_SHOWN = 60;

function write(value: Plain | undefined): string {
  if (value === undefined) return 'not there';
  if (isRecord(value)) return 'there';
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
