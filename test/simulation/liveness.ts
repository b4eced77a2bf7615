import type { ReleaseReport, RunReport } from '../../src/report/run-report.ts';
import { exposure, isTakenOver, lastServed, manifestPath, newestRecord, readManifest } from './files.ts';
import type { ActKind } from './scenario.ts';
import { minuteOf } from './serving.ts';
import type { SimWorld } from './world.ts';

/** Ticks in which nothing went wrong and a version did harm to people, until it must be gone. */
const BOUND = 6;
/** So many more for each step on the way down, which is stayed on for two. */
const BOUND_PER_STEP = 3;
/** Minutes without evidence until a person is told, by the manifests; and those that a tick and the ingest delay add. */
const DEADLINE = 15;
const GRACE = 8;
/** Minutes after an outage in which stable's ticks still show it. */
const OUT = 35;
/** What keeps a release where it is for good, and what a history must hold for that to be right. */
const RESTS: Readonly<
  Record<
    string,
    readonly (
      | ActKind
      | 'born'
      | 'late'
      | 'order'
      | 'bad'
      | 'sick'
      | 'stopped'
      | 'shared'
      | 'waiting'
      | 'undone'
      | 'taken-over'
    )[]
  >
> = {
  NOT_RAISED: ['bad'],
  CHECK_INCONCLUSIVE: ['undone'],
  EXPOSURE_REDUCED: ['bad'],
  PAUSED_BY_CHECK: ['bad'],
  PAUSED_BY_MANIFEST: ['stopped'],
  CANDIDATE_QUARANTINED: ['bad', 'order'],
  LAST_GOOD_MISSING: ['promote-by-hand', 'born', 'force-push', 'stable', 'record-deleted'],
  PAUSED_AFTER_DEADLINE: ['late'],
  DEADLINE_PASSED: ['late'],
  STABLE_QUARANTINED: ['promote-by-hand', 'stable', 'force-push', 'order'],
  STABLE_CHANGED_BY_HAND: ['promote-by-hand', 'stable', 'force-push', 'record-deleted'],
  suppressed: ['close-pull', 'delete-branch'],
  NOT_COMPUTED: ['promote-by-hand', 'born', 'force-push', 'stable', 'record-deleted', 'sick', 'taken-over'],
  RELEASE_FROZEN: ['promote-by-hand', 'born', 'force-push', 'stable', 'record-deleted', 'sick'],
  STABLE_FAILING_TOO: ['shared'],
  DEPENDENCY_IN_FLIGHT: ['waiting'],
  DEPENDENCY_NOT_MET: ['waiting'],
  MERGED_BEFORE: ['force-push'],
  BRANCH_TAKEN: ['force-push'],
  MANIFEST_INVALID: ['record-deleted'],
};

