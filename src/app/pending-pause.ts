import type { Change } from '../core/change/change.ts';
import { RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { type OrderedPause, outlasts, readOrderedPause } from '../core/record/ordered.ts';
import { readRecord } from '../core/record/record-file.ts';
import type { Sibling } from '../ports/forge.ts';
import { shortOperation } from './propose.ts';
import { recordIn } from './read-change.ts';
import { operationIn, orderFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** A pause that a person ordered and whose pull request is open. */
export interface PendingPause {
  readonly pull: Sibling;
  readonly pause: OrderedPause;
  /** Digest of the record that it follows; where that is not the newest any more, it can land no more. */
  readonly previous: string | null;
}

/** The pause of an open pull request, where it lasts longer than a new one; undefined: it does not, or its newest commit is not Belay's. */
export async function findOutlasting(
  { forge }: Pick<World, 'forge'>,
  change: Change,
  older: Sibling,
): Promise<PendingPause | undefined> {
  if (older.operation?.slice(0, 12) !== operationIn(older.branch)) return undefined;
  const { path, after } = recordIn(change.files);
  const folder = `${RECORDS_PATH}/${change.release}`;
  const newest = (await forge.list(older.head, folder)).filter((one) => /\/\d{4,}\.json$/.test(one)).at(-1);
  const file = newest === undefined ? undefined : (await forge.read(older.head, [newest])).get(newest);
  const [mine, theirs] = [
    readRecord(path, after),
    file?.kind === 'text' ? readRecord(file.path, file.text) : undefined,
  ];
  const [pause, than] = [theirs && readOrderedPause([theirs]), mine && readOrderedPause([mine])];
  if (!theirs || !pause || !than || !outlasts(pause, than)) return undefined;
  return { pull: older, pause, previous: theirs.previous };
}

/** The pause that waits in its pull request already, and that a new one would only make shorter. One request. */
export async function findPendingPause(world: World, change: Change): Promise<PendingPause | undefined> {
  const family = orderFamily(change.release, 'pause');
  const branch = `${family}${shortOperation(change.operation)}`;
  const { siblings } = await world.forge.inspect({ branch, families: [family] });
  for (const older of siblings) {
    const pending = await findOutlasting(world, change, older);
    if (pending) return pending;
  }
  return undefined;
}
