/**
 * The additive safe margin d = B / share that a step may use so that, even if the candidate is worse by all of d, bad
 * events rise by at most B over all traffic once `nextShare` of it goes to the candidate. Early steps, which expose few,
 * are proved with a wide margin and soon; the last one with the narrow margin B.
 *
 * @param given.budget  B ≥ 0, bad events per request of all traffic: 0.001 is a tenth of a percentage point
 * @param given.nextShare  candidate's share of traffic in the step that is to be entered, above 0 to 1
 * @returns added to the rate; at most 1, beyond which a margin says nothing
 */
export function riskMargin(given: { readonly budget: number; readonly nextShare: number }): number {
  const { budget, nextShare } = given;
  if (budget <= 0) return 0;
  return nextShare > 0 ? Math.min(1, budget / nextShare) : 1;
}
