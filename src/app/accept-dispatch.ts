import { checkDispatch, type VerifyMac } from '../core/dispatch/check-dispatch.ts';
import {
  type DispatchPayload,
  NO_REASON,
  readPayload,
  readUnsigned,
  refuseDispatch,
} from '../core/dispatch/payload.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { recordPath } from '../core/record/record-file.ts';
import { withLastConfig } from './last-config.ts';
import { nameOf } from './read-files.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** What came by `repository_dispatch`, and what it is held against. */
export interface DispatchInput {
  /** `client_payload` of the event. */
  readonly payload: unknown;
  /** A release that the workflow itself names; undefined when it leaves that to the payload. */
  readonly release: string | undefined;
  /** `owner/name` of this repository. */
  readonly repository: string;
  readonly verify: VerifyMac;
  /** The key in an environment variable. @throws ToolError REFUSED when there is none */
  readKey(variable: string): string;
}

/** A dispatch that is heeded: it asks to look, and no more. */
export interface AcceptedDispatch {
  readonly release: string;
  readonly reason: string;
  /** Who signed it; undefined where nothing has to be signed. */
  readonly signed: Pick<DispatchPayload, 'id' | 'source' | 'reason'> | undefined;
}

/**
 * Whether a dispatch is heeded. Where the config names sources, only what one of them signed for this repository, not long ago and
 * not for a rollback that was done. Elsewhere anybody's word is enough, since it only makes Belay look.
 * @throws ToolError REFUSED (SEC-17)
 */
export async function acceptDispatch(world: World, input: DispatchInput): Promise<AcceptedDispatch> {
  const snapshot = withLastConfig(await readSnapshot(world, await world.forge.head()));
  const { config } = snapshot;
  if (!config)
    throw refuseDispatch(`${CONFIG_PATH} cannot be read, so nobody knows whose dispatches count; mend it`);
  if (!config.dispatch) return acceptUnsigned(input);
  const payload = readPayload(input.payload);
  const { repository, verify } = input;
  const key = input.readKey(keyVariable(config.dispatch, payload.source));
  checkDispatch(payload, { key, verify, repository, now: world.clock.now() });
  const { id, source, reason, release } = payload;
  if (input.release !== undefined && input.release !== release)
    throw refuseDispatch(`the dispatch is about "${release}", and the workflow names "${input.release}"`);
  await refuseHandled(world, snapshot, payload);
  return { release, reason, signed: { id, source, reason } };
}

/** A workflow that names the release itself may be started by events of any form: they are not read. */
function acceptUnsigned({ payload, release }: DispatchInput): AcceptedDispatch {
  const asked = release === undefined ? readUnsigned(payload) : { release, reason: NO_REASON };
  return { ...asked, signed: undefined };
}

function keyVariable({ sources }: NonNullable<Config['dispatch']>, source: string): string {
  const spec = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (!spec)
    throw refuseDispatch(
      `client_payload.source "${source}" is not in ${CONFIG_PATH}, which knows ${Object.keys(sources).join(', ')}`,
    );
  return spec.keyEnv;
}

/**
 * An id that led to a rollback is in the record of it. One whose look did nothing is nowhere: sent again before it expires, it
 * makes Belay look again, and that is all.
 */
async function refuseHandled(
  { forge }: World,
  { head, releases }: Snapshot,
  { id, release }: DispatchPayload,
): Promise<void> {
  const file = releases.find((one) => nameOf(one) === release);
  if (file?.kind !== 'readable') return;
  const record = file.chain.records.find(({ trigger }) => trigger.dispatch?.id === id);
  if (!record) return;
  const revisions = await forge.history(head, recordPath(release, record.sequence));
  const commit = revisions.at(-1)?.commit.slice(0, 7) ?? `record ${record.sequence}`;
  throw refuseDispatch(`dispatch id ${id} already handled in ${commit}`);
}
