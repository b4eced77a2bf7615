import type { Verdict } from '../core/analysis/assessment.ts';
import type { Decision, Reason } from '../core/decision/decision.ts';
import { type Problem, ToolError } from '../core/errors.ts';
import { recordedWeight } from '../core/plan/rollout.ts';
import { momentFor } from '../core/plan/skew.ts';
import type { TakenBack } from '../core/record/release-state.ts';
import { sameDeployment, type VersionRef } from '../core/record/version-ref.ts';
import { type Instant, type Percent, percent } from '../core/units.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import type { RollbackOrder } from './compute-rollback.ts';
import { evaluate } from './evaluate.ts';
import { findSubject, type Subject } from './find-subject.ts';
import { withLastConfig } from './last-config.ts';
import { planRelease } from './plan-release.ts';
import { createProviders, type Providers } from './providers.ts';
import { readNewest, readSnapshot, type Snapshot } from './read-snapshot.ts';
import { runRollback } from './restore.ts';
import type { World } from './world.ts';
import { isUndecided } from './written.ts';

export interface RollbackOptions {
  /** Name of the release. */
  readonly release: string;
  /** One line, for the record and the pull request. */
  readonly reason: string;
  /** Roll back only when this is the version being tried (or, when settled, served); undefined: the candidate that is found first. */
  readonly from: string | undefined;
  /** Look first: roll back only when the checks prove harm. */
  readonly onlyIfFailing: boolean;
  readonly dryRun: boolean;
  /** How often to read and decide again when the branch moves. Default 3. */
  readonly attempts?: number;
}

/**
 * Rolls one release back to its last good manifest. Runs again safely: what is rolled back already is left alone. Works on a
 * manifest that cannot be read, since the records know what was tried and what was good.
 * @throws ToolError REFUSED when there is no such release
 */
export async function rollback(world: World, options: RollbackOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  const providers = createProviders(world);
  let snapshot = withLastConfig(await readSnapshot(world, await world.forge.head()));
  let meant: VersionRef | undefined;
  for (let lost = 1; ; lost += 1) {
    const subject = findSubject(world, snapshot, options.release);
    meant ??= subject.candidate;
    const now = momentFor(subject.state.newest, world.clock.now());
    const job: Job = { subject, providers, now, options, meant };
    const release =
      refuseOtherVersion(job) ??
      refuseReplaced(job) ??
      (options.onlyIfFailing
        ? await rollBackIfFailing(world, snapshot, job)
        : await rollBackAsAsked(world, snapshot, job));
    if (!isUndecided(release) || lost >= attempts)
      return {
        command: 'rollback',
        at: now,
        branch: world.forge.defaultBranch,
        head: snapshot.head,
        dryRun: options.dryRun,
        ...withProblems(release, [...snapshot.problems, ...providers.problems()], options),
        ...world.forge.cost(),
      };
    snapshot = withLastConfig(await readNewest(world, snapshot, lost));
  }
}

interface Job {
  readonly subject: Subject;
  readonly providers: Providers;
  readonly now: Instant;
  readonly options: RollbackOptions;
  /** The candidate that was there first, however often the branch moved since. */
  readonly meant: VersionRef | undefined;
}

/**
 * The release in the report, and the problems that were in the way. What did not keep the rollback from being done is a
 * warning, or it would look as if it had failed; other people's warnings are left out.
 */
function withProblems(
  release: ReleaseReport,
  problems: readonly Problem[],
  { onlyIfFailing }: RollbackOptions,
): Pick<RunReport, 'releases' | 'problems'> {
  const isDone = ['merged', 'armed', 'dry-run'].includes(release.receipt.kind);
  const warn = (list: readonly Problem[]) => list.map((one): Problem => ({ ...one, severity: 'warning' }));
  const errors = problems.filter((problem) => problem.severity === 'error');
  return {
    releases: [isDone ? { ...release, problems: warn(release.problems) } : release],
    problems: isDone || !onlyIfFailing ? warn(errors) : errors,
  };
}

