import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { Release } from '../../src/core/manifest/release-schema.ts';
import type { BelayRecord } from '../../src/core/record/record-schema.ts';
import type { Instant, Sha } from '../../src/core/units.ts';
import type { FakeCommit, Tree } from '../fakes/commit-store.ts';
import type { FakeForge, FakePull } from '../fakes/forge.ts';
import { Dependents } from './dependents.ts';
import { DrillRun } from './drill-run.ts';
import { Drills } from './drills.ts';
import {
  exposure,
  isWord,
  manifestPath,
  newestRecord,
  RECORDS,
  readManifest,
  readRecord,
  recordPaths,
  withWeight,
} from './files.ts';
import { type Metrics, SECRET } from './metrics.ts';
import type { Orders } from './orders.ts';
import type { People } from './people.ts';
import { mayOrder, type PersonName } from './persons.ts';
import { Recovery } from './recovery.ts';
import type { DrillPlan, Scenario } from './scenario.ts';
import type { Serving } from './serving.ts';

/** The numbers of the safety cases; `HEAL`: what must come to rest after the faults; `BUG`: a run ended in a way that no caller is promised. */
export type InvariantId = `INV-${number}` | 'HEAL' | 'BUG';

export interface Violation {
  readonly invariant: InvariantId;
  readonly what: string;
}

/** What landed on the default branch: a commit, and the tree before it. */
interface Landed {
  readonly commit: FakeCommit;
  readonly before: Tree;
  readonly records: readonly BelayRecord[];
}

export interface Stage {
  readonly scenario: Scenario;
  readonly forge: FakeForge;
  readonly people: People;
  readonly orders: Orders;
  readonly metrics: Metrics;
  readonly serving: Serving;
  /** What happened, for coverage. */
  readonly marks: Set<string>;
  now(): Instant;
}

const MINUTE = 60_000;

