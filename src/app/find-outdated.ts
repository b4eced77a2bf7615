import type { Command } from '../core/command/command.ts';
import type { Reason } from '../core/decision/decision.ts';
import { type Digest, formatInstant, formatPercent, type Instant, type Percent } from '../core/units.ts';
import type { Arrival } from './find-arrival.ts';
import type { Subject } from './find-subject.ts';

/** What somebody saw who ordered something. */
export type Seen =
  /** The release as it was at a moment: no candidate that came only later, and no step that came next only then. */
  | { readonly kind: 'at'; readonly at: Instant }
  /** One step of one manifest. */
  | { readonly kind: 'step'; readonly weight: Percent; readonly manifest: Digest };

/** Why the step that comes next is not what was approved: of two who approve one step, the second does not approve the one after it. */
export function findUnseen(
  seen: Seen,
  {
    moved,
    edited,
    weight,
    manifest,
  }: {
    readonly moved: Instant | undefined;
    readonly edited: Instant | undefined;
    readonly weight: Percent;
    readonly manifest: Digest;
  },
): string | undefined {
  const next = `the step to ${formatPercent(weight)}, which comes next,`;
  if (seen.kind === 'step')
    return seen.weight === weight && seen.manifest === manifest
      ? undefined
      : `${next} is not the step to ${formatPercent(seen.weight)} that was approved, or the manifest was edited since; look again`;
  const given = `after the approval was given at ${formatInstant(seen.at)}: nobody approved ${next} so far. Look again, and approve it anew`;
  if (moved !== undefined && moved > seen.at) return `the release moved at ${formatInstant(moved)}, ${given}`;
  return edited !== undefined && edited > seen.at
    ? `the manifest was edited at ${formatInstant(edited)}, ${given}`
    : undefined;
}

/**
 * Why an order that is about a candidate is not about the one that is there: it came after the order was given. An order that names
 * another version is of that one, whatever is tried now.
 */
export function findReplaced(
  { candidate, name: release }: Subject,
  {
    command,
    seen,
    arrival: { came },
  }: { readonly command: Command; readonly seen: Seen | undefined; readonly arrival: Arrival },
): Reason | undefined {
  if (!candidate || seen?.kind !== 'at' || came === undefined || came <= seen.at) return undefined;
  const { version } = candidate;
  if ((command.version ?? version) !== version) return undefined;
  // named, so that no third one is meant by it
  const from = command.name === 'looks-wrong' ? '' : ` --from ${version}`;
  const text = `${version} came at ${formatInstant(came)}, after the order was given at ${formatInstant(seen.at)}, which was about what was there then; nothing was done. If it is meant, give the order again: /belay ${command.name} ${release} --reason "…"${from}`;
  return { code: 'ORDER_OUTDATED', text };
}
