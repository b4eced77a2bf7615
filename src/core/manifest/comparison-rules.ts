import { distributionTolerances, gaugeMargins } from './defaults.ts';
import type { CheckSpec, DistributionSpec } from './release-schema.ts';
import { ratioText } from './rollout-rules.ts';
import type { Rule, RuleFinding, RuleInput } from './rule.ts';

type Path = readonly (string | number)[];

/** A gauge's margins are of one unit, and what is harm does not lie within what is safe. */
export const gaugeMarginsFit: Rule = function* (input) {
  for (const [at, check] of checksOf(input, 'gauge')) {
    if (!check.safe) continue;
    const { harm, safe } = gaugeMargins(check);
    const [written, other] = safe.unit === 'sd' ? ['sd', 'absolute'] : ['absolute', 'sd'];
    if (safe.unit !== harm.unit)
      yield {
        code: 'MARGIN_UNITS_DIFFER',
        path: [...at, 'safe', written],
        message: `safe says ${written}, ${check.tolerate ? 'tolerate says' : 'and tolerate is by default in'} ${other}; write both in one unit, or it cannot be told which is wider`,
      };
    else if (safe.difference < harm.difference)
      yield {
        code: 'SAFE_BELOW_TOLERATE',
        path: [...at, 'safe', written],
        message: `safe.${written} must be at least tolerate.${written}, ${harm.difference}, got ${safe.difference}; else one value is harmful and safe at once`,
      };
  }
};

/** A distribution has something to be compared with, bin by bin. */
export const distributionsAreWhole: Rule = function* (input) {
  for (const [at, check] of checksOf(input, 'distribution')) {
    const { tolerance, safe } = distributionTolerances(check);
    if (safe.tolerance < tolerance)
      yield {
        code: 'SAFE_BELOW_TOLERATE',
        path: [...at, 'safe', 'tolerance'],
        message: `safe.tolerance must be at least tolerance, ${ratioText(tolerance)}, got ${ratioText(safe.tolerance)}; else one value is harmful and safe at once`,
      };
    yield* orderFindings(check, at);
    yield* referenceFindings(check, at);
  }
};

function* orderFindings({ by = 'le', order }: DistributionSpec, at: Path): Iterable<RuleFinding> {
  if (!order) return;
  if (by === 'le')
    yield {
      code: 'ORDER_UNUSED',
      path: [...at, 'order'],
      what: 'key',
      message:
        'buckets by le are in the order of their bounds; remove order, or say with `by` which label tells the bins apart',
    };
  const twice = order.find((value, index) => order.indexOf(value) < index);
  if (twice !== undefined)
    yield {
      code: 'ORDER_REPEATS',
      path: [...at, 'order'],
      message: `names ${JSON.stringify(twice)} twice; a value is in one bin`,
    };
}

function* referenceFindings(check: DistributionSpec, at: Path): Iterable<RuleFinding> {
  const { by = 'le', against = 'stable', order, reference, onFail, required } = check;
  if (against === 'stable') {
    if (reference)
      yield {
        code: 'REFERENCE_UNUSED',
        path: [...at, 'reference'],
        what: 'key',
        message:
          'is not looked at, since the check compares with stable; write against: reference, or remove it',
      };
    return;
  }
  const because =
    'the shares of any hour but its own are rejected by the time of day alone, whatever the candidate does; compare with stable to roll back';
  if (onFail !== undefined && onFail !== 'notify')
    yield {
      code: 'REFERENCE_ONLY_NOTIFIES',
      path: [...at, 'onFail'],
      message: `must be notify against a fixed reference, got ${onFail}: ${because}`,
    };
  if (required)
    yield {
      code: 'REFERENCE_ONLY_NOTIFIES',
      path: [...at, 'required'],
      message: `must not be true against a fixed reference, which only notifies: ${because}`,
    };
  if (!reference)
    yield {
      code: 'REFERENCE_MISSING',
      path: [...at, 'against'],
      message: 'needs the shares to compare with; write reference: [share of each bin, in order]',
    };
  else if (by !== 'le' && !order)
    yield {
      code: 'ORDER_MISSING',
      path: [...at, 'reference'],
      message: `needs to know which share is whose; write order: [values of ${by}], as many as reference has`,
    };
  else if (order && order.length !== reference.length)
    yield {
      code: 'REFERENCE_LENGTH',
      path: [...at, 'reference'],
      message: `must have one share per value of order, ${order.length}, got ${reference.length}`,
    };
}

/** Tolerances that something passes and something fails. */
export const tolerancesAreSensible: Rule = function* (input) {
  for (const [at, { tolerance, safe }] of checksOf(input, 'distribution')) {
    yield* tolerance === undefined ? [] : toleranceFindings(tolerance, [...at, 'tolerance']);
    yield* safe === undefined ? [] : toleranceFindings(safe.tolerance, [...at, 'safe', 'tolerance']);
  }
  for (const [at, { tolerance }] of checksOf(input, 'split'))
    yield* tolerance === undefined ? [] : toleranceFindings(tolerance, [...at, 'tolerance']);
};

function* toleranceFindings(tolerance: number, path: Path): Iterable<RuleFinding> {
  if (tolerance > 0 && tolerance < 1) return;
  yield {
    code: 'TOLERANCE_OUT_OF_RANGE',
    path,
    message: `must be more than 0% and less than 100%, got ${ratioText(tolerance)}; no two versions are alike to the last request, and nothing differs by more than all`,
  };
}

function* checksOf<K extends CheckSpec['kind']>(
  { draft }: RuleInput,
  kind: K,
): Iterable<readonly [at: Path, check: Extract<CheckSpec, { kind: K }>]> {
  for (const [index, { spec }] of draft.checks.entries())
    if (spec?.kind === kind)
      yield [['spec', 'health', 'checks', index], spec as Extract<CheckSpec, { kind: K }>];
}