/** Nothing is rolled back when another version than the one that was meant is tried or served. */
function refuseOtherVersion({ subject, options }: Job): ReleaseReport | undefined {
  const { candidate, stable, state } = subject;
  const { from } = options;
  if (from === undefined || findNamed(subject, from)) return undefined;
  const what =
    candidate && state.rollout
      ? `${candidate.version} is being tried and would have to be rolled back first`
      : `${[stable, candidate].flatMap((one) => one?.version ?? []).join(' and ') || 'nothing'} is, and could be left`;
  const back = state.takenBack.find(({ ref }) => ref.version === from);
  const why =
    from === stable?.version
      ? 'cannot be left now'
      : `is neither tried nor served${back ? `, since record ${back.record} took it back` : ''}`;
  const text = `${from} ${why}: ${what}. Nothing to roll back`;
  // who asks to look has ordered nothing, and of who presses the button twice the second order is done
  const isDone = options.onlyIfFailing || back !== undefined;
  return isDone ? settled(subject, text) : undone(subject, text);
}

/**
 * An order without a version is of the candidate that it found: another one, which came while it was carried out, nobody wanted to have
 * quarantined. Who asks to look named none, and what fails is proven to.
 */
function refuseReplaced({ subject, meant, options }: Job): ReleaseReport | undefined {
  const { candidate } = subject;
  if (options.from !== undefined || options.onlyIfFailing || !meant || !candidate) return undefined;
  if (sameDeployment(candidate, meant)) return undefined;
  const text = `${candidate.version} came in the place of ${meant.version} while this was carried out; nothing was done. If it is meant, give the order again with --from ${candidate.version}`;
  return undone(subject, text);
}

/** The version that an order names, if it can be left: stable as well, while nobody was sent to the candidate yet. */
function findNamed({ candidate, stable, state }: Subject, from: string): VersionRef | undefined {
  const named = [candidate, candidate && state.rollout ? undefined : stable];
  return named.find((one) => one?.version === from);
}

/** Blind is not healthy: who asked to look must not read of one what is true of the other. */
const SAW: Readonly<Record<Verdict, string>> = {
  fail: 'looked, and takes nothing back',
  error: 'looked, and sees nothing',
  'no-data': 'looked, and sees nothing',
  inconclusive: 'looked, and no harm is proven',
  pass: 'looked, and no harm is proven',
};

async function rollBackIfFailing(world: World, snapshot: Snapshot, job: Job): Promise<ReleaseReport> {
  const { subject, providers, now, options } = job;
  const { file, stable } = subject;
  if (file?.kind !== 'readable') {
    const text = 'the manifest cannot be read, so the health of the release cannot be judged';
    return reportSubject(subject, decision('hold', 'MANIFEST_INVALID', text));
  }
  const evidence = await evaluate(providers, { release: file, config: snapshot.config, now });
  const plan = await planRelease(world, snapshot, { release: file, evidence, now });
  const [first, ...rest] = plan.report.decision.reasons;
  if (plan.report.decision.kind === 'rollback') {
    const bad = file.state.rollout ? subject.candidate : stable;
    const order = { ...orderFor(snapshot, job, { asked: plan.report.decision, bad }), evidence };
    return runRollback(world, order, { base: plan.report, dryRun: options.dryRun });
  }
  if (plan.report.decision.kind === 'reduce') {
    const text = `looked, and left it to the next tick: ${first.text}`;
    const { from } = plan.report.decision;
    const reasons = [{ code: first.code, text }, ...rest] as const;
    return { ...plan.report, decision: { kind: 'hold', from, to: from, reasons }, edits: [] };
  }
  // Asked to look, not to step: a step that is due is left to the next tick.
  const version = stable?.version ?? '';
  const isLookedAt = subject.candidate !== undefined || evidence !== undefined;
  const saw = SAW[evidence?.assessment.overall ?? 'inconclusive'];
  const text = isLookedAt
    ? `${saw}: ${first.text}`
    : `settled on ${version}: there is no candidate to judge. To go back from ${version} whatever the checks say, leave out --if-failing and say --from ${version}`;
  const held: Decision = {
    ...plan.report.decision,
    kind: 'hold',
    to: plan.report.decision.from,
    reasons: [{ code: first.code, text }, ...(isLookedAt ? rest : [])],
  };
  return { ...plan.report, decision: held, edits: [] };
}

