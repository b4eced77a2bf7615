import type { Decision, Reason } from '../core/decision/decision.ts';
import { ToolError } from '../core/errors.ts';
import { readChain } from '../core/record/record-file.ts';
import { type ReleaseState, readState } from '../core/record/release-state.ts';
import { type VersionRef, versionRef } from '../core/record/version-ref.ts';
import { type Instant, millis, percent, type Sha } from '../core/units.ts';
import type { Receipt, ReleaseReport, RunReport } from '../report/run-report.ts';
import { evaluate, openProviders } from './evaluate.ts';
import { planRelease } from './plan-release.ts';
import type { ReadableRelease, ReleaseFile } from './read-files.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { type RollbackOrder, runRollback } from './restore.ts';
import type { World } from './world.ts';

export interface RollbackOptions {
  /** Name of the release. */
  readonly release: string;
  /** One line, for the record and the pull request. */
  readonly reason: string;
  /** Roll back only when this is the version being tried (or, when settled, served); undefined: the candidate. */
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
 */
export async function rollback(world: World, options: RollbackOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  let head = await world.forge.head();
  for (let attempt = 1; ; attempt += 1) {
    const report = await runOnce(world, options, head);
    const moved = report.releases.some((release) => release.receipt.kind === 'head-moved');
    if (!moved || attempt >= attempts) return { ...report, ...world.forge.cost() };
    world.log.info(
      `${world.forge.defaultBranch} moved from ${head.slice(0, 7)} while deciding; reading it again`,
    );
    await world.clock.sleep(millis(250 * attempt));
    head = await world.forge.refresh();
  }
}

async function runOnce(world: World, options: RollbackOptions, head: Sha): Promise<RunReport> {
  const snapshot = await readSnapshot(world, head);
  const now = world.clock.now();
  const subject = findSubject(world, snapshot, options.release);
  const release = options.onlyIfFailing
    ? await rollBackIfFailing(world, snapshot, { subject, now, dryRun: options.dryRun })
    : await rollBackAsAsked(world, snapshot, { subject, now, options });
  return {
    command: 'rollback',
    at: now,
    head,
    dryRun: options.dryRun,
    releases: [release],
    problems: snapshot.problems.filter((problem) => problem.severity === 'error'),
    ...world.forge.cost(),
  };
}

/** The release a rollback is about, with what the records know of it. */
interface Subject {
  readonly name: string;
  readonly path: string;
  readonly file: ReleaseFile | undefined;
  readonly state: ReleaseState;
  /** What is being tried; undefined when settled. */
  readonly candidate: VersionRef | undefined;
  /** What serves everyone else. */
  readonly stable: VersionRef | undefined;
}

function findSubject(world: World, snapshot: Snapshot, name: string): Subject {
  const readable = snapshot.releases.find(
    (file): file is ReadableRelease => file.kind === 'readable' && file.parsed.release.metadata.name === name,
  );
  if (readable) {
    const { spec } = readable.parsed.release;
    return {
      name,
      path: readable.path,
      file: readable,
      state: readable.state,
      candidate: spec.candidate && versionRef(spec.candidate),
      stable: versionRef(spec.stable),
    };
  }
  return findByRecords(world, snapshot, name);
}

/** The manifest is broken or gone: what was tried and what was good stands in the records. */
function findByRecords(world: World, snapshot: Snapshot, name: string): Subject {
  const reading = readChain(name, snapshot.records.get(name) ?? new Map(), world.sha256);
  if (reading.kind === 'broken') {
    const message = reading.problems[0]?.message ?? '';
    throw new ToolError({ code: 'CORRUPT', message: `records of "${name}": ${message}` });
  }
  const newest = reading.chain.records.at(-1);
  if (!newest) {
    const known = snapshot.releases.flatMap((file) =>
      file.kind === 'readable' ? [file.parsed.release.metadata.name] : [],
    );
    throw new ToolError({
      code: 'REFUSED',
      message: `release "${name}": expected one of ${known.map((item) => `"${item}"`).join(', ') || 'none (no manifest could be read)'}; name a release that is on the default branch`,
    });
  }
  const started =
    reading.chain.records.findLast((record) => record.decision.kind === 'start')?.candidate ?? undefined;
  const state = readState(reading.chain, started);
  return {
    name,
    path: newest.manifest.path,
    file: snapshot.releases.find((file) => file.path === newest.manifest.path),
    state,
    candidate: state.rollout ? started : undefined,
    stable: state.good[0]?.ref,
  };
}

async function rollBackIfFailing(
  world: World,
  snapshot: Snapshot,
  { subject, now, dryRun }: { readonly subject: Subject; readonly now: Instant; readonly dryRun: boolean },
): Promise<ReleaseReport> {
  if (subject.file?.kind !== 'readable') {
    return reportSubject(
      subject,
      decision('hold', 'MANIFEST_INVALID', 'the manifest cannot be read, so its health cannot be judged'),
      { kind: 'none' },
    );
  }
  const evidence = await evaluate(world, openProviders(world, snapshot.config), {
    release: subject.file,
    now,
  });
  const plan = await planRelease(world, snapshot, { release: subject.file, evidence, now });
  if (plan.report.decision.kind !== 'rollback') {
    // Asked to look, not to step: a step that is due is left to the next tick.
    const text = `asked to look: ${plan.report.decision.reasons[0].text}`;
    const held: Decision = {
      ...plan.report.decision,
      kind: 'hold',
      to: plan.report.decision.from,
      reasons: [{ code: plan.report.decision.reasons[0].code, text }],
    };
    return { ...plan.report, decision: held, edits: [] };
  }
  const order = { ...orderFor(snapshot, subject, now, plan.report.decision), evidence };
  return runRollback(world, order, { base: plan.report, dryRun });
}

async function rollBackAsAsked(
  world: World,
  snapshot: Snapshot,
  {
    subject,
    now,
    options,
  }: { readonly subject: Subject; readonly now: Instant; readonly options: RollbackOptions },
): Promise<ReleaseReport> {
  const served = subject.candidate ?? (options.from === undefined ? undefined : subject.stable);
  if (!served) {
    const stable = subject.stable?.version ?? '';
    return reportSubject(
      subject,
      decision(
        'nothing',
        'SETTLED',
        `settled on ${stable}: no candidate to roll back. To go back from ${stable} itself, say --from ${stable}`,
      ),
      { kind: 'none' },
    );
  }
  if (options.from !== undefined && options.from !== served.version) {
    return reportSubject(
      subject,
      decision(
        'nothing',
        'SETTLED',
        `${options.from} is not what is served (${served.version} is): nothing to roll back`,
      ),
      { kind: 'none' },
    );
  }
  const asked = decision(
    'rollback',
    'ASKED_BY_PERSON',
    `${world.trigger.actor ?? 'a person'}: ${options.reason}`,
  );
  return runRollback(world, orderFor(snapshot, subject, now, asked), {
    base: reportSubject(subject, asked, { kind: 'none' }),
    dryRun: options.dryRun,
  });
}

function orderFor(snapshot: Snapshot, subject: Subject, now: Instant, asked: Decision): RollbackOrder {
  const bad = subject.candidate ?? subject.stable;
  if (!bad)
    throw new ToolError({
      code: 'REFUSED',
      message: `release "${subject.name}": the records name no version; nothing can be rolled back`,
    });
  const from =
    subject.file?.kind === 'readable' ? subject.file.parsed.release.spec.rollout.weight : percent(0);
  return {
    head: snapshot.head,
    config: snapshot.config,
    name: subject.name,
    path: subject.path,
    text: subject.file?.text,
    release: subject.file?.kind === 'readable' ? subject.file.parsed.release : undefined,
    state: subject.state,
    bad,
    decision: { ...asked, kind: 'rollback', from, to: percent(0) },
    evidence: undefined,
    now,
  };
}

function decision(kind: Decision['kind'], code: Reason['code'], text: string): Decision {
  return { kind, from: percent(0), to: percent(0), reasons: [{ code, text }] };
}

function reportSubject(subject: Subject, decided: Decision, receipt: Receipt): ReleaseReport {
  const weight =
    subject.file?.kind === 'readable' ? subject.file.parsed.release.spec.rollout.weight : undefined;
  return {
    name: subject.name,
    path: subject.path,
    stable: subject.stable?.version,
    candidate: subject.candidate?.version,
    weight,
    standing: undefined,
    decision:
      weight === undefined
        ? decided
        : { ...decided, from: weight, to: decided.kind === 'rollback' ? percent(0) : weight },
    assessment: undefined,
    problems: subject.file?.kind === 'unreadable' ? subject.file.problems : [],
    edits: [],
    receipt,
  };
}
