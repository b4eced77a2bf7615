import { verifiedUntil } from '../core/decision/watch.ts';
import { ToolError } from '../core/errors.ts';
import { healthSettings } from '../core/manifest/defaults.ts';
import type { DrillFinding, DrillPhase } from '../core/record/drill-schema.ts';
import { elapsed, formatDuration, type Instant, type Millis, millis } from '../core/units.ts';
import { describeReceipt } from '../report/receipt.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import { advance } from './advance.ts';
import { type Job, requireCalm } from './drill-job.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** Where the sandbox stands, by manifest and records: whoever brought it there. */
export type SandboxStage =
  /** A good version serves, and nothing is to be proven of it. */
  | 'settled'
  /** A candidate waits that nobody is sent to. */
  | 'brought'
  /** The candidate has traffic. */
  | 'exposed'
  /** It was taken back, and that is not proven yet. */
  | 'restored'
  /** No version is known as good. */
  | 'new';

export interface Sandbox {
  readonly file: ReadableRelease;
  readonly stage: SandboxStage;
}

/** A wait for a stage: it came, or why it did not. */
export type Waited =
  | ({ readonly kind: 'reached' } & Sandbox)
  | { readonly kind: 'ended'; readonly findings: readonly DrillFinding[] };

/** How long each stage is waited for, at least. */
const PATIENCE = 5 * 60_000;
/** The longest pause between two looks. */
const PAUSE = millis(10_000);

/** What time, evidence or another run ends by itself; any other hold is for a person. */
const PASSES: ReadonlySet<string> = new Set([
  'START_BLIND',
  'RECOVERY_PENDING',
  'ROLLBACK_PENDING',
  'HOLD_NOT_OVER',
  'CHECK_INCONCLUSIVE',
  'CHECK_NO_DATA',
  'CHECK_ERROR',
]);

/** @throws ToolError REFUSED when the manifest cannot be read any more */
export async function seeSandbox({ world, options }: Job): Promise<Sandbox> {
  const { releases } = await readSnapshot(world, await world.forge.refresh());
  const file = releases.find((one) => nameOf(one) === options.release);
  if (file?.kind !== 'readable') {
    const message = `the manifest of "${options.release}" cannot be read any more; "belay validate" says why`;
    throw new ToolError({ code: 'REFUSED', message });
  }
  return { file, stage: stageOf(file) };
}

function stageOf({ parsed: { release }, state, digest }: ReadableRelease): SandboxStage {
  if (release.spec.candidate) return state.rollout ? 'exposed' : 'brought';
  if (state.good.length === 0) return 'new';
  const { watched } = state;
  const isUnproven = watched?.kind === 'restored' && verifiedUntil(release, watched, digest) !== undefined;
  return isUnproven ? 'restored' : 'settled';
}

/** One tick of the sandbox and of nothing else. */
export async function tickSandbox(world: World, { options }: Job): Promise<ReleaseReport> {
  const only = [options.release];
  const { releases } = await advance(world, { only, dryRun: false, from: 'newest' });
  const [report] = releases;
  if (report) return report;
  throw new ToolError({ code: 'BUG', message: 'a tick without a report' });
}

/** Between two looks: never longer than a tick, for no tick has more to see. */
export function lookEvery({ release }: Job): Millis {
  return millis(Math.min(PAUSE, healthSettings(release.parsed.release).tick));
}

/** How long one stage is waited for: ten ticks prove harm that is this plain, and a rollback has the time that it may take. */
export function patienceOf({ release }: Job): Millis {
  const { tick, ingestDelay } = healthSettings(release.parsed.release);
  const verify = release.parsed.release.spec.rollback?.verify ?? 0;
  return millis(Math.max(PATIENCE, 10 * tick, verify + 3 * tick) + ingestDelay);
}

/** Ticks until the sandbox stands at a stage. Its time is the phase's; of the look in which it is decided, the parts of a rollback's. */
export async function waitFor(
  job: Job,
  world: World,
  { stages, phase }: { readonly stages: readonly SandboxStage[]; readonly phase: DrillPhase },
): Promise<Waited> {
  const { watch } = job;
  const { clock } = world;
  const since = clock.now();
  const patience = patienceOf(job);
  watch.enter(phase);
  for (let looked: ReleaseReport | undefined; ; ) {
    const seen = await seeSandbox(job);
    if (stages.includes(seen.stage)) {
      if (phase === 'detect' && looked?.receipt.kind !== 'merged' && !isWaiting(looked))
        countOther(job, seen, clock.now());
      return { kind: 'reached', ...seen };
    }
    const end = looked && endOf(looked, phase);
    if (end) return { kind: 'ended', findings: end };
    if (looked && clock.now() - since > patience)
      return { kind: 'ended', findings: [late(looked, phase, patience)] };
    if (looked) await clock.sleep(lookEvery(job));
    await requireCalm(job);
    if (phase === 'detect' && !isWaiting(looked)) watch.enter('decide');
    looked = await tickSandbox(world, job);
    if (phase !== 'detect') watch.enter(phase);
    else if (looked.receipt.kind === 'merged') watch.enter('restored');
    else if (isWaiting(looked)) watch.enter('merge');
    else watch.fold(['decide', 'pull-request', 'merge'], phase);
  }
}

/** Whether a rollback is decided and waits for what the default branch asks of it: its time counts as the merge's. */
function isWaiting(looked: ReleaseReport | undefined): boolean {
  if (looked?.decision.kind !== 'rollback') return false;
  return looked.receipt.kind === 'armed' || looked.receipt.kind === 'waiting';
}

/** Another run took it back: from its decision on the time is the merge's. */
function countOther({ watch }: Job, { file }: Sandbox, now: Instant): void {
  const { watched } = file.state;
  if (watched?.kind === 'restored') watch.carry(elapsed(watched.decidedAt, now), 'detect', 'merge');
}

/** What no later look would change; undefined: it is worth waiting. */
function endOf(looked: ReleaseReport, phase: DrillPhase): readonly DrillFinding[] | undefined {
  const { decision, receipt, problems } = looked;
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    return errors.map(({ code, at, message }) => ({ code, text: `${at.file}:${at.line}: ${message}` }));
  if (receipt.kind === 'blocked') return [{ code: receipt.code, text: receipt.message }];
  if (receipt.kind === 'suppressed') return [{ code: 'PULL_CLOSED', text: describeReceipt(receipt) }];
  const [{ code, text }] = decision.reasons;
  const isFinal =
    decision.kind === 'pause' ||
    (decision.kind === 'hold' && !PASSES.has(code)) ||
    (phase === 'verify' && decision.kind === 'rollback');
  return isFinal ? [{ code, text }] : undefined;
}

const WANTED: Partial<Record<DrillPhase, string>> = {
  prepare: 'nothing is left of an earlier drill',
  start: 'the candidate has traffic',
  detect: 'its harm is proven and it is taken back',
  verify: 'the rollback has proven itself',
};

function late({ decision, receipt }: ReleaseReport, phase: DrillPhase, patience: Millis): DrillFinding {
  const [{ code, text }] = decision.reasons;
  const said = describeReceipt(receipt) || `${decision.kind}, ${code}: ${text}`;
  const message = `expected within ${formatDuration(patience)} that ${WANTED[phase] ?? phase}, got ${said}; look at tick, checks and rollback.verify of the sandbox`;
  return { code: 'DRILL_LATE', text: message };
}
