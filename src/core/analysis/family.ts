import type { ProportionSpec } from '../manifest/release-schema.ts';
import { logSum } from '../stats/log-space.ts';
import type { Probability } from '../units.ts';
import { type BrokenProportion, memberCount, type WeighedProportion } from './weigh-proportion.ts';

/** All evidence of harm of a rollout together, and what it says about each check. */
export interface Family {
  /** As in Assessment. */
  readonly logHarm: number;
  readonly threshold: number;
  /** Weight of every member, in logarithms: −ln(number of members). */
  readonly logWeight: number;
  /** The checks that are to blame; empty as long as harm is not proven. */
  readonly failing: ReadonlySet<ProportionSpec>;
}

/**
 * Joins the evidence of harm over all checks: harm is proven when Σ w·M ≥ 1/rate with Σ w = 1, equal weights. A weighted mean
 * of e-values is one, under any dependence between the checks, so that the rate holds for all checks and all looks
 * together.
 *
 * To blame are the checks with the largest share, and every check one of whose members would prove harm alone. Without proof
 * by the family nobody is to blame: a single M ≥ 1/rate among many members is no proof.
 * A broken check keeps its weight and adds nothing, which can only hide harm and never invent it.
 */
export function joinFamily(
  proportions: readonly (WeighedProportion | BrokenProportion)[],
  falseRollbackRate: Probability,
): Family {
  const threshold = -Math.log(falseRollbackRate);
  const members = proportions.reduce((count, { check }) => count + memberCount(check), 0);
  const logWeight = -Math.log(Math.max(1, members));
  const weighed = proportions.filter((one) => one.kind === 'weighed');
  const shares = weighed.map((one) => logShare(one, logWeight));
  const logHarm = shares.length === 0 ? 0 : logSum(shares);
  const largest = shares.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const failing = weighed.filter(
    ({ members: own }, index) =>
      logHarm >= threshold && (shares[index] === largest || own.some(({ logM }) => logM >= threshold)),
  );
  return { logHarm, threshold, logWeight, failing: new Set(failing.map(({ check }) => check)) };
}

/** ln Σ w·M over the members of one check. */
export function logShare({ members }: WeighedProportion, logWeight: number): number {
  return logSum(members.map(({ logM }) => logM + logWeight));
}
