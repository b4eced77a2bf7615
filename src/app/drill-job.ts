import { type Problem, ToolError } from '../core/errors.ts';
import { DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { DrillFinding, DrillPlace, DrillVariant } from '../core/record/drill-schema.ts';
import type { Landing, Scratch } from '../ports/scratch.ts';
import type { DrillSteps } from './drill-forge.ts';
import { findIncident } from './drill-incident.ts';
import { drillRecordFamily } from './drill-record.ts';
import type { DrillWatch } from './drill-watch.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

export interface DrillOptions {
  /** Name of the release. */
  readonly release: string;
  /** What goes wrong, on purpose. */
  readonly variant: DrillVariant;
  /** Four hex digits that tell it from another drill which began at the same moment. */
  readonly suffix: string;
}

/** What the parts of one drill share. */
export interface Job {
  readonly world: World;
  readonly scratch: Scratch;
  readonly watch: DrillWatch;
  readonly snapshot: Snapshot;
  readonly release: ReadableRelease;
  /** Names the drill and orders it among others: the moment at which it began, and its suffix. */
  readonly id: string;
  /** Beginning of the names of all its branches. */
  readonly under: string;
  /** Brings its record. */
  readonly recordBranch: string;
  readonly place: DrillPlace;
  readonly options: DrillOptions;
}

/** What a drill came to before it is reported. */
export interface Rehearsal {
  /** The incident for which it stopped. */
  readonly stopped: string | undefined;
  readonly from: string | undefined;
  readonly findings: readonly DrillFinding[];
  readonly landing: Landing | undefined;
}

export const NOTHING: Rehearsal = { stopped: undefined, from: undefined, findings: [], landing: undefined };

/** Names of all that a drill makes. */
export function namesOf({ release, variant }: DrillOptions, id: string): Pick<Job, 'under' | 'recordBranch'> {
  return {
    under: `${DRILL_BRANCHES}${release}/${id}/`,
    recordBranch: `${drillRecordFamily(release, variant)}${id}`,
  };
}

/** There is a real incident: the drill leaves everything as it was, now. */
class DrillStopped extends Error {}

/** A fault of the outside is something that the drill found. */
export async function guarded({ options }: Job, part: () => Promise<Rehearsal>): Promise<Rehearsal> {
  try {
    return await part();
  } catch (fault) {
    if (fault instanceof DrillStopped) return { ...NOTHING, stopped: fault.message };
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    const text = `drill of "${options.release}": ${fault.message}`;
    return { ...NOTHING, findings: [{ code: fault.code, text }] };
  }
}

/** A version that is made up does not fit everywhere; one of the manifest does. */
export function notStarted({ code, at, message }: Problem): DrillFinding {
  const text = `no version could be put in flight: ${at.file}:${at.line}: ${message}. Or drill when the manifest has a candidate`;
  return { code, text };
}

/** What happens around the writes of a drill. */
export function stepsOf(job: Job): DrillSteps {
  const { watch } = job;
  return {
    beforeWrite: () => requireCalm(job),
    decided: () => void watch.enter('pull-request'),
    proposed: () => void watch.enter('merge'),
  };
}

/** A requirement that nobody waits for keeps a rollback away until a person comes. */
export function judgeLanding(
  branch: string,
  { requirements = [], autoMerge }: Landing,
): readonly DrillFinding[] {
  if (requirements.length === 0 || autoMerge) return [];
  const text = `${branch} asks of a pull request: ${requirements.join(', ')}; a revert would stay open until a person merges it, since auto-merge is off. Switch on "Allow auto-merge" under Settings > General`;
  return [{ code: 'AUTO_MERGE_OFF', text }];
}

/** Goes on only while there is no real incident. @throws DrillStopped */
export async function requireCalm({ world, watch, snapshot, recordBranch }: Job): Promise<void> {
  const back = watch.enter('look');
  const incident = await findIncident(world, recordBranch, snapshot.config?.drill?.sandbox);
  if (incident !== undefined) throw new DrillStopped(incident);
  watch.enter(back);
}
