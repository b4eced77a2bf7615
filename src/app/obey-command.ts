import { buildChange } from '../core/change/build-change.ts';
import type { Change } from '../core/change/change.ts';
import { isBrake } from '../core/command/claims.ts';
import { type Command, refuseCommand } from '../core/command/command.ts';
import type { Decision, Reason, RecordedKind } from '../core/decision/decision.ts';
import { NO_REASON } from '../core/dispatch/payload.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import { describeBehind, momentFor } from '../core/plan/skew.ts';
import { describeSource, sourceKey } from '../core/record/order-schema.ts';
import type { Instant } from '../core/units.ts';
import type { Sibling } from '../ports/forge.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import { decideOrder, describePaused, hold, nothing, weightOf } from './decide-order.ts';
import { type Arrival, findArrival } from './find-arrival.ts';
import { findReplaced, type Seen } from './find-outdated.ts';
import { findOwnRollback } from './find-own-rollback.ts';
import { findSubject, type Subject } from './find-subject.ts';
import { landOrder } from './land-order.ts';
import { withLastConfig } from './last-config.ts';
import { findAnyPending, findPendingPause } from './pending-pause.ts';
import { readNewest, readSnapshot, type Snapshot } from './read-snapshot.ts';
import { rollback } from './rollback.ts';
import type { World } from './world.ts';
import { isUndecided } from './written.ts';

export interface ObeyOptions {
  readonly dryRun: boolean;
  /** How often to read and decide again when the branch moves. Default 3. */
  readonly attempts?: number;
  /** What whoever gave the order saw, as far as its place tells; undefined: what is there now. */
  readonly seen?: Seen;
}

/**
 * Does what a person ordered, who was asked for their right to it before: `world.trigger.order` says who, and stands in the record of
 * what comes of it. An order that a record tells of already is not obeyed again.
 * @throws ToolError REFUSED when there is no such release
 */
export async function obeyCommand(world: World, command: Command, options: ObeyOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  const forBrakes = (read: Snapshot): Snapshot => (isBrake(command) ? withLastConfig(read) : read);
  let snapshot = forBrakes(await readSnapshot(world, await world.forge.head()));
  if (!snapshot.config && !isBrake(command))
    throw refuseCommand(`${CONFIG_PATH} cannot be read, and ${command.name} goes by it; mend it first`);
  let known: number | undefined;
  for (let lost = 1; ; lost += 1) {
    const subject = findSubject(world, snapshot, command.release);
    known ??= subject.state.sequence;
    const done = findDone(world, subject);
    const now = momentFor(subject.state.newest, world.clock.now());
    const { seen } = options;
    const arrival = seen ? await findArrival(world, snapshot.head, subject) : UNASKED;
    const replaced = OF_CANDIDATES.has(command.name) && findReplaced(subject, { command, seen, arrival });
    const refused = done ?? (replaced ? reportOrder(subject, hold(subject, replaced)) : undefined);
    if (!refused && (command.name === 'rollback' || command.name === 'abort')) {
      const order = { release: command.release, reason: command.reason ?? NO_REASON, from: command.version };
      return rollback(world, { ...order, onlyIfFailing: false, dryRun: options.dryRun });
    }
    const release =
      refused ?? (await carryOut(world, snapshot, { subject, command, now, options, arrival, known }));
    if (!isUndecided(release) || lost >= attempts)
      return {
        command: 'command',
        at: now,
        branch: world.forge.defaultBranch,
        head: snapshot.head,
        dryRun: options.dryRun,
        releases: [release],
        problems: [],
        ...world.forge.cost(),
      };
    snapshot = forBrakes(await readNewest(world, snapshot, lost));
  }
}

const UNASKED: Arrival = { edited: undefined, came: undefined };

/** Orders about the candidate that is there when they are given. */
const OF_CANDIDATES: ReadonlySet<string> = new Set<Command['name']>(['abort', 'rollback', 'looks-wrong']);

/** What is said of an order that a record tells of. */
function findDone({ trigger }: World, subject: Subject): ReleaseReport | undefined {
  const key = trigger.order && sourceKey(trigger.order.source);
  if (key === undefined || !trigger.order) return undefined;
  const record = subject.chain.records.find(
    ({ trigger: { order } }) => order && sourceKey(order.source) === key,
  );
  if (!record) return undefined;
  const text = `${describeSource(trigger.order.source)} was obeyed already, in record ${record.sequence}`;
  return reportOrder(subject, nothing(subject, 'ORDER_DONE', text));
}

