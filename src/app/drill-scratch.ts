import { ToolError } from '../core/errors.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import { checkRestored } from './check-restored.ts';
import { commitChange } from './commit-change.ts';
import { judgeVariant, withFault } from './drill-faults.ts';
import { createDrillForge } from './drill-forge.ts';
import { type Job, judgeLanding, NOTHING, notStarted, type Rehearsal, stepsOf } from './drill-job.ts';
import { planDrillStart } from './drill-start.ts';
import type { DrillChange } from './drill-write.ts';
import type { Snapshot } from './read-snapshot.ts';
import { rollback } from './rollback.ts';
import type { World } from './world.ts';

/** Puts a version in flight on a scratch branch and takes it back there. */
export async function walkScratch(job: Job): Promise<Rehearsal> {
  const { world, scratch, watch, snapshot, under, release, options } = job;
  const base = `${under}base`;
  const made = await scratch.create(base, snapshot.head);
  if (made.kind === 'refused') return { ...NOTHING, findings: [{ code: made.code, text: made.message }] };
  const forge = createDrillForge(scratch.onto(base), { under, steps: stepsOf(job) });
  const drilled: World = { ...world, forge };
  const start = await planDrillStart(drilled, snapshot, { release, id: job.id });
  if (start.kind === 'impossible') return { ...NOTHING, findings: start.problems.map(notStarted) };
  if (start.kind === 'start') await putInFlight(drilled, snapshot, start.change);
  watch.enter('decide');
  const outcome = await rollBack(withFault(drilled, options.variant), job);
  const from = outcome.ordered.candidate;
  const findings = judgeVariant(options.variant, outcome);
  if (outcome.ordered.receipt.kind !== 'merged') return { ...NOTHING, from, findings };
  watch.enter('restored');
  const restored = await checkRestored(drilled, options.release);
  watch.enter('checks');
  const landing = await scratch.landing();
  const asked = judgeLanding(world.forge.defaultBranch, landing);
  return { ...NOTHING, from, landing, findings: [...findings, ...restored, ...asked] };
}

async function putInFlight(world: World, { head }: Snapshot, change: DrillChange): Promise<void> {
  const receipt = await commitChange(world, change, head);
  if (receipt.kind === 'committed') return;
  const message =
    receipt.kind === 'blocked'
      ? receipt.message
      : `${world.forge.defaultBranch} moved; somebody pushed to it`;
  throw new ToolError({ code: 'FORGE_REFUSED', message: `no version could be put in flight: ${message}` });
}

/** The order of a person; where nobody can be asked for metrics, after a look for harm that must come to nothing. */
async function rollBack(world: World, { options, release, id }: Job) {
  const order = { release: options.release, from: undefined, dryRun: false, reason: `DRILL ${id}` };
  const once = async (onlyIfFailing: boolean): Promise<ReleaseReport> => {
    const { releases } = await rollback(world, { ...order, onlyIfFailing });
    const [report] = releases;
    if (report) return report;
    throw new ToolError({ code: 'BUG', message: 'a rollback without a report' });
  };
  const looked = options.variant === 'provider-down' ? await once(true) : undefined;
  const owners = release.parsed.release.metadata.owners ?? [];
  return { looked, ordered: await once(false), owners };
}
