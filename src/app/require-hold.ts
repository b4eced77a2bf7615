import type { Decision } from '../core/decision/decision.ts';
import { findStanding } from '../core/plan/rollout.ts';
import { NOTED_SKEW } from '../core/plan/skew.ts';
import { after, elapsed, formatDuration, formatInstant, type Instant } from '../core/units.ts';
import type { ReadableRelease } from './read-files.ts';
import { findLanding, type Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/**
 * The hold of a step counts from when its commit landed, where that is later than its record says by more than clocks may be
 * apart: the runner that wrote it was slow, and the forge's clock is nobody's who runs Belay. Looked up only when the step would
 * be left: one look at history.
 */
export async function requireHold(
  world: World,
  { head }: Snapshot,
  {
    release,
    decision,
    now,
  }: { readonly release: ReadableRelease; readonly decision: Decision; readonly now: Instant },
): Promise<Decision> {
  const { rollout } = release.state;
  if (!rollout || (decision.kind !== 'advance' && decision.kind !== 'promote')) return decision;
  const move = release.chain.records.findLast(
    ({ decision: { kind } }) => kind === 'start' || kind === 'advance',
  );
  if (move?.via !== 'commit') return decision;
  const [landing] = await findLanding(world.forge, head, release, move.sequence);
  const landed = landing?.[1];
  if (landed === undefined || elapsed(move.at, landed) <= NOTED_SKEW) return decision;
  const until = after(landed, findStanding(release.parsed.release, rollout).step.hold);
  if (now >= until) return decision;
  const text = `holds for another ${formatDuration(elapsed(now, until))}: record ${move.sequence} landed at ${formatInstant(landed)}, ${formatDuration(elapsed(move.at, landed))} later than the clock of its run said`;
  return { ...decision, kind: 'hold', to: decision.from, reasons: [{ code: 'HOLD_NOT_OVER', text }] };
}
