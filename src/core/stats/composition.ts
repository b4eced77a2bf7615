import { logGamma } from './log-gamma.ts';

/** How units are meant to fall into categories. */
export interface CompositionTest {
  /** Probability of each category under the null, all more than 0, adding up to 1. */
  readonly shares: readonly number[];
  /** How many units the prior is worth: ten times more looks for finer, ten times fewer for coarser differences. */
  readonly concentration: number;
}

/**
 * Natural log of the evidence that units, drawn one by one, do not fall into categories with exactly the given shares: the
 * Dirichlet-multinomial ratio Γ(c)/Γ(c + n) · Π Γ(c·p_j + x_j)/Γ(c·p_j) / Π p_j^x_j (Lindon and Malek 2022, "Anytime-valid
 * inference for multinomial count data", NeurIPS). Exact for every n and at every look; whatever makes units stick together is
 * rejected although the shares are as declared.
 * @param counts one per category, 0 or more
 * @returns 0 without units; Infinity when a category was seen whose share is 0
 */
export function compositionLogE(
  counts: readonly number[],
  { shares, concentration }: CompositionTest,
): number {
  let total = 0;
  let log = 0;
  for (const [index, count] of counts.entries()) {
    const share = shares[index] ?? 0;
    if (count > 0 && !(share > 0)) return Number.POSITIVE_INFINITY;
    if (!(share > 0)) continue;
    const prior = concentration * share;
    total += count;
    log += logGamma(prior + count) - logGamma(prior) - count * Math.log(share);
  }
  return total === 0 ? 0 : log + logGamma(concentration) - logGamma(concentration + total);
}