interface Job {
  readonly subject: Subject;
  readonly command: Command;
  readonly now: Instant;
  readonly options: ObeyOptions;
  readonly arrival: Arrival;
  /** Number of the newest record when the run began. */
  readonly known: number;
}

async function carryOut(world: World, snapshot: Snapshot, job: Job): Promise<ReleaseReport> {
  const { subject, now, options } = job;
  const decided = decideOrder(world, { ...job, seen: options.seen });
  const decision = (await findUnlanded(world, snapshot, { subject, decision: decided })) ?? decided;
  const report = reportOrder(subject, decision);
  const text = subject.file?.text;
  if (decision.kind === 'nothing' || decision.kind === 'hold' || text === undefined) return report;
  const behind = describeBehind(subject.state.newest, now);
  if (behind !== undefined)
    return reportOrder(subject, {
      ...decision,
      kind: 'hold',
      reasons: [{ code: 'CLOCK_SKEW', text: behind }],
    });
  const pending = await findOwnRollback(world, snapshot, subject);
  if (pending) return reportOrder(subject, hold(subject, tellPending(pending)));
  const recorded = { ...decision, kind: decision.kind };
  const change = buildOrder(world, snapshot, { job, decision: recorded, text });
  const longer = await findLongerPause(world, subject, change);
  if (longer) return reportOrder(subject, longer);
  if (options.dryRun) return { ...report, receipt: { kind: 'dry-run' } };
  return { ...report, receipt: await landOrder(world, snapshot, change) };
}

/** What goes back already is worth more than a word about it: a record beside it would take its number. */
function tellPending({ number }: Sibling): Reason {
  const text = `pull request #${number} rolls it back and is open: any other record would keep that from landing, so nothing was written. Nothing goes up until it is merged or closed: merge it, or close it to keep the version, and then give the order again`;
  return { code: 'ROLLBACK_PENDING', text };
}

/** What is said to whoever resumes where the pause is still on its way: nothing ends it but whoever closes its pull request. */
async function findUnlanded(
  world: World,
  { config }: Snapshot,
  { subject, decision }: { readonly subject: Subject; readonly decision: Decision },
): Promise<Decision | undefined> {
  if (decision.reasons[0].code !== 'NOT_PAUSED' || config?.advance?.mode !== 'pull-request') return undefined;
  const pending = await findAnyPending(world, subject);
  if (!pending) return undefined;
  const text = `the pause by ${pending.pause.order.by.login} waits in pull request #${pending.pull.number} for a requirement, and holds steps until then: close that one, and nothing is paused`;
  return hold(subject, { code: 'NOT_PAUSED', text });
}

/** What is said of a pause where a longer one waits in its pull request, which the new one would have taken the place of. */
async function findLongerPause(
  world: World,
  { state }: Subject,
  change: Change,
): Promise<Decision | undefined> {
  const { record } = change;
  if (record.via !== 'pull-request' || record.decision.kind !== 'pause') return undefined;
  const pending = await findPendingPause(world, change);
  if (!pending || pending.previous !== state.tip) return undefined;
  const {
    pause: { order },
    pull,
  } = pending;
  const where = `pull request #${pull.number}, which waits for a requirement and holds steps until then`;
  const text = `${describePaused(order, where)}, and no other pause makes that shorter; to end it sooner, close it first`;
  return { ...change.decision, kind: 'nothing', reasons: [{ code: 'PAUSED_ALREADY', text }] };
}

function buildOrder(
  world: World,
  { head, config }: Snapshot,
  {
    job: { subject, command, now },
    decision,
    text,
  }: {
    readonly job: Job;
    readonly decision: Decision & { readonly kind: RecordedKind };
    readonly text: string;
  },
): Change {
  return buildChange({
    run: { tool: world.tool, trigger: world.trigger, base: head, now },
    release: subject.name,
    decision,
    via: config?.advance?.mode === 'pull-request' ? 'pull-request' : 'commit',
    state: subject.state,
    stable: subject.stable ?? null,
    candidate: subject.candidate ?? null,
    rollout: subject.state.rollout,
    manifest: { path: subject.path, before: text, after: text },
    targets: [],
    ...(decision.kind === 'lift' && command.version !== undefined ? { lifted: command.version } : {}),
    sha256: world.sha256,
  });
}

function reportOrder(subject: Subject, decision: Decision): ReleaseReport {
  return {
    name: subject.name,
    path: subject.path,
    stable: subject.stable?.version,
    candidate: subject.candidate?.version,
    weight: weightOf(subject),
    standing: undefined,
    decision,
    assessment: undefined,
    problems: [],
    edits: [],
    receipt: { kind: 'none' },
  };
}
