import type { Problem } from '../errors.ts';
import { DRILLS_PATH } from '../manifest/config-schema.ts';
import type { Digest, Sha256 } from '../units.ts';
import { type Drill, DrillSchema } from './drill-schema.ts';
import { digestOf } from './record-file.ts';

/** Where the record of drill number `sequence` of a release is: `.belay/drills/<release>/0001.json`. */
export function drillPath(release: string, sequence: number): string {
  return `${DRILLS_PATH}/${release}/${String(sequence).padStart(4, '0')}.json`;
}

/** The drills of one release in order, as far as their chain holds. */
export interface DrillChain {
  readonly drills: readonly Drill[];
  /** Digest of the newest record's bytes; null when there is none. */
  readonly tip: Digest | null;
  /** Where the chain breaks; the drills from there on do not count. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the records of a release's drills and verifies that none is missing, altered or out of order.
 * @param found path and text of every file in the folder of drills, any order; those of other releases are not looked at
 */
export function readDrills(release: string, found: ReadonlyMap<string, string>, sha256: Sha256): DrillChain {
  const folder = `${DRILLS_PATH}/${release}/`;
  const count = [...found.keys()].filter(
    (path) => path.startsWith(folder) && /^\d{4,}\.json$/.test(path.slice(folder.length)),
  ).length;
  const drills: Drill[] = [];
  let tip: Digest | null = null;
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const path = drillPath(release, sequence);
    const text = found.get(path);
    const drill = text === undefined ? undefined : parseDrill(text);
    const isNext = drill?.release === release && drill.sequence === sequence && drill.previous === tip;
    if (text === undefined || !drill || !isNext)
      return { drills, tip, problems: [broken(path, text, drill)] };
    drills.push(drill);
    tip = digestOf(text, sha256);
  }
  return { drills, tip, problems: [] };
}

function parseDrill(text: string): Drill | undefined {
  try {
    return DrillSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function broken(path: string, text: string | undefined, drill: Drill | undefined): Problem {
  const got =
    text === undefined
      ? 'it is not there'
      : drill
        ? `record ${drill.sequence} of "${drill.release}" after ${drill.previous ?? 'none'}`
        : 'something else';
  return {
    code: 'DRILL_CHAIN_BROKEN',
    severity: 'error',
    at: { file: path, line: 1, column: 1 },
    path: '',
    message: `expected the record of the next drill, got ${got}; restore the file from history. Drills from here on do not count`,
  };
}