/** Holds every commit and every pull request to the invariants, as soon as it is there. */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly #stage: Stage;
  readonly #seen = new Set<Sha>();
  /** Versions that the history itself has shown to be good, and those that were taken back, by release. */
  readonly #good = new Map<string, Set<string>>();
  readonly #bad = new Map<string, Set<string>>();
  #main: Sha;
  #pulls = 0;
  readonly recovery: Recovery;
  readonly dependents: Dependents;
  readonly drills: Drills;
  /** A person rewrites history now: the only one who may. */
  isRewriting = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#main = stage.forge.tip('main')!;
    this.#seen.add(this.#main);
    const fail = (invariant: InvariantId, what: string): void => this.fail(invariant, what);
    this.recovery = new Recovery(stage, fail);
    this.dependents = new Dependents(stage, fail);
    this.drills = new Drills(stage, fail);
  }

  fail(invariant: InvariantId, what: string): void {
    this.violations.push({ invariant, what });
  }

  /** After every event. */
  check(): void {
    const tip = this.#stage.forge.tip('main')!;
    if (tip !== this.#main) this.#checkMain(tip);
    this.#checkPulls();
  }

  #checkMain(tip: Sha): void {
    const { forge } = this.#stage;
    const line: FakeCommit[] = [];
    for (
      let next: Sha | undefined = tip;
      next !== undefined && !this.#seen.has(next);
      next = forge.commitAt(next).parents[0]
    )
      line.push(forge.commitAt(next));
    const isForward = line.at(-1)?.parents[0] === this.#main;
    if (!isForward && !this.isRewriting)
      this.fail('INV-11', `main moved from ${this.#main} to ${tip}, which does not follow it`);
    this.#main = tip;
    if (!isForward) this.#forget(tip);
    for (const commit of line.reverse()) {
      this.#seen.add(commit.id);
      const before = forge.commitAt(commit.parents[0]!).tree;
      const records = newRecords(before, commit.tree);
      if (records.length > 0 || commit.author === 'belay') this.#checkLanding({ commit, before, records });
    }
  }

  /** Who rewrites history takes back what it says of versions. */
  #forget(tip: Sha): void {
    this.#good.clear();
    this.#bad.clear();
    const { tree } = this.#stage.forge.commitAt(tip);
    for (const { name } of this.#stage.scenario.releases)
      for (const path of recordPaths(tree, name)) {
        const record = readRecord(tree.get(path));
        if (record) this.#remember(record);
      }
  }

  #checkLanding(landed: Landed): void {
    // what a person merges, or mends, is a person's doing, whoever wrote it
    if (
      landed.commit.author !== 'belay' ||
      this.#isForeign(landed.commit.id) ||
      this.#isFromRewritten(landed)
    ) {
      for (const record of landed.records) this.#remember(record);
      return;
    }
    // of two runs at once the second may merge what the first has merged: a commit that changes nothing
    if (landed.records.length === 0 && [...changed(landed.before, landed.commit.tree)].length === 0) return;
    if (this.drills.checkLanding(landed.before, landed.commit.tree)) return;
    this.#checkChains(landed);
    this.#checkPaths(landed);
    this.dependents.checkLanding(landed, (number) => this.#knownBefore(number));
    for (const record of landed.records) {
      this.#checkEffect(landed, record);
      this.#checkMove(landed, record);
      this.#checkBytes(landed, record);
      if (record.decision.kind === 'rollback') this.#checkRestored(landed, record);
      else this.#checkObeyed(landed, record);
      this.#checkOrders(landed, record);
      this.recovery.checkLanding(landed.before, record);
      this.#remember(record);
    }
    const text = [...changed(landed.before, landed.commit.tree)].map((path) =>
      String(landed.commit.tree.get(path) ?? ''),
    );
    this.checkSecret([landed.commit.message, ...text]);
  }

  /** What was armed on a history that a person has taken away since: the forge merges it with the commits that it began on. */
  #isFromRewritten({ commit, records }: Landed): boolean {
    const { forge, people } = this.#stage;
    if (!people.done.some(({ act }) => act === 'force-push')) return false;
    const line = new Set<Sha>();
    for (
      let next: Sha | undefined = commit.parents[0];
      next !== undefined;
      [next] = forge.commitAt(next).parents
    )
      line.add(next);
    return records.some(({ via, base }) => via === 'pull-request' && !line.has(base));
  }

  /** INV-3: only files of the releases it names; a manifest that could be read can be read. */
  #checkPaths({ commit, before, records }: Landed): void {
    const names = [...commit.message.matchAll(/^Belay-Release: (\S+)$/gm)].map((match) => match[1]!);
    const recorded = records.map(({ release }) => release).sort();
    if (commit.author === 'belay' && names.sort().join() !== recorded.join())
      this.fail('INV-5', `${commit.id} names ${names} and records ${recorded}`);
    for (const path of changed(before, commit.tree)) {
      const isOwn =
        recorded.some((name) => [manifestPath(name), `serving/${name}.yaml`].includes(path)) ||
        recorded.some((name) => path.startsWith(`${RECORDS}${name}/`));
      if (!isOwn) this.fail('INV-3', `${commit.id} of ${recorded} touches ${path}`);
    }
    for (const record of records) {
      const { manifest, release } = record;
      // a person may say stop whatever the manifest looks like, and nothing of it is written
      if (isWord(record) && before.get(manifest.path) === commit.tree.get(manifest.path)) continue;
      if (!readManifest(manifest.path, commit.tree.get(manifest.path)))
        this.fail('INV-3', `${commit.id} leaves a manifest of ${release} that cannot be read`);
    }
  }

  /** INV-5: records are only added, one after the other, each naming the digest of the one before. */
  #checkChains({ commit, before, records }: Landed): void {
    const { people } = this.#stage;
    for (const { release, via } of records) {
      let tip: string | null = null;
      for (const [index, path] of recordPaths(commit.tree, release).entries()) {
        const text = String(commit.tree.get(path));
        const record = readRecord(text);
        // what was armed before somebody deleted a record is merged by the forge
        const isTampered = via === 'pull-request' && people.has(release, 'record-deleted', 'record-edited');
        if (!isTampered && (record?.sequence !== index + 1 || record.previous !== tip))
          this.fail(
            'INV-5',
            `${path} does not follow: number ${record?.sequence}, previous ${record?.previous}`,
          );
        if (!isTampered && before.has(path) && before.get(path) !== text)
          this.fail('INV-5', `${path} was written again`);
        tip = `sha256:${sha256(text)}`;
      }
    }
  }

  /** INV-5: no record without its effect: it names the bytes before (where a pull request began) and after. */
  #checkEffect({ commit, before }: Landed, record: BelayRecord): void {
    const { release, manifest, targets, decision, via, base } = record;
    const from = via === 'commit' ? before : this.#stage.forge.commitAt(base).tree;
    for (const file of [manifest, ...targets]) {
      const was = from.get(file.path);
      // somebody changed it beside the pull request: the merge holds both
      if (was !== before.get(file.path)) continue;
      const is = commit.tree.get(file.path);
      const digest = (text: unknown): string | null =>
        typeof text === 'string' ? `sha256:${sha256(text)}` : null;
      if (digest(is) !== file.after || digest(was) !== file.before)
        this.fail('INV-5', `record of ${decision.kind} ${release}: ${file.path} is not what it says`);
    }
    const read = readManifest(manifest.path, commit.tree.get(manifest.path));
    const target = `serving/${release}.yaml`;
    // a person edited it beside the pull request: it is not what Belay left
    if (from.get(target) !== before.get(target)) return;
    const served = String(commit.tree.get(target));
    const weights = new Map(
      [...served.matchAll(/- name: (\S+).*\n.*\n +weight: (\d+)/g)].map((match) => [
        match[1],
        Number(match[2]),
      ]),
    );
    const weight = read ? exposure(read) : undefined;
    if (isWord(record) || !read) return;
    if (
      weights.get(read.spec.stable.backend) !== 100 - weight! ||
      (read.spec.candidate && weights.get(read.spec.candidate.backend) !== weight)
    )
      this.fail(
        'INV-3',
        `${decision.kind} ${release} leaves ${[...weights]} where the manifest says ${weight}`,
      );
  }

  /** INV-1 and INV-2: up by one declared step at most, after its hold, on evidence of that step that says pass. */
  #checkMove({ commit, before }: Landed, record: BelayRecord): void {
    const { decision, release, manifest } = record;
    const was = readManifest(manifest.path, before.get(manifest.path));
    const is = readManifest(manifest.path, commit.tree.get(manifest.path));
    const isUp = exposure(is) > exposure(was);
    if (decision.kind === 'reduce') this.#checkLowered(record, was, is);
    if (!isUp && decision.kind !== 'promote') return;
    this.#checkDecided(before, record);
    if (!['start', 'advance', 'promote'].includes(decision.kind))
      this.fail('INV-1', `${decision.kind} raises ${release}`);
    if (!was || !is) return;
    const steps = was.spec.rollout.steps.map((step) => step.weight as number);
    const from = steps.indexOf(exposure(was));
    const to = decision.kind === 'promote' ? steps.length : steps.indexOf(exposure(is));
    if (to !== from + 1)
      this.fail('INV-2', `${decision.kind} of ${release} goes from step ${from} to step ${to}`);
    if (decision.kind === 'start') return;
    const entered = this.#entered(commit, record);
    if (entered === undefined) {
      this.fail('INV-1', `${decision.kind} of ${release} before it was started`);
      return;
    }
    const { hold } = was.spec.rollout.steps[from] ?? { hold: 0 };
    if (this.#stage.now() + this.#early < entered + hold)
      this.fail(
        'INV-2',
        `${decision.kind} of ${release} ${(this.#stage.now() - entered) / MINUTE} minutes after the step was entered, hold ${hold / MINUTE}`,
      );
    this.#checkEvidence(record, was, entered);
  }

  /** INV-2 and INV-7 on the way down: one declared step for proven harm, else to the first one; and only for harm. */
  #checkLowered(
    { decision, release, candidate }: BelayRecord,
    was: Release | undefined,
    is: Release | undefined,
  ): void {
    const steps = was?.spec.rollout.steps.map((step) => step.weight as number) ?? [];
    const isStep = decision.reasons[0]?.code === 'STEP_DOWN';
    const expected = isStep ? steps.findLast((weight) => weight < exposure(was)) : steps[0];
    if (exposure(is) >= exposure(was) || exposure(is) !== expected)
      this.fail('INV-2', `${release} is taken down from ${exposure(was)} to ${exposure(is)}`);
    if (candidate && !this.#isSick(candidate.version))
      this.fail('INV-7', `${candidate.version} is taken down, and is healthy`);
  }

  /** INV-1: what was taken down goes up again only after a person has edited the manifest. */
  #checkDecided(before: Tree, { release, manifest, decision }: BelayRecord): void {
    if (decision.kind === 'start') return;
    const path = recordPaths(before, release).findLast((one) =>
      ['start', 'advance', 'reduce'].includes(readRecord(before.get(one))?.decision.kind ?? ''),
    );
    const last = path === undefined ? undefined : readRecord(before.get(path));
    if (last?.decision.kind === 'reduce' && last.manifest.after === manifest.before)
      this.fail('INV-1', `${decision.kind} of ${release} after it was taken down, and nobody edited it`);
  }

  #isSick(version: string): boolean {
    return (
      this.#stage.serving.harmfulSince(version) !== undefined ||
      this.#stage.scenario.happenings.some(({ kind }) => kind === 'outage')
    );
  }

  #skew = 0;
  /** Clocks that are this far apart are not told from right ones. */
  #early = 2 * MINUTE;

  /** Runners whose clocks go wrong by up to so many minutes are about, and are ahead by up to `early`. */
  tolerate({ wrong, early }: { readonly wrong: number; readonly early: number }): void {
    this.#skew = Math.max(this.#skew, wrong * MINUTE);
    this.#early = Math.max(this.#early, early * MINUTE);
  }

  /** The world's own account of what could be seen, not the record's. */
  #checkEvidence(record: BelayRecord, was: Release, entered: Instant): void {
    const { decision, release, evidence, at } = record;
    if (evidence?.overall !== 'pass')
      this.fail('INV-1', `${decision.kind} of ${release} on ${evidence?.overall}`);
    const { candidate, stable, rollout } = was.spec;
    const arms = [candidate?.version, rollout.weight === 100 ? undefined : stable.version];
    for (const version of arms) {
      if (version === undefined) continue;
      const isSeen = this.#stage.metrics.sights.some(
        (sight) =>
          sight.version === version &&
          Math.abs(sight.askedAt - at) <= this.#skew + 2 * MINUTE &&
          (sight.newest ?? 0) > entered - this.#skew,
      );
      if (!isSeen)
        this.fail(
          'INV-1',
          `${decision.kind} of ${release} although nothing true was shown of ${version} since the step was entered`,
        );
    }
  }

  /** When the step that a record leaves came to the default branch. */
  #entered(commit: FakeCommit, { release, sequence }: BelayRecord): Instant | undefined {
    const { forge } = this.#stage;
    const path = recordPaths(commit.tree, release)
      .slice(0, sequence - 1)
      .findLast((one) =>
        ['start', 'advance', 'reduce'].includes(readRecord(commit.tree.get(one))?.decision.kind ?? ''),
      );
    if (path === undefined) return undefined;
    const text = commit.tree.get(path);
    let landed = commit;
    // the first time, should somebody have deleted and restored it since
    for (let next: Sha | undefined = commit.parents[0]; next !== undefined; ) {
      const one = forge.commitAt(next);
      if (one.tree.get(path) === text) landed = one;
      next = one.parents[0];
    }
    return landed.at;
  }

  /** INV-12: of what people wrote, Belay changes the weight, and at a promotion the versions. */
  #checkBytes({ commit, before }: Landed, record: BelayRecord): void {
    const { decision, manifest, release } = record;
    const was = before.get(manifest.path);
    const is = commit.tree.get(manifest.path);
    if (typeof was !== 'string' || typeof is !== 'string' || decision.kind === 'rollback') return;
    const moved = decision.kind === 'promote' ? promoted(was) : withWeight(was, decision.to);
    const expected = isWord(record) ? was : moved;
    // what it left as it was, because a person took the candidate out just before it landed, is held to its record (INV-5)
    if (is !== expected && is !== was)
      this.fail('INV-12', `${decision.kind} of ${release} changes more of the manifest than its own`);
    const path = `serving/${release}.yaml`;
    const plain = (text: unknown): string => String(text).replace(/weight: \d+/g, 'weight:');
    if (plain(before.get(path)) !== plain(commit.tree.get(path)))
      this.fail('INV-12', `${decision.kind} of ${release} changes more of ${path} than weights`);
  }

  /** INV-9: back to something that was good, is not bad, and stood in the repository before. */
  #checkRestored(
    { commit }: Landed,
    { release, manifest, quarantine, restored, decision, base }: BelayRecord,
  ): void {
    const isSick = quarantine && this.#isSick(quarantine.version);
    if (['HARM_PROVEN', 'NOT_RECOVERED'].includes(decision.reasons[0]?.code ?? '') && !isSick)
      this.fail('INV-7', `rollback of ${quarantine?.version}, which is healthy`);
    const text = commit.tree.get(manifest.path);
    const is = readManifest(manifest.path, text);
    const version = is?.spec.stable.version;
    if (!is || is.spec.candidate || version === undefined) {
      this.fail('INV-9', `rollback of ${release} does not leave it settled`);
      return;
    }
    // a record that a person deleted says nothing any more
    const isForgotten = this.#stage.people.has(release, 'record-deleted');
    if (!isForgotten && !this.#setOf(this.#good, release).has(version))
      this.fail('INV-9', `rollback of ${release} to ${version}, which was never good`);
    if (version === quarantine?.version || (!isForgotten && this.#setOf(this.#bad, release).has(version)))
      this.fail('INV-9', `rollback of ${release} to ${version}, which was taken back`);
    if (restored?.version.version !== version)
      this.fail('INV-9', `rollback of ${release} says ${restored?.version.version}, leaves ${version}`);
    const was = readManifest(manifest.path, this.#stage.forge.commitAt(base).tree.get(manifest.path));
    if (was && !was.spec.candidate && was.spec.stable.version === version)
      this.fail('INV-9', `rollback of ${release} to ${version}, which was served already`);
  }

  /** INV-10: paused is paused, and what was taken back does not come again. */
  #checkObeyed(landed: Landed, record: BelayRecord): void {
    const { before } = landed;
    const { decision, manifest, release, stable } = record;
    if (isWord(record)) {
      if (!record.trigger.order) this.#checkNotice(landed, record);
      return;
    }
    const was = readManifest(manifest.path, before.get(manifest.path));
    if (was?.spec.rollout.paused && ['start', 'advance'].includes(decision.kind))
      this.fail('INV-10', `${decision.kind} of ${release} although it is paused`);
    const candidate = was?.spec.candidate?.version;
    // a record that a person deleted says nothing any more
    const isForgotten = this.#stage.people.has(release, 'record-deleted');
    const bad = isForgotten ? new Set<string>() : this.#setOf(this.#bad, release);
    const goesUp = ['start', 'advance', 'promote'].includes(decision.kind);
    if (goesUp && candidate !== undefined && bad.has(candidate))
      this.fail('INV-10', `${decision.kind} of ${candidate}, which was taken back`);
    if (decision.kind === 'adopt' && stable && bad.has(stable.version))
      this.fail('INV-9', `adopts ${stable.version}, which was taken back`);
    const waiting = this.#stage.forge.pulls.find(
      ({ state, branch }) => state === 'open' && branch.startsWith(`belay/rollback/${release}/`),
    );
    const takesBack =
      waiting &&
      [candidate, was?.spec.stable.version].some(
        (version) => version !== undefined && waiting.branch.includes(`/${version}-`),
      );
    if (takesBack && this.#knownBefore(waiting.number))
      this.fail('INV-10', `${decision.kind} of ${release} under the open rollback #${waiting.number}`);
  }

  /** INV-10 and INV-17: what people ordered. */
  #checkOrders({ commit, before }: Landed, record: BelayRecord): void {
    const { orders, forge } = this.#stage;
    const fail = (invariant: InvariantId, what: string): void => this.fail(invariant, what);
    orders.checkLanding({ before, after: commit.tree }, record, { fail, early: this.#early });
    if (!['start', 'advance', 'promote'].includes(record.decision.kind)) return;
    const pausing = forge.pulls.find(
      ({ state, branch, head }) =>
        state === 'open' &&
        branch.startsWith(`belay/order/${record.release}/pause/`) &&
        forge.commitAt(head).author === 'belay',
    );
    if (pausing && this.#knownBefore(pausing.number))
      this.fail(
        'INV-10',
        `${record.decision.kind} of ${record.release} while #${pausing.number} waits to pause it`,
      );
  }

  /** INV-13: nobody is told the same twice, while nothing has changed in between. */
  #checkNotice({ before }: Landed, { release, decision, manifest, candidate, stable }: BelayRecord): void {
    const last = newestRecord(before, release);
    const code = decision.reasons[0]?.code;
    if (
      last?.decision.kind !== 'pause' ||
      last.decision.reasons[0]?.code !== code ||
      last.manifest.after !== manifest.after
    )
      return;
    const isSeen = this.#stage.metrics.sights.some(
      ({ version, askedAt, newest }) =>
        version === (candidate ?? stable)?.version && askedAt > last.at && (newest ?? 0) > last.at,
    );
    if (code === 'DEADLINE_PASSED' || !isSeen) this.fail('INV-13', `${release} is told ${code} twice`);
  }

  /** Pull requests that were open when the run under way made its checkout; it cannot know of others. */
  knownPulls = 0;

  /** Closed by people before the run under way began; what happens under its hands is a race. */
  knownClosed = 0;

  #knownBefore(number: number): boolean {
    return number <= this.knownPulls;
  }

  #remember({ release, good, quarantine, lifted, trigger: { order } }: BelayRecord): void {
    // it may be tried again; good it is when it is promoted anew
    if (lifted !== undefined && order && mayOrder(order.by.login as PersonName, 'lift-quarantine'))
      this.#setOf(this.#bad, release).delete(lifted);
    if (good) this.#setOf(this.#good, release).add(good.version);
    if (quarantine) {
      this.#setOf(this.#bad, release).add(quarantine.version);
      this.#setOf(this.#good, release).delete(quarantine.version);
    }
  }

  /** A drill begins. @param now by its own clock */
  beginDrill(plan: DrillPlan, now: Instant): DrillRun {
    const bad = this.#setOf(this.#bad, plan.release);
    const good = new Set([...this.#setOf(this.#good, plan.release)].filter((version) => !bad.has(version)));
    const fail = (invariant: InvariantId, what: string): void => this.fail(invariant, what);
    return new DrillRun(this.#stage, { plan, now, fail, isGood: (version) => good.has(version) });
  }

  #setOf(sets: Map<string, Set<string>>, release: string): Set<string> {
    const known = sets.get(release) ?? new Set<string>();
    sets.set(release, known);
    return known;
  }

  /** INV-10 and INV-11: what a person closed stays closed; Belay merges its own commits only, and writes below `belay/` only. */
  #checkPulls(): void {
    const { forge, people } = this.#stage;
    const { pulls } = forge;
    for (const pull of pulls.slice(this.#pulls)) {
      this.checkSecret([pull.title, pull.description]);
      if (!pull.branch.startsWith('belay/')) this.fail('INV-11', `pull request from ${pull.branch}`);
      const before = people.closed
        .slice(0, this.knownClosed)
        .find(
          ({ pull: old }) =>
            !isNewer(pulls, old, pull) &&
            ((old.branch === pull.branch && old.head === pull.head) ||
              this.#isSameRollback(old.head, pull.head)),
        );
      if (before && !this.#isOrdered(pull.head))
        this.fail('INV-10', `#${pull.number} is #${before.pull.number} again, which a person closed`);
    }
    this.#pulls = pulls.length;
    for (const { state, mergeCommit, head, number } of pulls)
      if (
        state === 'merged' &&
        mergeCommit &&
        forge.commitAt(mergeCommit).author === 'belay' &&
        !this.#merged.has(number)
      ) {
        this.#merged.add(number);
        if (forge.commitAt(head).author !== 'belay' && !this.#armedForeign.has(number))
          this.fail('INV-11', `#${number} was merged with commits of somebody else`);
      } else if (state === 'open') this.#noteForeign(number, head);
  }

  /**
   * Whether two commits take one release back in the same way from the same files, with nothing but words in the records that came
   * in between.
   */
  #isSameRollback(one: Sha, other: Sha): boolean {
    const [first, second] = [this.#readRollback(one), this.#readRollback(other)];
    if (!first || !second || first.edits !== second.edits || first.release !== second.release) return false;
    const between = second.known.slice(first.known.length);
    return (
      between.length <= 8 &&
      first.known.every((path) => first.before.get(path) === second.before.get(path)) &&
      between.every((path) => {
        const record = readRecord(second.before.get(path));
        return record !== undefined && isWord(record);
      })
    );
  }

  /** A commit on a branch that takes one release back since checks ask for it; undefined for any other. */
  #readRollback(head: Sha) {
    const { forge } = this.#stage;
    const { tree, parents } = forge.commitAt(head);
    const before = parents[0] === undefined ? undefined : forge.commitAt(parents[0]).tree;
    if (!before) return undefined;
    const changed = [...tree].filter(([path, text]) => before.get(path) !== text);
    const [path, ...others] = changed.flatMap(([path]) => (path.startsWith(RECORDS) ? [path] : []));
    const record = path === undefined || others.length > 0 ? undefined : readRecord(tree.get(path));
    // what a person ordered and closed is another word than what the checks ask for
    if (record?.decision.kind !== 'rollback' || this.#isOrdered(head)) return undefined;
    const files = changed.filter(([name]) => name !== path);
    return {
      release: record.release,
      before,
      known: recordPaths(before, record.release),
      // what is proven is more than what only follows another release
      edits: JSON.stringify([record.quarantine, files.map(([name, text]) => [name, before.get(name), text])]),
    };
  }

  /** Whether a commit is what a person ordered, which is a newer word than a pull request that was closed. */
  #isOrdered(head: Sha): boolean {
    const { forge } = this.#stage;
    const { tree, parents } = forge.commitAt(head);
    const before = parents[0] && forge.commitAt(parents[0]).tree;
    return [...tree].some(
      ([path, text]) =>
        path.startsWith('.belay/records/') && !before?.has(path) && String(text).includes('ASKED_BY_PERSON'),
    );
  }

  /** Whether a commit is the merge, by the forge itself, of what somebody pushed to an armed pull request. */
  #isForeign(id: Sha): boolean {
    return this.#stage.forge.pulls.some(
      ({ mergeCommit, number }) => mergeCommit === id && this.#armedForeign.has(number),
    );
  }

  readonly #merged = new Set<number>();
  /** Armed before somebody pushed: the forge merges by itself then, and nobody of ours is asked. */
  readonly #armedForeign = new Set<number>();

  #noteForeign(number: number, head: Sha): void {
    const { forge } = this.#stage;
    if (forge.pulls[number - 1]?.armed && forge.commitAt(head).author !== 'belay')
      this.#armedForeign.add(number);
  }

  /** INV-4: one open rollback for each version at most; after a run in which nothing went wrong. */
  checkRollbacks(): void {
    const versions = this.#stage.forge.pulls
      .filter(({ state, branch }) => state === 'open' && branch.startsWith('belay/rollback/'))
      .map(({ branch }) => branch.replace(/-[0-9a-f]{12}(-\d+)?$/, ''));
    if (new Set(versions).size < versions.length) this.fail('INV-4', `open rollbacks: ${versions}`);
  }

  /** INV-14: nothing secret where somebody can read it. */
  checkSecret(texts: readonly string[]): void {
    const found = texts.find((text) => text.includes(SECRET));
    if (found !== undefined) this.fail('INV-14', `a secret is in ${JSON.stringify(found.slice(0, 200))}`);
  }
}

function* changed(before: Tree, after: Tree): Iterable<string> {
  for (const [path, text] of after) if (before.get(path) !== text) yield path;
  for (const path of before.keys()) if (!after.has(path)) yield path;
}

function newRecords(before: Tree, after: Tree): readonly BelayRecord[] {
  return [...changed(before, after)]
    .filter((path) => path.startsWith(RECORDS) && after.has(path))
    .flatMap((path) => readRecord(after.get(path)) ?? []);
}

/** A promotion by other means than the product's. */
function promoted(text: string): string {
  return withWeight(
    text.replace(/^ {2}stable:\n(?: {4}.*\n)+/m, '').replace(/^ {2}candidate:$/m, '  stable:'),
    0,
  );
}

/** Whether another rollback of the release was proposed after one that was closed: who did that had the last word. */
function isNewer(pulls: readonly FakePull[], closed: FakePull, now: FakePull): boolean {
  const family = now.branch.slice(0, now.branch.lastIndexOf('/') + 1);
  return pulls.some(
    ({ number, branch }) => number > closed.number && number < now.number && branch.startsWith(family),
  );
}
