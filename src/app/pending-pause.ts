import type { Change } from '../core/change/change.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { type OrderedPause, outlasts, readOrderedPause } from '../core/record/ordered.ts';
import { readRecord } from '../core/record/record-file.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Subject } from './find-subject.ts';
import { recordIn } from './read-change.ts';
import { operationIn, orderFamily, shortOperation } from './rollback-branch.ts';
import type { World } from './world.ts';

/** A pause that a person ordered and whose pull request is open. */
export interface PendingPause {
  readonly pull: Sibling;
  readonly pause: OrderedPause;
  /** Digest of the record that it follows; where that is not the newest any more, it can land no more. */
  readonly previous: string | null;
}

/** The pause of an open pull request; undefined: there is none in it, or its newest commit is not Belay's. */
async function readPending(
  { forge }: Pick<World, 'forge'>,
  release: string,
  pull: Sibling,
): Promise<PendingPause | undefined> {
  if (pull.operation?.slice(0, 12) !== operationIn(pull.branch)) return undefined;
  const folder = `${RECORDS_PATH}/${release}`;
  const newest = (await forge.list(pull.head, folder)).filter((one) => /\/\d{4,}\.json$/.test(one)).at(-1);
  const file = newest === undefined ? undefined : (await forge.read(pull.head, [newest])).get(newest);
  const record = file?.kind === 'text' ? readRecord(file.path, file.text) : undefined;
  const pause = record && readOrderedPause([record]);
  return record && pause && { pull, pause, previous: record.previous };
}

/** The pause of an open pull request, where it lasts longer than a new one. */
export async function findOutlasting(
  world: Pick<World, 'forge'>,
  change: Change,
  older: Sibling,
): Promise<PendingPause | undefined> {
  const { path, after } = recordIn(change.files);
  const mine = readRecord(path, after);
  const than = mine && readOrderedPause([mine]);
  const pending = await readPending(world, change.release, older);
  return pending && than && outlasts(pending.pause, than) ? pending : undefined;
}

/** The pause that waits in its pull request already, and that a new one would only make shorter. One request. */
export async function findPendingPause(world: World, change: Change): Promise<PendingPause | undefined> {
  const operation = shortOperation(change.operation);
  for (const older of await findSiblings(world, change.release, operation)) {
    const pending = await findOutlasting(world, change, older);
    if (pending) return pending;
  }
  return undefined;
}

/** Any pause that waits in its pull request, which it could land from. One request. */
export async function findAnyPending(
  world: World,
  { name, state }: Pick<Subject, 'name' | 'state'>,
): Promise<PendingPause | undefined> {
  for (const pull of await findSiblings(world, name, 'none')) {
    const pending = await readPending(world, name, pull);
    if (pending?.previous === state.tip) return pending;
  }
  return undefined;
}

async function findSiblings({ forge }: World, release: string, own: string): Promise<readonly Sibling[]> {
  const family = orderFamily(release, 'pause');
  const { siblings } = await forge.inspect({ branch: `${family}${own}`, families: [family] });
  return siblings;
}
