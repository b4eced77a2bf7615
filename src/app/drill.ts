import { type Problem, ToolError } from '../core/errors.ts';
import { DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { DrillFinding, DrillVariant } from '../core/record/drill-schema.ts';
import { formatInstant, type Instant, millis } from '../core/units.ts';
import type { Landing, Scratch } from '../ports/scratch.ts';
import type { DrillReport, DrillResult } from '../report/drill.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import { judgeVariant, withFault } from './drill-faults.ts';
import { createDrillForge } from './drill-forge.ts';
import { drillTarget, findIncident } from './drill-incident.ts';
import { drillRecordFamily, keepDrill } from './drill-record.ts';
import { planDrillStart } from './drill-start.ts';
import { endDrill, removeLeftovers } from './drill-traces.ts';
import { createDrillWatch, type DrillWatch, sumPhases } from './drill-watch.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { findDifference, readTargets, renderTargets } from './render-targets.ts';
import { rollback } from './rollback.ts';
import type { World } from './world.ts';

export interface DrillOptions {
  /** Name of the release. */
  readonly release: string;
  /** What goes wrong, on purpose. */
  readonly variant: DrillVariant;
}

/** There is a real incident: the drill leaves everything as it was, now. */
class DrillStopped extends Error {}

/**
 * Rehearses the rollback of a release by the same code, on a scratch branch of the repository: a version is put in flight there, its
 * revert is opened and merged into that branch alone, and everything is closed and deleted. The default branch gets the record of
 * the drill and nothing else. A drill stops as soon as there is a real incident.
 * @throws ToolError REFUSED when there is no such release, or its manifest cannot be read
 */
export async function drill(world: World, scratch: Scratch, options: DrillOptions): Promise<DrillReport> {
  const at = world.clock.now();
  const watch = createDrillWatch(world.clock, 'look');
  const snapshot = await readSnapshot(world, await world.forge.refresh());
  const release = requireRelease(snapshot, options.release);
  const id = formatInstant(at).replace(/[-:.]/g, '');
  const job: Job = { world, scratch, watch, snapshot, release, id, ...namesOf(options.release, id), options };
  const incident = await findIncident(world, job.recordBranch);
  const rehearsal: Rehearsal =
    incident === undefined ? await rehearse(job) : { ...NOTHING, stopped: incident };
  const report = reportDrill(job, at, rehearsal);
  if (report.result.kind === 'aborted') return report;
  return { ...report, receipt: await keepDrill(world, report, { snapshot, id }) };
}

interface Job {
  readonly world: World;
  readonly scratch: Scratch;
  readonly watch: DrillWatch;
  readonly snapshot: Snapshot;
  readonly release: ReadableRelease;
  /** Names the drill and orders it among others: the moment at which it began. */
  readonly id: string;
  /** Beginning of the names of all its branches. */
  readonly under: string;
  /** Brings its record. */
  readonly recordBranch: string;
  readonly options: DrillOptions;
}

interface Rehearsal {
  /** The incident for which it stopped. */
  readonly stopped: string | undefined;
  readonly from: string | undefined;
  readonly findings: readonly DrillFinding[];
  readonly landing: Landing | undefined;
}

const NOTHING: Rehearsal = { stopped: undefined, from: undefined, findings: [], landing: undefined };

function namesOf(release: string, id: string): Pick<Job, 'under' | 'recordBranch'> {
  return {
    under: `${DRILL_BRANCHES}${release}/${id}/`,
    recordBranch: `${drillRecordFamily(release)}${id}`,
  };
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
  const rehearsed = await guarded(job, () => walk(job));
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

/** A fault of the outside is something that the drill found. */
async function guarded({ options }: Job, part: () => Promise<Rehearsal>): Promise<Rehearsal> {
  try {
    return await part();
  } catch (fault) {
    if (fault instanceof DrillStopped) return { ...NOTHING, stopped: fault.message };
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    const text = `drill of "${options.release}": ${fault.message}`;
    return { ...NOTHING, findings: [{ code: fault.code, text }] };
  }
}

async function walk(job: Job): Promise<Rehearsal> {
  const { world, scratch, watch, snapshot, under, release, options } = job;
  await removeLeftovers(scratch, job.id);
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

/** A version that is made up does not fit everywhere; one of the manifest does. */
function notStarted({ code, at, message }: Problem): DrillFinding {
  const text = `no version could be put in flight: ${at.file}:${at.line}: ${message}. Or drill when the manifest has a candidate`;
  return { code, text };
}

function stepsOf({ world, watch, recordBranch }: Job) {
  return {
    beforeWrite: async () => {
      const back = watch.enter('look');
      const incident = await findIncident(world, recordBranch);
      if (incident !== undefined) throw new DrillStopped(incident);
      watch.enter(back);
    },
    decided: () => void watch.enter('pull-request'),
    proposed: () => void watch.enter('merge'),
  };
}

async function putInFlight(
  { forge }: World,
  { head }: Snapshot,
  change: {
    readonly files: readonly { readonly path: string; readonly after: string }[];
    readonly subject: string;
    readonly body: string;
    readonly operation: string;
  },
): Promise<void> {
  const { subject, body, operation } = change;
  const files = change.files.map(({ path, after }) => ({ path, text: after }));
  const outcome = await forge.commit({ parent: head, files, subject, body, operation });
  if (outcome.kind === 'committed') return;
  const message =
    outcome.kind === 'refused' ? outcome.message : `${forge.defaultBranch} moved; somebody pushed to it`;
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

/** What is wrong on the scratch branch after the rollback; it must be settled, with the split that its manifest asks for. */
async function checkRestored(world: World, name: string): Promise<readonly DrillFinding[]> {
  const { forge } = world;
  const { releases, head } = await readSnapshot(world, await forge.refresh());
  const file = releases.find((one) => nameOf(one) === name);
  const wrong = (text: string): readonly DrillFinding[] => [{ code: 'NOT_RESTORED', text }];
  if (file?.kind !== 'readable')
    return wrong('the restored manifest cannot be read; look at the last good one in history');
  const { release } = file.parsed;
  if (release.spec.candidate) return wrong(`${file.path} still has a candidate after the rollback`);
  const texts = await readTargets((paths) => forge.read(head, paths), release);
  const { edits, problems } = renderTargets(release, release.spec.rollout.weight, texts);
  const found = [...problems, ...edits.flatMap(findDifference)];
  return found.flatMap(({ at, message }) => wrong(`${at.file}:${at.line}: ${message}`));
}

/** A requirement that nobody waits for keeps a rollback away until a person comes. */
function judgeLanding(branch: string, { requirements = [], autoMerge }: Landing): readonly DrillFinding[] {
  if (requirements.length === 0 || autoMerge) return [];
  const text = `${branch} asks of a pull request: ${requirements.join(', ')}; a revert would stay open until a person merges it, since auto-merge is off. Switch on "Allow auto-merge" under Settings > General`;
  return [{ code: 'AUTO_MERGE_OFF', text }];
}

function reportDrill(job: Job, at: Instant, rehearsal: Rehearsal): DrillReport {
  const { watch, snapshot, options, release } = job;
  const phases = watch.read();
  const restore = sumPhases(phases, ['decide', 'pull-request', 'merge', 'restored']);
  const target = millis(drillTarget(snapshot.config));
  const late: readonly DrillFinding[] =
    restore <= target
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
