import type { Instant } from '../units.ts';
import type { BelayRecord } from './record-schema.ts';

/** First reason of a record that took a weight one declared step down because harm was proven. */
export const STEP_DOWN = 'STEP_DOWN';
/** First reason of a record that cut the weight to the first step because of a check that contains. */
export const EXPOSURE_REDUCED = 'EXPOSURE_REDUCED';
/** First reason of a pause that a check asked for. */
export const PAUSED_BY_CHECK = 'PAUSED_BY_CHECK';

/** A brake that was put on a rollout and that no step up has taken off since. */
export interface Braked {
  readonly code: typeof STEP_DOWN | typeof EXPOSURE_REDUCED | typeof PAUSED_BY_CHECK;
  /** When the newest record that braked was decided. */
  readonly at: Instant;
  /** Digest of the manifest as that record left it: as long as it is that, no person has decided. */
  readonly manifest: BelayRecord['manifest']['after'];
  /** Names of the checks that failed at the newest step down for proven harm; undefined: there was none. */
  readonly failedBefore: readonly string[] | undefined;
}

/**
 * The brake that a rollout stands under.
 * @param running the records of the rollout, oldest first
 */
export function readBraked(running: readonly BelayRecord[]): Braked | undefined {
  const up = running.findLastIndex(
    ({ decision }) => decision.kind === 'start' || decision.kind === 'advance',
  );
  const since = running.slice(up + 1);
  const newest = since.findLast((record) => codeOf(record) !== undefined);
  const code = newest && codeOf(newest);
  if (!newest || !code) return undefined;
  const down = since.findLast((record) => codeOf(record) === STEP_DOWN)?.evidence;
  return {
    code,
    at: newest.at,
    manifest: newest.manifest.after,
    failedBefore: down?.checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name),
  };
}

function codeOf({ decision }: BelayRecord): Braked['code'] | undefined {
  const code = decision.reasons[0]?.code;
  switch (decision.kind) {
    case 'reduce':
      return code === STEP_DOWN ? STEP_DOWN : EXPOSURE_REDUCED;
    case 'pause':
      return code === PAUSED_BY_CHECK ? PAUSED_BY_CHECK : undefined;
    default:
      return undefined;
  }
}
