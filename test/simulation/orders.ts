import type { CommentAnswer } from '../../src/app/answer-comment.ts';
import type { CommentEvent } from '../../src/core/command/check-comment.ts';
import { type OrderName, sourceKey } from '../../src/core/record/order-schema.ts';
import type { BelayRecord } from '../../src/core/record/record-schema.ts';
import { type Instant, instant } from '../../src/core/units.ts';
import type { PullRequests } from '../../src/ports/pull-requests.ts';
import type { Tree } from '../fakes/commit-store.ts';
import type { FakeForge } from '../fakes/forge.ts';
import { createFakePeople, type FakePeople } from '../fakes/people.ts';
import { createFakePullRequests } from '../fakes/pull-requests.ts';
import { exposure, isWord, manifestPath, readManifest, readRecord, recordPaths } from './files.ts';
import type { InvariantId } from './invariants.ts';
import { ISSUE, mayOrder, PERSONS, type PersonName } from './persons.ts';

/** An order as somebody gave it. */
export interface Given {
  readonly id: number;
  readonly release: string;
  readonly order: OrderName;
  readonly by: PersonName;
  readonly at: Instant;
  readonly version: string | undefined;
  readonly until: Instant | undefined;
}

/** What somebody sees of a release who approves its next step. */
interface Seen {
  readonly candidate: string;
  readonly weight: number;
  /** Number of the record that brought it where it stands; 0: none. */
  readonly move: number;
}

/** A person's word that a release may take a step. */
interface Approval {
  readonly release: string;
  readonly by: PersonName;
  /** More than one where the release moved in the minute in which it was given. */
  readonly seen: () => readonly Seen[];
}

const MINUTE = 60_000;

/**
 * What people order, with what the world itself knows of it: who they are, what they saw, and what must come of it (INV-10 and
 * INV-17). Belay's own reading of records and roles is not asked.
 */
export class Orders {
  readonly people: FakePeople = createFakePeople();
  readonly pulls: PullRequests;
  readonly #forge: FakeForge;
  readonly #now: () => Instant;
  readonly #given = new Map<string, Given>();
  readonly #reviews = new Map<string, { readonly release: string; readonly by: PersonName }>();
  readonly #approvals: Approval[] = [];
  #comments = 5_000;

  constructor(forge: FakeForge, now: () => Instant) {
    this.#forge = forge;
    this.#now = now;
    for (const [name, { id, permission }] of Object.entries(PERSONS)) this.people.allow(name, permission, id);
    this.pulls = {
      ...createFakePullRequests(),
      look: async (number) => {
        const pull = forge.pulls[number - 1];
        return pull && { number, head: pull.head, isFork: false };
      },
    };
  }

  /** Somebody writes a comment: on the newest pull request, or on the issue while there is none. */
  write(order: Omit<Given, 'id' | 'at'> & { readonly age: number }): {
    readonly event: CommentEvent;
    readonly given: Given;
  } {
    this.#comments += 1;
    const { age, ...words } = order;
    const given: Given = { ...words, id: this.#comments, at: instant(this.#now() - age * MINUTE) };
    this.#given.set(`comment ${given.id}`, given);
    if (given.order === 'approve') this.#approve(given);
    const author = { login: given.by, id: PERSONS[given.by].id, type: 'User' };
    const pull = this.#forge.pulls.length;
    const event: CommentEvent = {
      action: 'created',
      id: given.id,
      body: bodyOf(given),
      createdAt: given.at,
      author,
      sender: author,
      on: pull > 0 ? { number: pull, isPull: true } : { number: ISSUE, isPull: false },
    };
    return { event, given };
  }

  /** Somebody reviews the newest open step of a release; false when there is none. */
  review(release: string, by: PersonName, state: 'approved' | 'changes-requested'): boolean {
    const pull = this.#forge.pulls.findLast(
      (one) => one.state === 'open' && one.branch.startsWith(`belay/advance/${release}/`),
    );
    if (!pull) return false;
    const author = { login: by, id: PERSONS[by].id, isPerson: true };
    const id = this.people.review(pull.number, { author, state, commit: pull.head });
    this.#reviews.set(`review ${id}`, { release, by });
    const { tree } = this.#forge.commitAt(pull.head);
    const path = recordPaths(tree, release).at(-1);
    const record = path === undefined ? undefined : readRecord(tree.get(path));
    if (state === 'approved' && record?.candidate) {
      const move = newestStep(tree, release, record.sequence)?.sequence ?? 0;
      const seen = [{ candidate: record.candidate.version, weight: record.decision.to, move }];
      this.#approvals.push({ release, by, seen: () => seen });
    }
    return true;
  }

