import { ToolError } from '../core/errors.ts';
import { DRILL_BRANCHES } from '../core/manifest/config-schema.ts';
import type { DrillFinding } from '../core/record/drill-schema.ts';
import { type Instant, parseInstant } from '../core/units.ts';
import type { Scratch, ScratchBranch } from '../ports/scratch.ts';

/** Below `belay/drill/`: the release, the id of the drill, and what the branch is for. */
const NAME = /^belay\/drill\/([^/]+)\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\d*Z-[0-9a-f]{4}\/./;

/** How old a drill must be before another one takes it for killed: longer than any job of one runs. */
const KILLED_AFTER = 3_600_000;

/** Closes what a drill opened and deletes what it made; what is still there afterwards is a finding. */
export function endDrill(scratch: Scratch, under: string): Promise<readonly DrillFinding[]> {
  return removeAll(scratch, ({ name }) => name.startsWith(under));
}

/**
 * Removes what drills left that were killed: names below `belay/drill/` with the id of an older drill, and never another. What cannot be
 * removed is a finding.
 */
export function removeLeftovers(scratch: Scratch, id: string): Promise<readonly DrillFinding[]> {
  const now = momentOf(`${DRILL_BRANCHES}x/${id}/x`);
  return removeAll(scratch, ({ name }) => {
    const then = momentOf(name);
    return now !== undefined && then !== undefined && now - then >= KILLED_AFTER;
  });
}

function momentOf(name: string): Instant | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, , year, month, day, hour, minute, second] = match;
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * The pull requests into a base first, so that they say why they are closed. One thing that cannot be removed keeps nothing else, and is
 * told with the reason.
 */
async function removeAll(
  scratch: Scratch,
  isMeant: (branch: ScratchBranch) => boolean,
): Promise<readonly DrillFinding[]> {
  const found = (await scratch.list()).filter(isMeant);
  if (found.length === 0) return [];
  const reasons = new Map<string, string>();
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (fault) {
      if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
      reasons.set(name, fault.message);
    }
  };
  for (const { name } of found)
    if (name.endsWith('/base')) await attempt(name, () => closeInto(scratch, name));
  for (const branch of found) await attempt(branch.name, () => scratch.remove(branch));
  return (await scratch.list()).filter(isMeant).map(({ name }) => {
    const why = reasons.get(name) ?? 'it was moved meanwhile, or a rule forbids it';
    const text = `branch ${name} could not be deleted (${why}). Delete it, and let Belay delete names below ${DRILL_BRANCHES}`;
    return { code: 'DRILL_LEFTOVER', text };
  });
}

async function closeInto(scratch: Scratch, base: string): Promise<void> {
  const under = base.slice(0, -'base'.length);
  const forge = scratch.onto(base);
  const { siblings } = await forge.inspect({
    branch: `${under}end`,
    families: [`${under}revert/`, `${under}step/`],
  });
  for (const pull of siblings)
    await forge.close({ pull, comment: 'DRILL: the rehearsal is over. Nothing here was ever served.' });
}