async function rollBackAsAsked(world: World, snapshot: Snapshot, job: Job): Promise<ReleaseReport> {
  const { subject, options } = job;
  if (!subject.candidate && options.from === undefined) {
    const stable = subject.stable?.version ?? '';
    // of two who press the button at once, the second must read that it is done
    const last = findLeft(subject);
    const since = last ? ` since record ${last.record} took ${last.ref.version} back` : '';
    const text = `settled on ${stable}${since}: no candidate to roll back. To go back from ${stable} itself, say --from ${stable}`;
    // what a person took out of the manifest is not tried any more either
    return last || subject.state.unfinished ? settled(subject, text) : undone(subject, text);
  }
  const reason = options.reason.replace(/\s+/g, ' ').trim();
  const named = options.from === undefined ? undefined : findNamed(subject, options.from);
  const bad = named ?? subject.candidate ?? subject.stable;
  const text = `${world.trigger.actor ?? 'a person'}: ${reason}`;
  const reasons = [{ code: 'ASKED_BY_PERSON', text } as const, ...sayFallback(subject, bad)] as const;
  const asked: Decision = { ...decision('rollback', 'ASKED_BY_PERSON', text), reasons };
  const order = orderFor(snapshot, job, { asked, bad });
  const base = reportSubject(subject, order.decision);
  return runRollback(world, order, { base, dryRun: options.dryRun });
}

/** What a rollback left, if nothing was promoted or adopted since. */
function findLeft({ state: { takenBack, good } }: Subject): TakenBack | undefined {
  const [last] = takenBack;
  return last && good.every(({ record }) => record < last.record) ? last : undefined;
}

/** A release that is to go back to a version of its own choice whatever fails goes there as well when a person says so. */
function sayFallback({ file }: Subject, bad: VersionRef | undefined): readonly Reason[] {
  const { mode, fallback } = (file?.kind === 'readable' && file.parsed.release.spec.rollback) || {};
  if (mode !== 'fallback' || fallback === undefined || fallback === bad?.version) return [];
  return [{ code: 'FALLBACK_NAMED', text: `goes back to ${fallback}, which rollback.fallback names` }];
}

function orderFor(
  snapshot: Snapshot,
  { subject, now }: Job,
  { asked, bad }: { readonly asked: Decision; readonly bad: VersionRef | undefined },
): RollbackOrder {
  if (!bad)
    throw new ToolError({
      code: 'REFUSED',
      message: `release "${subject.name}": the records name no version; nothing can be rolled back`,
    });
  return {
    snapshot,
    name: subject.name,
    path: subject.path,
    text: subject.file?.text,
    release: subject.file?.kind === 'readable' ? subject.file.parsed.release : undefined,
    state: subject.state,
    bad,
    decision: { ...asked, kind: 'rollback', from: weightOf(subject) ?? percent(0), to: percent(0) },
    evidence: undefined,
    now,
  };
}

/** As the manifest says, or else as Belay wrote it last. */
function weightOf({ file, state }: Subject): Percent | undefined {
  if (file?.kind === 'readable') return file.parsed.release.spec.rollout.weight;
  return state.rollout && recordedWeight(state.rollout).weight;
}

function decision(kind: Decision['kind'], code: Reason['code'], text: string): Decision {
  return { kind, from: percent(0), to: percent(0), reasons: [{ code, text }] };
}

function settled(subject: Subject, text: string): ReleaseReport {
  return reportSubject(subject, decision('nothing', 'SETTLED', text));
}

/** The order was for nothing that is there. */
function undone(subject: Subject, text: string): ReleaseReport {
  return reportSubject(subject, decision('nothing', 'NOTHING_TO_ROLL_BACK', text));
}

/** What is said of a release that is not looked at. */
function reportSubject(subject: Subject, decided: Decision): ReleaseReport {
  const weight = weightOf(subject);
  const from = weight ?? percent(0);
  return {
    name: subject.name,
    path: subject.path,
    stable: subject.stable?.version,
    candidate: subject.candidate?.version,
    weight,
    standing: undefined,
    decision: { ...decided, from, to: decided.kind === 'rollback' ? percent(0) : from },
    assessment: undefined,
    problems: subject.file?.kind === 'unreadable' ? subject.file.problems : [],
    edits: [],
    receipt: { kind: 'none' },
  };
}