  /** What lands in the minute in which it is written may be what its author has before the eyes: nobody can tell. */
  #approve(given: Given): void {
    const written = this.#seenAt(given);
    const seen = (): readonly Seen[] => [...written, ...this.#seenAt(given)];
    this.#approvals.push({ release: given.release, by: given.by, seen });
  }

  /** The state of a release when an approval of it was written. */
  #seenAt({ release, at }: Given): readonly Seen[] {
    const seen: Seen[] = [];
    for (let id = this.#forge.tip('main'); id !== undefined; ) {
      const commit = this.#forge.commitAt(id);
      const is = commit.at <= at + MINUTE ? seeRelease(commit.tree, release) : undefined;
      if (is) seen.push(is);
      if (commit.at <= at) break;
      id = commit.parents[0];
    }
    return seen;
  }

  /** INV-17 and INV-10, of a record that Belay brought to the default branch. */
  checkLanding(
    { before, after }: { readonly before: Tree; readonly after: Tree },
    record: BelayRecord,
    {
      fail,
      early,
    }: { readonly fail: (invariant: InvariantId, what: string) => void; readonly early: number },
  ): void {
    for (const what of this.#findForged(record)) fail('INV-17', what);
    for (const what of this.#findTwice(after, record)) fail('INV-17', what);
    const goesUp = ['start', 'advance', 'promote'].includes(record.decision.kind);
    if (!goesUp) return;
    const pause = findPause(before, record.release, this.#now() + early);
    if (pause)
      fail('INV-10', `${record.decision.kind} of ${record.release}, which ${describeOrder(pause)} holds`);
    for (const what of this.#findUnapproved(before, record)) fail('INV-17', what);
  }

  /**
   * Who may not order a thing is not obeyed, and an order that is said to be done is in a record of its own. A rollback is left out
   * there: it takes over the commit that an earlier order to go back left, and with it who ordered that (D15).
   */
  checkAnswer(
    { id, release, order, by }: Given,
    answer: CommentAnswer,
    fail: (invariant: InvariantId, what: string) => void,
  ): void {
    if (answer.kind === 'ignored') fail('INV-17', `${order} of ${release} by ${by} is taken for no order`);
    if (answer.kind !== 'obeyed') return;
    if (!mayOrder(by, order))
      fail('INV-17', `${order} of ${release} by ${by}, who may not order it, is obeyed`);
    if (order === 'rollback' || order === 'abort') return;
    const isWritten = answer.report.releases.some(({ receipt }) =>
      ['committed', 'merged'].includes(receipt.kind),
    );
    const { tree } = this.#forge.commitAt(this.#forge.tip('main')!);
    const isThere = recordPaths(tree, release).some((path) => {
      const source = readRecord(tree.get(path))?.trigger.order?.source;
      return source?.kind === 'comment' && source.id === id;
    });
    if (isWritten && !isThere) fail('INV-17', `${order} of ${release} by ${by} is done, and in no record`);
  }

  /** Records that say a person ordered something which that person did not, or may not. */
  *#findForged({ release, sequence, decision, trigger: { order } }: BelayRecord): Iterable<string> {
    if (!order) {
      if (['resume', 'approve', 'lift'].includes(decision.kind))
        yield `record ${sequence} of ${release} is a ${decision.kind} that nobody ordered`;
      return;
    }
    const key = sourceKey(order.source) ?? '';
    const given = this.#given.get(key);
    const review = this.#reviews.get(key);
    const by = given?.by ?? review?.by;
    const isSame = given ? given.order === order.name && given.release === release : order.name === 'approve';
    // a release that goes back with another one names the order of that
    const isFollowing = decision.reasons[0]?.code === 'DEPENDENCY_ROLLED_BACK' && order.name === given?.order;
    if (
      by === undefined ||
      by !== order.by.login ||
      PERSONS[by].id !== order.by.id ||
      !(isSame || isFollowing)
    )
      yield `record ${sequence} of ${release} says that ${order.by.login} ordered ${order.name} in ${key}, which is not so`;
    else if (!mayOrder(by, order.name)) yield `${order.name} of ${release} by ${by}, who may not order it`;
  }

  /** The same order in two records: it was given once. */
  *#findTwice(after: Tree, { release, trigger: { order } }: BelayRecord): Iterable<string> {
    const key = order && sourceKey(order.source);
    if (key === undefined) return;
    const found = recordPaths(after, release).filter((path) => {
      const other = readRecord(after.get(path))?.trigger.order;
      return other && sourceKey(other.source) === key;
    });
    if (found.length > 1) yield `${key} of ${release} is in ${found.join(' and ')}`;
  }

  /** A step that asks for a person, and the person was not asked, or not about this. */
  *#findUnapproved(before: Tree, { release, decision, candidate }: BelayRecord): Iterable<string> {
    const path = manifestPath(release);
    const steps = readManifest(path, before.get(path))?.spec.rollout.steps ?? [];
    const asks = steps.some(({ weight, approval }) => weight === decision.to && approval === 'required');
    if (!asks || decision.kind === 'promote' || !candidate) return;
    const move = newestStep(before, release)?.sequence ?? 0;
    const isApproved = this.#approvals.some(
      (one) =>
        one.release === release &&
        mayOrder(one.by, 'approve') &&
        one
          .seen()
          .some(
            (seen) =>
              seen.candidate === candidate.version && seen.weight === decision.to && seen.move === move,
          ),
    );
    if (!isApproved)
      yield `${release} enters ${decision.to} % with ${candidate.version}, which nobody with the role approved`;
  }
}

