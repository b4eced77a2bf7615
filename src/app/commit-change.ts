import type { Sha } from '../core/units.ts';
import type { Receipt } from '../report/run-report.ts';
import type { Proposal } from './propose.ts';
import type { World } from './world.ts';

/** What a direct commit came to. */
export type CommitReceipt = Extract<Receipt, { readonly kind: 'committed' | 'head-moved' | 'blocked' }>;

/** Commits a change to the default branch, on the commit that it was computed for. */
export async function commitChange(
  { forge }: Pick<World, 'forge'>,
  { files, subject, body, operation }: Proposal['change'],
  parent: Sha,
): Promise<CommitReceipt> {
  const writes = files.map(({ path, after }) => ({ path, text: after }));
  const outcome = await forge.commit({ parent, files: writes, subject, body, operation });
  if (outcome.kind === 'committed') return { kind: 'committed', commit: outcome.commit };
  if (outcome.kind === 'head-moved') return { kind: 'head-moved' };
  return { kind: 'blocked', code: outcome.code, pull: undefined, message: outcome.message };
}
