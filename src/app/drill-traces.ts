import { DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { DrillFinding } from '../core/record/drill-schema.ts';
import { type Instant, parseInstant } from '../core/units.ts';
import type { Scratch, ScratchBranch } from '../ports/scratch.ts';

/** Below `belay/drill/`: the release, the id of the drill, and what the branch is for. */
const NAME = /^belay\/drill\/([^/]+)\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\d*Z-[0-9a-f]{4}\/./;

/** How old a drill must be before another one takes it for killed: longer than any job of one runs. */
const KILLED_AFTER = 3_600_000;

/** Closes what a drill opened and deletes what it made; what is still there afterwards is a finding. */
export async function endDrill(scratch: Scratch, under: string): Promise<readonly DrillFinding[]> {
  const own = (await scratch.list()).filter(({ name }) => name.startsWith(under));
  await removeAll(scratch, own);
  const left = (await scratch.list()).filter(({ name }) => name.startsWith(under));
  return left.map(({ name }) => ({
    code: 'DRILL_LEFTOVER',
    text: `branch ${name} could not be deleted; a rule may forbid it. Delete it, and let Belay delete names below ${DRILL_BRANCHES}`,
  }));
}

/** Removes what drills left that were killed: names below `belay/drill/` with the id of an older drill, and never another. */
export async function removeLeftovers(scratch: Scratch, id: string): Promise<void> {
  const now = momentOf(`${DRILL_BRANCHES}x/${id}/x`);
  const old = (await scratch.list()).filter(({ name }) => {
    const then = momentOf(name);
    return now !== undefined && then !== undefined && now - then >= KILLED_AFTER;
  });
  await removeAll(scratch, old);
}

function momentOf(name: string): Instant | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, , year, month, day, hour, minute, second] = match;
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** The pull requests into a base first, so that they say why they are closed. */
async function removeAll(scratch: Scratch, branches: readonly ScratchBranch[]): Promise<void> {
  for (const { name } of branches.filter(({ name }) => name.endsWith('/base'))) {
    const under = name.slice(0, -'base'.length);
    const forge = scratch.onto(name);
    const { siblings } = await forge.inspect({
      branch: `${under}end`,
      families: [`${under}revert/`, `${under}step/`],
    });
    for (const pull of siblings)
      await forge.close({ pull, comment: 'DRILL: the rehearsal is over. Nothing here was ever served.' });
  }
  for (const branch of branches) await scratch.remove(branch);
}