/** The words of a comment. */
function bodyOf({ order, release, version, until }: Given): string {
  const named = order === 'lift-quarantine' ? ` ${version ?? `${release}-2`}` : '';
  const reason = ['resume', 'approve'].includes(order) ? '' : ' --reason "it looks odd"';
  const from = order === 'rollback' && version !== undefined ? ` --from ${version}` : '';
  const end =
    until === undefined ? '' : ` --until ${new Date(until).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z')}`;
  return `/belay ${order} ${release}${named}${reason}${from}${end}`;
}

function seeRelease(tree: Tree, name: string): Seen | undefined {
  const path = manifestPath(name);
  const release = readManifest(path, tree.get(path));
  const candidate = release?.spec.candidate;
  if (!release || !candidate) return undefined;
  const newest = newestStep(tree, name);
  const isRunning =
    ['start', 'advance', 'reduce'].includes(newest?.decision.kind ?? '') &&
    newest?.candidate?.version === candidate.version;
  const { steps } = release.spec.rollout;
  const at = isRunning ? steps.findIndex(({ weight }) => weight === exposure(release)) : -1;
  const next = steps[at + 1];
  return next && { candidate: candidate.version, weight: next.weight, move: newest?.sequence ?? 0 };
}

/**
 * The newest record before a number that gave a release another weight or another version; a recovery did neither, nor that what
 * serves was found serving, again where the records were gone.
 */
function newestStep(tree: Tree, name: string, before = Number.POSITIVE_INFINITY): BelayRecord | undefined {
  return recordPaths(tree, name)
    .flatMap((path) => readRecord(tree.get(path)) ?? [])
    .findLast(
      (one) =>
        one.sequence < before &&
        !isWord(one) &&
        one.decision.kind !== 'recover' &&
        one.decision.reasons[0]?.code !== 'FIRST_SEEN',
    );
}

/** A pause by a person that holds at a moment: of those since somebody resumed, whatever came after it. */
function findPause(tree: Tree, release: string, now: number): BelayRecord | undefined {
  const records = recordPaths(tree, release).flatMap((path) => readRecord(tree.get(path)) ?? []);
  const resumed = records.findLastIndex(({ decision }) => decision.kind === 'resume');
  return records
    .slice(resumed + 1)
    .find(
      ({ decision: { kind }, trigger: { order } }) =>
        kind === 'pause' && order !== undefined && (order.until === undefined || now < order.until),
    );
}

function describeOrder({ sequence, trigger: { order } }: BelayRecord): string {
  return `the pause by ${order?.by.login} in record ${sequence}`;
}
