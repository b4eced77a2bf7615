import { type Problem, ToolError } from '../core/errors.ts';
import { DRILLS_PATH } from '../core/manifest/config-schema.ts';
import { drillPath, readDrills } from '../core/record/drill-file.ts';
import type { DrillVariant, WrittenDrill } from '../core/record/drill-schema.ts';
import { serialiseRecord } from '../core/record/record-file.ts';
import { formatInstant, millis, type Sha } from '../core/units.ts';
import type { FileSource, PullRequest } from '../ports/forge.ts';
import { type DrillReport, summariseDrill } from '../report/drill.ts';
import type { Receipt } from '../report/run-report.ts';
import { closePulls } from './close-pulls.ts';
import { type DrillChange, landDrillChange } from './drill-write.ts';
import { createWriter } from './fault.ts';
import { recordIn } from './read-change.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** Texts of all files in the folder of drills, by path. */
export async function readDrillFiles(files: FileSource): Promise<ReadonlyMap<string, string>> {
  const found = await files.read(await files.list(DRILLS_PATH));
  return new Map([...found].map(([path, file]) => [path, file.kind === 'text' ? file.text : ''] as const));
}

/** Beginning of the names of the branches that bring the records of a release's drills: of one variant, or of all. */
export function drillRecordFamily(release: string, variant?: DrillVariant): string {
  return `belay/drill-record/${release}/${variant === undefined ? '' : `${variant}/`}`;
}

/** A required check of the pull request has so long; a person who has to review takes longer. */
const PATIENCE = { patience: millis(5 * 60_000), every: millis(30_000) };

/** What the record of a drill needs to be kept. */
export interface Keeping {
  readonly snapshot: Snapshot;
  /** Of the drill. */
  readonly id: string;
  /** Before each write: throws when the drill has to stop. */
  readonly beforeWrite: () => Promise<void>;
}

/**
 * Writes the record of a drill onto the default branch, as the config says: at once or by a pull request, which a later drill
 * of the same variant alone takes the place of. Nothing is thrown but what `beforeWrite` throws.
 */
export async function keepDrill(
  world: World,
  report: DrillReport,
  { snapshot, id, beforeWrite }: Keeping,
): Promise<Receipt> {
  const family = drillRecordFamily(report.release, report.variant);
  const change = {
    config: snapshot.config,
    build: async (head: Sha) => {
      await beforeWrite();
      return buildRecord(world, report, { head, id });
    },
    family,
    // where another record lands first, this one has another number, and comes by another pull request
    branchOf: ({ files }: DrillChange) => `${family}${id}-${numberIn(recordIn(files).path)}`,
    description: summariseDrill(report),
    whenClosed: 'the drill is not recorded, and counts for nothing; drill again',
  };
  const receipt = await landDrillChange(world, change, PATIENCE);
  const rivals = await settleOthers(world, report, `${family}${id}`);
  if (receipt.kind !== 'waiting' || rivals.length === 0) return receipt;
  const others = rivals.map(({ number }) => `#${number}`).join(', ');
  const message = `${receipt.message}; ${others} of an earlier drill waits with the same number, so that only one of them can be merged, and the next drill closes what is left`;
  return { ...receipt, message };
}

/** Closes what would bring the record of a drill that stopped. */
export async function withdrawRecord(
  world: World,
  { release, variant }: DrillReport,
  id: string,
): Promise<void> {
  const own = `${drillRecordFamily(release, variant)}${id}`;
  const { siblings } = await world.forge.inspect({ branch: own, families: [drillRecordFamily(release)] });
  const pulls = siblings.filter(({ branch }) => branch.startsWith(`${own}-`));
  await closePulls(world, pulls, { comment: 'The drill stopped for a real incident, and is not recorded.' });
}

/**
 * Records of other drills of the release that wait in pull requests: what has the number of one on the default branch can never be merged
 * and is closed. Gives those that still can.
 */
async function settleOthers(
  world: World,
  { release }: DrillReport,
  own: string,
): Promise<readonly PullRequest[]> {
  const { forge, sha256 } = world;
  let rivals: readonly PullRequest[] = [];
  // the drill is recorded or not by now: what others left takes nothing from it
  const receipt = await createWriter()(async () => {
    const { siblings, head } = await forge.inspect({ branch: own, families: [drillRecordFamily(release)] });
    const others = siblings.filter(({ branch }) => !branch.startsWith(`${own}-`));
    if (others.length === 0) return { kind: 'none' };
    const { drills } = readDrills(release, await readDrillsAt(world, head), sha256);
    const isTaken = ({ branch }: PullRequest) => Number(/-(\d+)$/.exec(branch)?.[1]) <= drills.length;
    rivals = others.filter((pull) => !isTaken(pull));
    const comment = `Out of date: another record was merged as this number of \`${DRILLS_PATH}/${release}\`. This drill is not recorded, and counts for nothing; drill again.`;
    await closePulls(world, others.filter(isTaken), { comment });
    return { kind: 'none' };
  });
  if (receipt.kind === 'failed')
    world.log.warn(`records of other drills were not looked at: ${receipt.message}`);
  return rivals;
}

function readDrillsAt({ forge }: World, head: Sha): Promise<ReadonlyMap<string, string>> {
  return readDrillFiles({
    list: (folder) => forge.list(head, folder),
    read: (paths) => forge.read(head, paths),
  });
}

/** The number in the path of a record. */
function numberIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
}

async function buildRecord(
  world: World,
  report: DrillReport,
  { head, id }: { readonly head: Sha; readonly id: string },
): Promise<DrillChange | undefined> {
  const { sha256 } = world;
  const { release } = report;
  const files = await readDrillsAt(world, head);
  const { drills, tip, problems } = readDrills(release, files, sha256);
  refuseBroken(problems);
  const sequence = drills.length + 1;
  const operation = sha256(JSON.stringify(['drill', release, id]));
  if (drills.some((one) => one.operation === operation)) return undefined;
  const record: WrittenDrill = {
    apiVersion: 'belay.dev/v1',
    kind: 'Drill',
    release,
    sequence,
    previous: tip,
    at: formatInstant(report.at),
    tool: world.tool,
    trigger: world.trigger,
    base: report.head,
    operation,
    variant: report.variant,
    place: report.place,
    passed: report.result.kind === 'passed',
    from: report.from ?? null,
    phases: report.phases.map(({ phase, length }) => ({ phase, length })),
    total: report.total,
    restore: report.restore,
    target: report.target,
    requirements: report.requirements ? [...report.requirements] : null,
    findings: [...report.findings],
  };
  const number = String(sequence).padStart(4, '0');
  const lines = report.findings.map(({ code, text }) => `- ${code}: ${text.replace(/\s+/g, ' ')}`);
  return {
    files: [{ path: drillPath(release, sequence), before: undefined, after: serialiseRecord(record) }],
    subject: `drill(${release}): ${report.variant} ${report.result.kind} (drill ${number})`,
    body: [...lines, ...(lines.length > 0 ? [''] : []), `Belay-Op: ${operation}`].join('\n'),
    operation,
  };
}

/** @throws ToolError CORRUPT when the chain of drills is broken: nothing can be added to it */
function refuseBroken([first]: readonly Problem[]): void {
  if (first) throw new ToolError({ code: 'CORRUPT', message: `${first.at.file}: ${first.message}` });
}
