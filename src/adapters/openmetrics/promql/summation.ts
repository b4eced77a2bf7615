/**
 * A sum that carries along what each addition rounds away, so that 1e17 + 1 - 1e17 is 1.
 * Source: A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54 (1974).
 */
export class CompensatedSum {
  /** The sum as plain addition has it. */
  plain = 0;
  private lost = 0;

  add(term: number): void {
    const sum = this.plain + term;
    // The smaller of the two lost digits.
    this.lost += Math.abs(this.plain) >= Math.abs(term) ? this.plain - sum + term : term - sum + this.plain;
    this.plain = sum;
  }

  /** The corrected sum; not a number once an infinity was added. */
  get value(): number {
    return this.plain + this.lost;
  }
}
