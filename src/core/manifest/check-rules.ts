import { formatDuration, millis } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import { isGate } from './brake-in.ts';
import { type Compared, harmMargin, rateHarmMargin } from './defaults.ts';
import { expandCheck, type Phrasing } from './expand-check.ts';
import type {
  CheckSpec,
  FairnessSpec,
  LatencySpec,
  LimitSpec,
  ProportionSpec,
  RateSpec,
  SafeMarginSpec,
  ThresholdSpec,
} from './release-schema.ts';
import { ratioText } from './rollout-rules.ts';
import type { Rule, RuleFinding, RuleInput } from './rule.ts';

const CHECKS = ['spec', 'health', 'checks'] as const;

export const NOTHING_GATES = 'NOTHING_GATES';

export const UNGATED =
  'no check can hold this rollout, and none can say that it is safe: each only notifies or need not pass, so it never goes up';

/** A value that must only last for less than this is one sample. */
const SHORTEST_FOR = millis(10_000);

/** The longest window of the alerts is 3 days, and a budget lasts longer than that. */
const SHORTEST_PERIOD = millis(7 * 86_400_000);

/** Checks are told apart by name, in records and in what people read. */
export const checkNamesDiffer: Rule = function* ({ draft: { checks } }) {
  const firsts = new Map<string, number>();
  for (const [index, { name }] of checks.entries()) {
    if (name === undefined) continue;
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, index);
    else
      yield {
        code: 'CHECK_NAME_TAKEN',
        path: [...CHECKS, index, 'name'],
        message: `${quote(name)} is the name of checks[${first}] already; give each check its own`,
      };
  }
};

/** Nothing is proven harmful and safe at once: what is harm must not lie within what is safe. */
export const harmWithinSafe: Rule = function* (input) {
  for (const { index, spec, asked: check } of compared(input)) {
    // a default of the question is never below what it tolerates
    if (!check.safe || !('safe' in spec && spec.safe)) continue;
    const tolerate = check.kind === 'rate' ? rateHarmMargin(check) : harmMargin(check);
    for (const part of ['relative', 'absolute'] as const) {
      const tolerated = tolerate[part];
      const safe = check.safe[part] ?? 0;
      if (safe >= tolerated) continue;
      const write = check.kind === 'rate' && part === 'absolute' ? String : ratioText;
      yield {
        code: 'SAFE_BELOW_TOLERATE',
        path: [...CHECKS, index, 'safe', part],
        message: `safe.${part} must be at least tolerate.${part}, ${write(tolerated)}, got ${write(safe)}; else one value is harmful and safe at once`,
      };
    }
  }
};

/** Twice no events are still none: a factor alone is not proven while stable has no event. */
export const ratesCanBeSafe: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) {
    if (spec?.kind !== 'rate' || !isGate(spec)) continue;
    const { absolute = 0, budget = 0 } = spec.safe ?? {};
    const granted = spec.safe ? absolute + budget : (spec.limit ?? spec.tolerate?.absolute ?? 0);
    if (granted > 0) continue;
    yield {
      code: 'SAFE_NEEDS_EVENTS',
      severity: 'warning',
      path: [...CHECKS, index, ...(spec.safe ? ['safe'] : ['kind'])],
      message:
        'the check passes only when stable has events, too; where they are rare add safe.absolute, a limit, or required: false',
    };
  }
};

/** Bounds that some value passes and some value fails. */
export const boundsAreSensible: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) {
    if (!spec) continue;
    const asked = spec.kind === 'threshold' ? spec : expandCheck(spec);
    if (asked.kind === 'proportion' || asked.kind === 'latency') yield* shareBounds(asked, index);
    if (asked.kind === 'proportion' || asked.kind === 'latency' || asked.kind === 'fairness')
      yield* marginBounds(asked, index);
    if (asked.kind === 'latency') yield* latencyMargins(asked, index);
    if (asked.kind === 'limit') yield* limitBounds(asked, index);
    else if (asked.kind === 'threshold') yield* thresholdBounds(asked, index);
  }
};

function* shareBounds(
  { limit, keys, complement, worse }: (ProportionSpec | LatencySpec) & Phrasing,
  index: number,
): Iterable<RuleFinding> {
  if (limit === undefined) return;
  const path = [...CHECKS, index, keys?.limit ?? 'limit'];
  if (limit <= 0 || limit >= 1)
    yield {
      code: 'LIMIT_OUT_OF_RANGE',
      path,
      message: `must be more than 0% and less than 100%, got ${ratioText(complement ? 1 - limit : limit)}; the share of ${keys ? '' : 'bad '}events is always within 0% and 100%`,
    };
  else if (limit > 0.5 && !complement && worse === undefined)
    yield {
      code: 'LIMIT_HIGH',
      severity: 'warning',
      path,
      message: `most events may be bad at ${ratioText(limit)}; if "bad" counts good events, count the others instead`,
    };
}

function* marginBounds(
  { tolerate, safe, worse }: Compared & Pick<Phrasing, 'worse'>,
  index: number,
): Iterable<RuleFinding> {
  const margins: readonly (readonly [string, SafeMarginSpec | undefined])[] = [
    ['tolerate', tolerate],
    ['safe', safe],
  ];
  for (const [name, margin] of margins)
    for (const part of ['relative', 'absolute'] as const) {
      const value = margin?.[part] ?? 0;
      if (value < 1 || (part === 'relative' && worse !== 'fewer')) continue;
      const why =
        part === 'relative'
          ? 'with 100% fewer there are none at all'
          : 'no share of events can be worse than that';
      yield {
        code: 'MARGIN_OUT_OF_RANGE',
        path: [...CHECKS, index, name, part],
        message: `must be less than 100%, got ${ratioText(value)}; ${why}`,
      };
    }
}

