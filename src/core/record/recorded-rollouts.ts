import type { Instant } from '../units.ts';
import type { RecordChain } from './record-file.ts';

/** A rollout that was begun and ended, as the records tell it. */
export interface RecordedRollout {
  readonly stable: { readonly version: string; readonly backend: string };
  readonly candidate: { readonly version: string; readonly backend: string };
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly ended: 'promoted' | 'rolled-back' | 'withdrawn';
}

/** The rollouts that ended, oldest first. One that another start or an adoption cut short was withdrawn by a person. */
export function findRollouts({ records }: RecordChain): readonly RecordedRollout[] {
  const found: RecordedRollout[] = [];
  let begun: Omit<RecordedRollout, 'endedAt' | 'ended'> | undefined;
  for (const { at, decision, stable, candidate } of records) {
    const ended = ENDS[decision.kind];
    if (begun && ended) found.push({ ...begun, endedAt: at, ended });
    if (ended) begun = undefined;
    if (decision.kind === 'start' && stable && candidate)
      begun = { stable: nameOf(stable), candidate: nameOf(candidate), startedAt: at };
  }
  return found;
}

const ENDS: Readonly<Record<string, RecordedRollout['ended'] | undefined>> = {
  promote: 'promoted',
  rollback: 'rolled-back',
  start: 'withdrawn',
  adopt: 'withdrawn',
};

function nameOf({ version, backend }: RecordedRollout['stable']): RecordedRollout['stable'] {
  return { version, backend };
}
