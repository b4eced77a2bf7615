import { ToolError } from '../core/errors.ts';
import { CONFIG_PATH, DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { DrillFinding } from '../core/record/drill-schema.ts';
import { formatInstant, type Instant, millis } from '../core/units.ts';
import type { Scratch } from '../ports/scratch.ts';
import { type DrillReport, type DrillResult, wasRestored } from '../report/drill.ts';
import { drillTarget, findIncident } from './drill-incident.ts';
import {
  type DrillOptions,
  guarded,
  type Job,
  NOTHING,
  namesOf,
  type Rehearsal,
  requireCalm,
} from './drill-job.ts';
import { keepDrill, withdrawRecord } from './drill-record.ts';
import { walkSandbox } from './drill-sandbox.ts';
import { walkScratch } from './drill-scratch.ts';
import { endDrill, removeLeftovers } from './drill-traces.ts';
import { createDrillWatch, sumPhases } from './drill-watch.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { describeObstacle, obstaclesTo, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/**
 * Rehearses the rollback of a release by the same code. Of the sandbox that the config names, on the default branch, where it touches
 * nothing but the sandbox's own files. Of any other release on a scratch branch of the repository: a version is put in flight there, its
 * revert is opened and merged into that branch alone, and everything is closed and deleted. The default branch gets the record of
 * the drill and nothing else. A drill stops as soon as there is a real incident.
 * @throws ToolError REFUSED when there is no such release, or its manifest or the config cannot be read
 */
export async function drill(world: World, scratch: Scratch, options: DrillOptions): Promise<DrillReport> {
  const at = world.clock.now();
  const watch = createDrillWatch(world.clock, 'look');
  const snapshot = await readSnapshot(world, await world.forge.refresh());
  requireConfig(snapshot);
  const release = requireRelease(snapshot, options.release);
  const id = `${formatInstant(at).replace(/[-:.]/g, '')}-${options.suffix}`;
  const sandbox = snapshot.config?.drill?.sandbox;
  const place = options.release === sandbox ? 'sandbox' : 'scratch';
  const names = namesOf(options, id);
  const job: Job = { world, scratch, watch, snapshot, release, id, ...names, place, options };
  const incident = await findIncident(world, job.recordBranch, sandbox);
  const rehearsal: Rehearsal =
    incident === undefined ? await rehearse(job) : { ...NOTHING, stopped: incident };
  const report = reportDrill(job, at, rehearsal);
  if (report.result.kind === 'aborted') return report;
  return keep(job, report);
}

/** It says how the record is to be brought, and by an older one nothing is written but what takes a candidate back. */
function requireConfig({ config }: Snapshot): void {
  if (config) return;
  const message = `drill: ${CONFIG_PATH} is not there or cannot be read, "belay validate" says why; mend it, then drill again`;
  throw new ToolError({ code: 'REFUSED', message });
}

function requireRelease({ releases }: Snapshot, name: string): ReadableRelease {
  const file = releases.find((one) => nameOf(one) === name);
  if (file?.kind === 'readable') return file;
  const known = releases.map(nameOf).join(', ');
  const why = file
    ? `${file.path} cannot be read, "belay validate" says why`
    : `expected one of ${known || 'none'}`;
  throw new ToolError({ code: 'REFUSED', message: `drill: release "${name}": ${why}` });
}

/** All of a drill that writes, and its end: whatever happens on the way, what it made goes. */
async function rehearse(job: Job): Promise<Rehearsal> {
  const { watch } = job;
  watch.enter('prepare');
  const rehearsed = await guarded(job, async () => {
    const obstructed = await findObstacle(job);
    if (obstructed) return { ...NOTHING, findings: [obstructed] };
    const left = await removeLeftovers(job.scratch, job.id);
    const walked = await (job.place === 'sandbox' ? walkSandbox(job) : walkScratch(job));
    return { ...walked, findings: [...walked.findings, ...left] };
  });
  if (job.place === 'sandbox') return rehearsed;
  watch.enter('close');
  const left = await guarded(job, async () => ({
    ...NOTHING,
    findings: await endDrill(job.scratch, job.under),
  }));
  return {
    ...rehearsed,
    stopped: rehearsed.stopped ?? left.stopped,
    findings: [...rehearsed.findings, ...left.findings],
  };
}

/** A branch beside which neither a rollback nor a drill can be written. */
async function findObstacle({ world, options: { release } }: Job): Promise<DrillFinding | undefined> {
  const families = [rollbackFamily(release), `${DRILL_BRANCHES}${release}/`];
  const [obstacle] = await world.forge.known([...new Set(families.flatMap(obstaclesTo))]);
  if (obstacle === undefined) return undefined;
  return {
    code: 'BRANCH_IN_THE_WAY',
    text: describeObstacle(obstacle, 'so neither a drill nor a rollback can be written'),
  };
}

/** With its record. An incident that began since the last write stops a drill here, too: what is merged now gets in the way of a rollback. */
async function keep(job: Job, report: DrillReport): Promise<DrillReport> {
  const { world, snapshot, id } = job;
  let receipt = report.receipt;
  const { stopped } = await guarded(job, async () => {
    receipt = await keepDrill(world, report, { snapshot, id, beforeWrite: () => requireCalm(job) });
    return NOTHING;
  });
  if (stopped === undefined) return { ...report, receipt };
  await guarded(job, async () => {
    await withdrawRecord(world, report, id);
    return NOTHING;
  });
  return { ...report, result: { kind: 'aborted', reason: stopped } };
}

function reportDrill(job: Job, at: Instant, rehearsal: Rehearsal): DrillReport {
  const { watch, snapshot, options, release, place } = job;
  const phases = watch.read();
  const restore = sumPhases(phases, ['decide', 'pull-request', 'merge', 'restored']);
  const target = millis(drillTarget(snapshot.config));
  const late: readonly DrillFinding[] =
    restore <= target || !wasRestored({ phases })
      ? []
      : [
          {
            code: 'TOO_SLOW',
            text: `a rollback took ${restore} ms, expected at most ${target} ms (drill.target); the phases say where`,
          },
        ];
  const findings = [...rehearsal.findings, ...late];
  return {
    command: 'drill',
    release: options.release,
    path: release.path,
    variant: options.variant,
    place,
    at,
    head: snapshot.head,
    result: resultOf(rehearsal.stopped, findings),
    from: rehearsal.from,
    findings,
    phases,
    total: sumPhases(phases),
    restore,
    target,
    requirements: rehearsal.landing?.requirements,
    receipt: { kind: 'none' },
  };
}

function resultOf(stopped: string | undefined, findings: readonly DrillFinding[]): DrillResult {
  if (stopped !== undefined) return { kind: 'aborted', reason: stopped };
  return { kind: findings.length === 0 ? 'passed' : 'failed' };
}