/** Points are of the share above a bound, factors of a quantile: each needs what it is of. */
function* latencyMargins(check: LatencySpec, index: number): Iterable<RuleFinding> {
  const { bound, quantile } = check;
  for (const name of ['tolerate', 'safe'] as const) {
    const margin: SafeMarginSpec | undefined = check[name];
    if (!margin) continue;
    const path = [...CHECKS, index, name];
    for (const part of ['absolute', 'budget'] as const)
      if (bound === undefined && margin[part] !== undefined)
        yield {
          code: 'MARGIN_WITHOUT_BOUND',
          path: [...path, part],
          message: `${part} is of the share above bound, and there is no bound; write relative for quantile, or add bound`,
        };
    if (quantile !== undefined && margin.relative === undefined)
      yield {
        code: 'MARGIN_WITHOUT_RELATIVE',
        path,
        message: 'must say relative with quantile; quantiles are compared by a factor',
      };
  }
}

function* limitBounds({ objective, alerts, period }: LimitSpec, index: number): Iterable<RuleFinding> {
  if (!alerts || objective === undefined) return;
  if (objective <= 0 || objective >= 1)
    yield {
      code: 'OBJECTIVE_OUT_OF_RANGE',
      path: [...CHECKS, index, 'objective'],
      message: `must be more than 0% and less than 100% with alerts, got ${ratioText(objective)}; without an error budget nothing burns`,
    };
  if (period !== undefined && period < SHORTEST_PERIOD)
    yield {
      code: 'PERIOD_TOO_SHORT',
      path: [...CHECKS, index, 'period'],
      message: `must be at least ${formatDuration(SHORTEST_PERIOD)}, got ${formatDuration(period)}; alerts look back over 3 days of it`,
    };
}

function* thresholdBounds(check: ThresholdSpec, index: number): Iterable<RuleFinding> {
  const { min, max } = check;
  if (min !== undefined && max !== undefined && min > max)
    yield {
      code: 'BOUNDS_CROSSED',
      path: [...CHECKS, index, 'min'],
      message: `must be at most max, ${max}, got ${min}; no value would pass`,
    };
  if (check.for !== undefined && check.for < SHORTEST_FOR)
    yield {
      code: 'FOR_TOO_SHORT',
      path: [...CHECKS, index, 'for'],
      message: `must be at least ${formatDuration(SHORTEST_FOR)}, got ${formatDuration(check.for)}`,
    };
}

/** At 100 % stable has no traffic left to compare with: something else must be able to judge the bake. */
export const bakeIsChecked: Rule = function* ({ draft: { checks } }) {
  if (checks.length === 0 || checks.some(({ spec }) => spec === undefined || judgesAlone(spec))) return;
  yield {
    code: 'BAKE_UNCHECKED',
    path: [...CHECKS],
    what: 'key',
    message:
      'no check can judge the bake: at 100% stable has no traffic to compare with; add a limit to one that compares, or a threshold check',
  };
};

/** A rollout goes up on the checks that must pass: without any it never does, and what only notifies never stops it. */
export const somethingGates: Rule = function* ({ draft: { checks } }) {
  const specs = checks.flatMap(({ spec }) => (spec ? [spec] : []));
  const gates = specs.filter(isGate);
  if (specs.length === 0 || specs.length < checks.length || gates.some(judgesAlone)) return;
  if (gates.length === 0)
    yield {
      code: NOTHING_GATES,
      severity: 'warning',
      path: [...CHECKS],
      what: 'key',
      message: `${UNGATED}; let one have an onFail other than notify, without required: false`,
    };
  else if (specs.some(judgesAlone))
    yield {
      code: NOTHING_GATES,
      severity: 'warning',
      path: [...CHECKS],
      what: 'key',
      message:
        'what can judge the bake need not pass (required: false, or onFail: notify), so no candidate is ever promoted; let one with a limit, or a threshold, have to pass',
    };
};

/** Kinds that need stable, or may not keep anybody from being served. */
const NEVER_ALONE: ReadonlySet<CheckSpec['kind']> = new Set(['fairness', 'gauge', 'distribution', 'split']);

/** What may keep the candidate from being served to everyone, without stable. */
function judgesAlone(check: CheckSpec): boolean {
  if (check.kind === 'threshold') return true;
  const asked = expandCheck(check);
  if (asked.kind === 'calibration') return asked.against === 'claims';
  if (NEVER_ALONE.has(asked.kind)) return false;
  return !isCompared(asked) || asked.limit !== undefined;
}

/** A check that compares counts with stable's, within margins. */
type ComparedSpec = ProportionSpec | RateSpec | LatencySpec | FairnessSpec;

interface ComparedCheck {
  readonly index: number;
  readonly spec: CheckSpec;
  /** With the margins of its question. */
  readonly asked: ComparedSpec;
}

function isCompared(check: CheckSpec): check is Exclude<ComparedSpec, FairnessSpec> {
  return check.kind === 'proportion' || check.kind === 'rate' || check.kind === 'latency';
}

function* compared({ draft }: RuleInput): Iterable<ComparedCheck> {
  for (const [index, { spec }] of draft.checks.entries()) {
    if (!spec || spec.kind === 'threshold') continue;
    const asked = expandCheck(spec);
    if (asked.kind === 'fairness' || isCompared(asked)) yield { index, spec, asked };
  }
}
