import type { Config } from '../core/manifest/config-schema.ts';
import { elapsed, type Millis, type Sha } from '../core/units.ts';
import type { Receipt } from '../report/run-report.ts';
import { commitChange } from './commit-change.ts';
import { createWriter } from './fault.ts';
import { type Proposal, proposeAndMerge } from './propose.ts';
import type { World } from './world.ts';
import { isUndecided } from './written.ts';

/** How long a pull request that waits for a requirement is merged again, and how often. */
export interface DrillPatience {
  readonly patience: Millis;
  readonly every: Millis;
  /** Before each time but the first; what it throws ends the wait. */
  readonly meanwhile?: () => Promise<void>;
}

/** Writes onto the default branch, and stays with a pull request that waits, since no later run decides the same. */
export async function landDrillChange(
  world: World,
  change: DrillWrite,
  { patience, every, meanwhile }: DrillPatience,
): Promise<Receipt> {
  const { clock } = world;
  const since = clock.now();
  for (;;) {
    const receipt = await landOnce(world, change);
    if (receipt.kind !== 'waiting' || elapsed(since, clock.now()) >= patience) return receipt;
    await clock.sleep(every);
    await meanwhile?.();
  }
}

/** How often a change is written again when others were quicker. */
const ATTEMPTS = 3;

/** What a drill writes onto the default branch. */
export type DrillChange = Proposal['change'];

export interface DrillWrite {
  readonly config: Config | undefined;
  /** The change at a commit of the default branch; undefined: it is there, by whoever merged it. */
  readonly build: (head: Sha) => Promise<DrillChange | undefined>;
  /** Beginning of the names of the branches that bring such changes, where they come by pull request. */
  readonly family: string;
  /** Of the branch that brings this one. */
  readonly branchOf: (change: DrillChange) => string;
  readonly description: string;
  readonly whenClosed: string;
}

/** Writes onto the default branch, as the config says: at once or by a pull request. Nothing is thrown. */
async function landOnce(world: World, change: DrillWrite): Promise<Receipt> {
  const write = createWriter();
  for (let attempt = 1; ; attempt += 1) {
    const receipt = await write(async () => {
      const head = await world.forge.refresh();
      const built = await change.build(head);
      if (!built) return { kind: 'committed', commit: head };
      if (change.config?.advance?.mode !== 'pull-request') return commitChange(world, built, head);
      return proposeAndMerge(world, proposalOf(change, built, head));
    });
    if (!isOvertaken(receipt) || attempt >= ATTEMPTS) return receipt;
  }
}

/** Whether others were quicker: another drill closes what cannot be merged any more; what a person closed, the next attempt sees. */
function isOvertaken(receipt: Receipt): boolean {
  return isUndecided({ receipt }) || (receipt.kind === 'blocked' && receipt.code === 'PULL_CLOSED');
}

function proposalOf(
  { config, family, branchOf, description, whenClosed }: DrillWrite,
  change: DrillChange,
  base: Sha,
): Proposal {
  return {
    change,
    base,
    branch: branchOf(change),
    whenTaken: 'stop',
    family,
    title: change.subject,
    description,
    method: config?.merge?.method ?? 'merge',
    landing: 'leave',
    whenClosed,
  };
}
