import type { BelayRecord } from '../../src/core/record/record-schema.ts';
import type { ReleaseReport } from '../../src/report/run-report.ts';
import type { Tree } from '../fakes/commit-store.ts';
import { lastServed, manifestPath, readManifest, readRecord, recordPaths } from './files.ts';
import type { InvariantId, Stage } from './invariants.ts';
import { minuteOf } from './serving.ts';

/** Minutes that a tick, the ingest delay and the clock of a schedule may leave between what is true and what is seen. */
const LAG = 14;
/** Percent of the traffic that a version which is gone may have: no more than what is under way. */
const MOST_LEFT = 1;
const NOTICES: ReadonlySet<string> = new Set(['RECOVERY_UNSEEN', 'NOT_SERVED', 'RELEASE_FROZEN']);

/** INV-16: what is said of a rollback is true, and nobody goes back further than once without a person. */
export class Recovery {
  readonly #stage: Stage;
  readonly #fail: (invariant: InvariantId, what: string) => void;

  constructor(stage: Stage, fail: (invariant: InvariantId, what: string) => void) {
    this.#stage = stage;
    this.#fail = fail;
  }

  /** A record that Belay brought to the default branch. */
  checkLanding(before: Tree, record: BelayRecord): void {
    const last = lastServed(before, record.release);
    const code = record.decision.reasons[0]?.code ?? '';
    if (record.decision.kind === 'recover') this.#checkRecovered(record, last);
    if (record.decision.kind === 'start') this.#checkStarted(record, last);
    if (record.decision.kind === 'rollback' && code === 'NOT_RECOVERED')
      this.#checkLeft(record.release, last);
    if (record.decision.kind === 'pause' && NOTICES.has(code)) this.#checkTold(before, record, last);
  }

  /**
   * What a run decided and could not do: what it did is seen where it lands.
   * @param trees what it read first and last: where others moved the branch, the report does not say which of them it decided on
   */
  checkReport({ name, decision, receipt }: ReleaseReport, trees: readonly Tree[]): void {
    if (receipt.kind !== 'blocked') return;
    if (decision.kind !== 'rollback' || decision.reasons[0].code !== 'NOT_RECOVERED') return;
    const moves = trees.map((tree) => lastServed(tree, name));
    this.#checkLeft(name, moves.find((move) => move?.decision.kind === 'rollback') ?? moves[0]);
  }

  #checkLeft(release: string, last: BelayRecord | undefined): void {
    // the record of the rollback says nothing any more
    if (this.#stage.people.has(release, 'record-deleted', 'record-edited')) return;
    if (last?.decision.kind !== 'rollback')
      this.#fail('INV-16', `${release} has not recovered from ${last?.decision.kind ?? 'nothing'}`);
    else if (last.decision.reasons[0]?.code === 'NOT_RECOVERED')
      this.#fail('INV-16', `${release} is to be rolled back for not recovering a second time`);
  }

  #checkRecovered({ release, stable }: BelayRecord, last: BelayRecord | undefined): void {
    const { serving, metrics } = this.#stage;
    const bad = leftBy(last);
    if (last?.decision.kind !== 'rollback' || bad === undefined || !stable) {
      this.#fail('INV-16', `${release} has recovered, and was not rolled back`);
      return;
    }
    const left = serving.leastOf(release, bad, LAG);
    if (left > MOST_LEFT)
      this.#fail('INV-16', `${release} is said to have recovered, and ${bad} has ${left} % of the traffic`);
    const harmful = serving.harmfulSince(stable.version);
    const minute = minuteOf(this.#stage.now());
    const isPlain =
      !metrics.isTroubled(minute - 20, minute) && serving.leastOf(release, stable.version, LAG) > MOST_LEFT;
    if (harmful !== undefined && minute - harmful > LAG && isPlain)
      this.#fail('INV-16', `${stable.version} is said to be well, and does harm since minute ${harmful}`);
    const isSeen = metrics.sights.some(
      ({ version, newest }) => version === stable.version && (newest ?? 0) > last.at,
    );
    if (!isSeen) this.#fail('INV-16', `${stable.version} is said to be well, and was not seen`);
  }

  /** Another version gets a share only when it would not be the bad one's. */
  #checkStarted({ release, candidate, at, manifest }: BelayRecord, last: BelayRecord | undefined): void {
    const { serving, metrics, forge } = this.#stage;
    const bad = leftBy(last);
    const read = readManifest(manifest.path, forge.textAt(manifestPath(release)));
    if (last?.decision.kind !== 'rollback' || bad === undefined || !read?.spec.rollback?.verify) return;
    const minute = minuteOf(at);
    const left = serving.leastOf(release, bad, LAG);
    if (left > MOST_LEFT && !metrics.isTroubled(minute - 20, minute))
      this.#fail(
        'INV-16',
        `${candidate?.version} is started while ${bad}, rolled back, has ${left} % of the traffic`,
      );
  }

  /** INV-13: each word about a rollback is written down once. */
  #checkTold(before: Tree, { release, decision }: BelayRecord, last: BelayRecord | undefined): void {
    const code = decision.reasons[0]?.code;
    const isTold = recordPaths(before, release)
      .flatMap((path) => readRecord(before.get(path)) ?? [])
      .some(
        ({ sequence, decision: { kind, reasons } }) =>
          sequence > (last?.sequence ?? 0) && kind === 'pause' && reasons[0]?.code === code,
      );
    if (isTold) this.#fail('INV-13', `${release} is told ${code} twice after one rollback`);
  }
}

/** The version that a rollback left; one that only went back with another is not quarantined. */
function leftBy(rollback: BelayRecord | undefined): string | undefined {
  return (rollback?.quarantine ?? rollback?.candidate)?.version;
}
