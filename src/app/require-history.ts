import { type Decision, isRecorded, lowers } from '../core/decision/decision.ts';
import { resumeTrailer } from '../core/record/resume-trailer.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/**
 * The newest record was decided on a commit that the default branch must still go on from, however its pull request was merged. Where
 * it does not, somebody rewrote history, and nobody knows what else is not as it was: nothing but what takes people off a candidate is
 * written until a person says so. Looked up only when something is to be written: one look at history.
 */
export async function requireHistory(
  { forge }: World,
  { head }: Snapshot,
  { release, decision }: { readonly release: ReadableRelease; readonly decision: Decision },
): Promise<Decision> {
  const newest = release.chain.records.at(-1);
  if (!newest || !isRecorded(decision) || lowers(decision)) return decision;
  const { base } = newest;
  if (await forge.goesOnFrom(head, base)) return decision;
  const text = `history rewritten: record ${newest.sequence} was decided on ${base}, which is not an ancestor of ${head.slice(0, 7)}. Look at what was pushed, and put it back; or, if all is as it should be, bring a commit to ${forge.defaultBranch} whose message has the line "${resumeTrailer(base)}", such as: git commit --allow-empty -m "Resume" -m "${resumeTrailer(base)}"`;
  return {
    kind: 'hold',
    from: decision.from,
    to: decision.from,
    reasons: [{ code: 'HISTORY_REWRITTEN', text }],
  };
}