/** What must come to pass: harm ends, people are told, everything comes to rest (INV-8, INV-13, HEAL). */
export class Liveness {
  readonly restored: number[] = [];
  readonly #world: SimWorld;
  /** Minute since when a version does harm to somebody, while it does. */
  readonly #harmed = new Map<string, number>();
  readonly #patience = new Map<string, number>();
  /** Whom the patience was with. */
  readonly #suspects = new Map<string, string | undefined>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  afterTick(report: RunReport | undefined, isClean: boolean): void {
    const { scenario } = this.#world;
    for (const { name } of scenario.releases) {
      const found = report?.releases.find((one) => one.name === name);
      this.#watchHarm(name, isClean && found !== undefined, found);
      if (!isClean || !found) continue;
      this.#watchBlindness(found);
      this.#watchIsolation(found);
    }
  }

  /** A person was quicker: it counts anew. */
  afterOrder(name: string): void {
    this.#patience.delete(name);
  }

  #watchHarm(name: string, isClean: boolean, report: ReleaseReport | undefined): void {
    const { serving, metrics, minute, hasRules, invariants } = this.#world;
    for (const [version] of this.#harmed) {
      if (!version.startsWith(`${name}-`) || serving.shareOf(name, version) > 0) continue;
      this.restored.push(minute - this.#harmed.get(version)!);
      this.#harmed.delete(version);
    }
    const { version, from = 0 } = this.#suspect(name) ?? {};
    const harmful = version === undefined ? undefined : serving.harmfulSince(version);
    const since = harmful === undefined ? undefined : Math.max(harmful, from);
    if (
      version !== undefined &&
      since !== undefined &&
      serving.shareOf(name, version) > 0 &&
      !this.#harmed.has(version)
    )
      this.#harmed.set(version, since);
    if (this.#suspects.get(name) !== version) this.#patience.set(name, 0);
    this.#suspects.set(name, version);
    const isVisible = isClean && !hasRules && !metrics.isTroubled(minute - 20, minute);
    if (version === undefined || since === undefined || !isVisible || this.#isExcused(name, report))
      this.#patience.set(name, 0);
    else {
      const waited = (this.#patience.get(name) ?? 0) + (serving.shareOf(name, version) > 0 ? 1 : 0);
      this.#patience.set(name, waited);
      if (waited > this.#bound(name)) {
        const { decision, receipt } = report!;
        invariants.fail(
          'INV-8',
          `${version} does harm since minute ${since}, and ${waited} clean ticks later it is ${decision.kind} ${decision.reasons[0].code}, ${receipt.kind}`,
        );
      }
    }
  }

  #bound(name: string): number {
    const release = this.#world.scenario.releases.find((one) => one.name === name);
    return BOUND + (release?.brake === 'step-down' ? BOUND_PER_STEP * release.steps.length : 0);
  }

  #isTampered(name: string): boolean {
    const { people } = this.#world;
    return (
      people.has(name, 'record-edited', 'record-deleted') ||
      people.done.some(({ act }) => act === 'force-push')
    );
  }

  /** REL-28: what can be read is not held for what cannot. */
  #watchIsolation({ name, decision }: ReleaseReport): void {
    const { forge, invariants } = this.#world;
    const path = manifestPath(name);
    if (decision.reasons[0].code !== 'MANIFEST_INVALID' || this.#isTampered(name)) return;
    if (readManifest(path, forge.textAt(path)))
      invariants.fail('HEAL', `${name} is held as unreadable, and it is not`);
  }

  /** The version that Belay has to leave should it do harm, by the files on the default branch, and since when it has to. */
  #suspect(name: string): { readonly version: string; readonly from?: number } | undefined {
    const { forge } = this.#world;
    const path = manifestPath(name);
    const release = readManifest(path, forge.textAt(path));
    if (!release) return undefined;
    const { candidate, stable, rollback } = release.spec;
    if (exposure(release) > 0) return candidate;
    const move = lastServed(forge.commitAt(forge.tip('main')!).tree, name);
    if (!move) return undefined;
    const from = minuteOf(move.at);
    const { version } = stable;
    const isRestored = move.decision.kind === 'rollback' && move.restored?.version.version === version;
    return this.#isWatched(name) || (isRestored && rollback?.verify !== undefined)
      ? { version, from }
      : undefined;
  }

  /** The version that serves everyone was promoted, and the time that its manifest asks to watch it for is not over. */
  #isWatched(name: string): boolean {
    const { forge, minute } = this.#world;
    const path = manifestPath(name);
    const { stable, rollout } = readManifest(path, forge.textAt(path))?.spec ?? {};
    const move = lastServed(forge.commitAt(forge.tip('main')!).tree, name);
    return (
      move?.decision.kind === 'promote' &&
      move.candidate?.version === stable?.version &&
      rollout?.watch !== undefined &&
      minute <= minuteOf(move.at) + rollout.watch / 60_000
    );
  }

  /** A person's word keeps it where it is, or there is nowhere to go back to and everybody is told so. */
  #isExcused(name: string, report: ReleaseReport | undefined): boolean {
    if (!report) return true;
    const { receipt, decision } = report;
    const [first, ...more] = decision.reasons;
    // said beside what a person has to mend, or to look at, first
    const others: readonly string[] = ['STABLE_FAILING_TOO', 'RELEASE_FROZEN'];
    const beside = more.map(({ code }) => code).filter((code) => others.includes(code));
    const codes = [receipt.kind, 'code' in receipt ? receipt.code : '', first.code, ...beside];
    return (
      codes.some((code) => this.#mayRest(name, code)) ||
      decision.reasons[0].code === 'CONFIG_UNREADABLE' ||
      this.#isTampered(name)
    );
  }

  #mayRest(name: string, code: string): boolean {
    const { people, scenario } = this.#world;
    const release = scenario.releases.find((one) => one.name === name);
    const happened = (cause: string): boolean => {
      if (cause === 'born') return release?.bornWithCandidate === true;
      if (cause === 'taken-over') return release?.older === undefined && this.#isTakenOver(name);
      if (cause === 'stopped') return release?.brake === 'step-down' && people.has(name, 'pause');
      if (cause === 'late') return release?.deadline !== '6h';
      if (cause === 'order')
        return scenario.happenings.some(({ kind }) => ['order', 'twins', 'command'].includes(kind));
      if (cause === 'waiting') return this.#world.invariants.dependents.isWaiting(name);
      if (cause === 'shared') return this.#isStableSick(name);
      // a step that a push with force undid in an outage leaves its traffic in the evidence of the one before, until the deadline
      if (cause === 'undone')
        return (
          people.done.some(({ act }) => act === 'force-push') &&
          scenario.happenings.some(({ kind }) => kind === 'outage')
        );
      if (cause === 'sick')
        return (
          release?.verify !== undefined &&
          (release.older?.kind === 'bad' ||
            release.truths.some(({ kind }) => kind === 'bad') ||
            scenario.happenings.some(({ kind }) => kind === 'outage'))
        );
      if (cause === 'bad')
        return (
          release?.truths.some(({ kind }) => kind === 'bad') === true ||
          scenario.happenings.some(({ kind }) => kind === 'outage')
        );
      // one person's force push takes back what was done to every release
      return cause === 'force-push'
        ? people.done.some(({ act }) => act === cause)
        : people.has(name, cause as ActKind);
    };
    return (RESTS[code] ?? []).some(happened);
  }

  #isTakenOver(name: string): boolean {
    const { forge } = this.#world;
    return isTakenOver(forge.commitAt(forge.tip('main')!).tree, name);
  }

  /**
   * Stable itself does harm: one that turned bad after its watch, or when another was started and ended it. Nothing of Belay's takes
   * both of them back, and a person is told with every run. Just after an outage it is still in the ticks that are read together.
   */
  #isStableSick(name: string): boolean {
    const { forge, serving } = this.#world;
    const path = manifestPath(name);
    const stable = readManifest(path, forge.textAt(path))?.spec.stable.version;
    return (stable !== undefined && serving.harmfulSince(stable) !== undefined) || serving.wasOut(OUT);
  }

  /** INV-13: who cannot see for too long is told once, by a record; that it is not twice is seen where it lands. */
  #watchBlindness({ name, decision, standing }: ReleaseReport): void {
    const { metrics, minute, invariants, now, forge } = this.#world;
    const blind = metrics.blindSince(minute);
    const code = decision.reasons[0].code;
    if (
      blind === undefined ||
      !standing ||
      decision.kind !== 'hold' ||
      (code !== 'CHECK_ERROR' && code !== 'CHECK_NO_DATA')
    )
      return;
    const entered = minute - (now - standing.enteredAt) / 60_000;
    if (minute - Math.max(blind, entered) <= DEADLINE + GRACE) return;
    const newest = newestRecord(forge.commitAt(forge.tip('main')!).tree, name);
    if (newest?.decision.reasons[0]?.code !== 'EVIDENCE_MISSING')
      invariants.fail('INV-13', `${name} has not been seen since minute ${blind}, and nobody was told`);
  }

  isAtRest(report: RunReport): boolean {
    const { scenario } = this.#world;
    return scenario.releases.every(({ name }) => this.#isRestOf(name, report));
  }

  /** Nothing is left to be done, or a person's word keeps it; a version that is looked after is not at rest yet. */
  #isRestOf(name: string, report: RunReport): boolean {
    const found = report.releases.find((one) => one.name === name);
    if (!found) return false;
    const { kind, reasons } = found.decision;
    if (['WATCHING', 'VERIFYING'].includes(reasons[0].code)) return false;
    return kind === 'nothing' || this.#isExcusedRest(name, found) || this.#waitsBelow(found, report);
  }

  /** What it depends on has to go back and cannot, and people are told so: nothing is built upon that. */
  #waitsBelow({ name, decision }: ReleaseReport, report: RunReport): boolean {
    const supports = this.#world.scenario.releases.find((one) => one.name === name)?.dependsOn ?? [];
    return (
      decision.reasons[0].code === 'ROLLBACK_PENDING' &&
      report.releases.some(
        (one) =>
          supports.includes(one.name) &&
          (this.#waitsBelow(one, report) ||
            (one.decision.kind === 'rollback' && this.#isExcusedRest(one.name, one))),
      )
    );
  }

  #isExcusedRest(name: string, { decision, receipt }: ReleaseReport): boolean {
    const codes = [
      receipt.kind,
      'code' in receipt ? receipt.code : '',
      ...decision.reasons.map(({ code }) => code),
    ];
    return codes.some((code) => this.#mayRest(name, code));
  }

  /** HEAL: the faults are over, what people broke is mended, and there was time. */
  atEnd(report: RunReport | undefined): void {
    const { invariants, scenario } = this.#world;
    if (!report) invariants.fail('HEAL', 'the last tick, in which nothing went wrong, gave no report');
    if (!report || this.isAtRest(report)) return;
    for (const { name } of scenario.releases) {
      const found = report.releases.find((one) => one.name === name);
      const told = found
        ? `${found.decision.kind} ${found.decision.reasons.map(({ code, text }) => `${code} (${text})`)}, ${JSON.stringify(found.receipt)} ${found.problems.map(({ code }) => code)}`
        : 'not reported';
      // one that was promoted late is watched beyond the end of the history
      const isWatched = found?.decision.reasons[0].code === 'WATCHING' && this.#isWatched(name);
      if (!isWatched && !this.#isRestOf(name, report))
        invariants.fail('HEAL', `${name} does not come to rest: ${told}`);
    }
  }
}
