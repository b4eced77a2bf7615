import { formatDuration, millis } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import { harmMargin } from './defaults.ts';
import type { CheckSpec, ProportionSpec, SafeMarginSpec, ThresholdSpec } from './release-schema.ts';
import { ratioText } from './rollout-rules.ts';
import type { Rule, RuleFinding, RuleInput } from './rule.ts';

const CHECKS = ['spec', 'health', 'checks'] as const;

/** A value that must only last for less than this is one sample. */
const SHORTEST_FOR = millis(10_000);

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
  for (const [index, check] of proportions(input)) {
    if (!check.safe) continue;
    for (const part of ['relative', 'absolute'] as const) {
      const tolerated = harmMargin(check)[part];
      const safe = check.safe[part] ?? 0;
      if (safe >= tolerated) continue;
      yield {
        code: 'SAFE_BELOW_TOLERATE',
        path: [...CHECKS, index, 'safe', part],
        message: `safe.${part} must be at least tolerate.${part}, ${ratioText(tolerated)}, got ${ratioText(safe)}; else one value is harmful and safe at once`,
      };
    }
  }
};

/** Bounds that some value passes and some value fails. */
export const boundsAreSensible: Rule = function* ({ draft: { checks } }) {
  for (const [index, { spec }] of checks.entries()) {
    if (spec?.kind === 'proportion') yield* proportionBounds(spec, index);
    else if (spec?.kind === 'threshold') yield* thresholdBounds(spec, index);
  }
};

function* proportionBounds({ limit, tolerate, safe }: ProportionSpec, index: number): Iterable<RuleFinding> {
  const at = (...path: readonly string[]) => [...CHECKS, index, ...path];
  if (limit !== undefined && (limit <= 0 || limit >= 1))
    yield {
      code: 'LIMIT_OUT_OF_RANGE',
      path: at('limit'),
      message: `must be more than 0% and less than 100%, got ${ratioText(limit)}; the share of bad events is always within 0% and 100%`,
    };
  else if (limit !== undefined && limit > 0.5)
    yield {
      code: 'LIMIT_HIGH',
      severity: 'warning',
      path: at('limit'),
      message: `most events may be bad at ${ratioText(limit)}; if "bad" counts good events, count the others instead`,
    };
  const margins: readonly (readonly [string, SafeMarginSpec | undefined])[] = [
    ['tolerate', tolerate],
    ['safe', safe],
  ];
  for (const [name, margin] of margins)
    if ((margin?.absolute ?? 0) >= 1)
      yield {
        code: 'MARGIN_OUT_OF_RANGE',
        path: at(name, 'absolute'),
        message: `must be less than 100%, got ${ratioText(margin?.absolute ?? 0)}; no share of events can be worse than that`,
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
      'no check can judge the bake: at 100% stable has no traffic to compare with; add a limit to a proportion check, or a threshold check',
  };
};

/** What may keep the candidate from being served to everyone, without stable. */
function judgesAlone(check: CheckSpec): boolean {
  switch (check.kind) {
    case 'proportion':
      return check.limit !== undefined;
    case 'gauge':
    case 'distribution':
    case 'split':
      return false;
    default:
      return true;
  }
}

function* proportions({ draft }: RuleInput): Iterable<readonly [index: number, check: ProportionSpec]> {
  for (const [index, { spec }] of draft.checks.entries())
    if (spec?.kind === 'proportion') yield [index, spec];
}
