import type { Sha } from '../../core/units.ts';
import type { GitAnswer } from '../git/git-process.ts';
import { gitFailure, lockFailure, lockIn } from '../git/git-process.ts';
import type { Place } from './place.ts';
import { LOCK_ATTEMPTS } from './place.ts';

/** One step of a transaction on refs; each names what must be there before. */
export type RefStep =
  | { readonly kind: 'create'; readonly ref: string; readonly to: Sha }
  | { readonly kind: 'update'; readonly ref: string; readonly to: Sha; readonly from: Sha }
  | { readonly kind: 'delete'; readonly ref: string; readonly from: Sha }
  | { readonly kind: 'verify'; readonly ref: string; readonly at: Sha };

/**
 * All steps or none. `lost`: a ref was not what a step expected, and nothing changed. A lock is waited for.
 * @throws ToolError FORGE_UNAVAILABLE that names the lock file, when it does not go away; nothing changed
 */
export async function moveRefs(
  place: Place,
  reason: string,
  steps: readonly RefStep[],
): Promise<'moved' | 'lost'> {
  let answer = await updateRefs(place, reason, steps);
  for (let attempt = 1; attempt < LOCK_ATTEMPTS && lockIn(answer.stderr) !== undefined; attempt += 1) {
    await place.pause();
    answer = await updateRefs(place, reason, steps);
  }
  if (answer.code === 0) return 'moved';
  const lock = lockIn(answer.stderr);
  if (lock !== undefined) throw lockFailure(reason, lock);
  if (/cannot lock ref|but expected|already exists|unable to resolve/i.test(answer.stderr)) return 'lost';
  throw gitFailure(`move ${steps.map((step) => step.ref).join(', ')}`, answer);
}

function updateRefs({ git }: Place, reason: string, steps: readonly RefStep[]): Promise<GitAnswer> {
  return git({
    args: ['update-ref', '-m', `belay: ${reason}`, '--stdin'],
    input: ['start', ...steps.map(lineOf), 'prepare', 'commit', ''].join('\n'),
  });
}

function lineOf(step: RefStep): string {
  switch (step.kind) {
    case 'create':
      return `create ${step.ref} ${step.to}`;
    case 'update':
      return `update ${step.ref} ${step.to} ${step.from}`;
    case 'delete':
      return `delete ${step.ref} ${step.from}`;
    case 'verify':
      return `verify ${step.ref} ${step.at}`;
  }
}
