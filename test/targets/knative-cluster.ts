/**
 * What KServe and Knative do with the two fields that Belay edits, as far as traffic depends on it. Written after
 * kserve aaac4e294 (ksvc_reconciler.go:123-164, inference_service_status.go:575-606) and knative serving 98e5ef90a
 * (configuration.go:138-157: the newest ready revision is the latest ready one; traffic.go:352-375).
 */
export class KnativeCluster {
  readonly #revisions: { readonly uri: string; isReady: boolean }[] = [];
  #percent: number | undefined;
  /** Indexes of revisions. */
  #lastRolledOut: number | undefined;
  #previousRolledOut: number | undefined;
  #routed: readonly Routed[] = [];

  /** Applies the fields of the predictor; another URI makes a new revision, not ready yet. */
  apply(uri: string, percent: number | undefined): void {
    this.#percent = percent;
    if (this.#revisions.at(-1)?.uri !== uri) this.#revisions.push({ uri, isReady: false });
    this.#reconcile();
  }

  /** The pod of the newest revision has loaded its model. */
  makeReady(): void {
    const newest = this.#revisions.at(-1);
    if (newest) newest.isReady = true;
    this.#reconcile();
  }

  /** Percent of traffic by URI. */
  traffic(): Readonly<Record<string, number>> {
    const shares: Record<string, number> = {};
    for (const { revision, percent } of this.#routed) {
      const uri = this.#revisions[revision]?.uri ?? '';
      if (percent > 0) shares[uri] = (shares[uri] ?? 0) + percent;
    }
    return shares;
  }

  #reconcile(): void {
    // The status of one pass decides the traffic of the next; it settles after two.
    for (let pass = 0; pass < 4; pass++) {
      this.#routed = this.#route();
      this.#propagateStatus();
    }
  }

  #route(): readonly Routed[] {
    const latest = this.#revisions.findLastIndex(({ isReady }) => isReady);
    if (latest < 0) return [];
    if (this.#percent === undefined || this.#lastRolledOut === undefined)
      return [{ revision: latest, percent: 100, isLatest: true }];
    return [
      { revision: latest, percent: this.#percent, isLatest: true },
      { revision: this.#lastRolledOut, percent: 100 - this.#percent, isLatest: false },
    ];
  }

  #propagateStatus(): void {
    const latest = this.#routed.find(({ isLatest }) => isLatest);
    if (!latest) return;
    if (this.#lastRolledOut !== latest.revision) {
      if (latest.percent !== 100) return;
      this.#previousRolledOut = this.#lastRolledOut;
      this.#lastRolledOut = latest.revision;
      return;
    }
    const isNewest = latest.revision === this.#revisions.length - 1;
    if (isNewest && latest.percent < 100 && this.#previousRolledOut !== undefined)
      this.#lastRolledOut = this.#previousRolledOut;
  }
}

interface Routed {
  readonly revision: number;
  readonly percent: number;
  readonly isLatest: boolean;
}
