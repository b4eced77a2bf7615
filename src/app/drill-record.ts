import { type Problem, ToolError } from '../core/errors.ts';
import { DRILLS_PATH } from '../core/manifest/config-schema.ts';
import { drillPath, readDrills } from '../core/record/drill-file.ts';
import type { DrillVariant, WrittenDrill } from '../core/record/drill-schema.ts';
import { serialiseRecord } from '../core/record/record-file.ts';
import { formatInstant, millis, type Sha } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import { type DrillReport, summariseDrill } from '../report/drill.ts';
import type { Receipt } from '../report/run-report.ts';
import { type DrillChange, landDrillChange } from './drill-write.ts';
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

/**
 * Writes the record of a drill onto the default branch, as the config says: at once or by a pull request, which a later drill
 * of the same variant alone takes the place of. Nothing is thrown.
 */
export async function keepDrill(
  world: World,
  report: DrillReport,
  { snapshot, id }: { readonly snapshot: Snapshot; readonly id: string },
): Promise<Receipt> {
  const change = {
    config: snapshot.config,
    build: (head: Sha) => buildRecord(world, report, { head, id }),
    family: drillRecordFamily(report.release, report.variant),
    id,
    description: summariseDrill(report),
    whenClosed: 'the drill is not recorded, and counts for nothing; drill again',
  };
  return landDrillChange(world, change, PATIENCE);
}

async function buildRecord(
  world: World,
  report: DrillReport,
  { head, id }: { readonly head: Sha; readonly id: string },
): Promise<DrillChange | undefined> {
  const { forge, sha256 } = world;
  const { release } = report;
  const files = await readDrillFiles({
    list: (folder) => forge.list(head, folder),
    read: (paths) => forge.read(head, paths),
  });
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
