import { logSum } from '../stats/log-space.ts';
import type { Evidence, EvidenceCheck } from './evidence.ts';
import { membersOf, type Weighed } from './weigh.ts';

/** What harm is held against; known before anything is looked at. */
export interface Terms {
  /** What it must reach: ln(1 / falseRollbackRate), less what earlier trials of the same content left. */
  readonly threshold: number;
  /** ln of the weight of each of a check's members in the family that it belongs to. */
  readonly logWeight: (check: EvidenceCheck) => number;
}

/** All evidence of harm together, and what it says about each check. */
export interface Family extends Terms {
  /** ln Σ w·E over the members of all checks that may take the candidate back, Σ w = 1; 0 when no member could be computed. */
  readonly logHarm: number;
  /** The checks that are to blame; empty as long as harm is not proven. */
  readonly failing: ReadonlySet<EvidenceCheck>;
}

/** Evidence of 2 to 1 is always asked for. */
const LEAST_THRESHOLD = Math.LN2;

/** The terms of an evidence; from all its checks, weighed or not. */
export function termsOf({
  checks,
  falseRollbackRate,
  carried = 0,
}: Pick<Evidence, 'checks' | 'falseRollbackRate' | 'carried'>): Terms {
  const total = checks.filter(isInFamily).reduce((sum, { weight }) => sum + weight, 0);
  return {
    // whatever was carried over, nothing is proven before something is seen
    threshold: Math.max(LEAST_THRESHOLD, -Math.log(falseRollbackRate) - carried),
    logWeight: (check) =>
      Math.log((isInFamily(check) ? check.weight / total : 1) / Math.max(1, membersOf(check).length)),
  };
}

function isInFamily(check: EvidenceCheck): boolean {
  return check.action === 'rollback' && membersOf(check).length > 0;
}

/**
 * Joins the evidence of harm over all checks that may take the candidate back: harm is proven when Σ w·M ≥ 1/rate with
 * Σ w = 1. A check's weight is shared equally among its members. A weighted mean of e-values is one, under any dependence
 * between the checks, so that the rate holds for all checks and all looks together.
 *
 * To blame are the checks with the largest share, and every check one of whose members would prove harm alone. Without proof
 * by the family nobody is to blame: a single M ≥ 1/rate among many members is no proof.
 * A check without a weighing (its queries broke) keeps its weight and adds nothing, which can only hide harm and never
 * invent it. Checks that hold or notify take nothing from the promise: each is judged alone.
 */
export function joinFamily(terms: Terms, weighed: readonly Weighed[]): Family {
  const { threshold, logWeight } = terms;
  const own = weighed.filter(({ check }) => isInFamily(check));
  const shares = own.map((one) => logShare(one, logWeight(one.check)));
  const logHarm = shares.length === 0 ? 0 : logSum(shares);
  const largest = shares.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const blamed = own.filter(
    ({ members }, index) =>
      logHarm >= threshold && (shares[index] === largest || members.some(({ logM }) => logM >= threshold)),
  );
  const alone = weighed.filter(
    (one) =>
      one.check.action !== 'rollback' &&
      one.members.length > 0 &&
      logShare(one, logWeight(one.check)) >= threshold,
  );
  return { ...terms, logHarm, failing: new Set([...blamed, ...alone].map(({ check }) => check)) };
}

/** ln Σ w·E over the members of one check. */
export function logShare({ members }: Pick<Weighed, 'members'>, logWeight: number): number {
  return logSum(members.map(({ logM }) => logM + logWeight));
}
