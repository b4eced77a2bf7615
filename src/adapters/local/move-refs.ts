import type { Sha } from '../../core/units.ts';
import type { Git } from '../git/git-process.ts';
import { gitFailure } from '../git/git-process.ts';

/** One step of a transaction on refs; each names what must be there before. */
export type RefStep =
  | { readonly kind: 'create'; readonly ref: string; readonly to: Sha }
  | { readonly kind: 'update'; readonly ref: string; readonly to: Sha; readonly from: Sha }
  | { readonly kind: 'delete'; readonly ref: string; readonly from: Sha }
  | { readonly kind: 'verify'; readonly ref: string; readonly at: Sha };

/** All steps or none. `lost`: a ref was not what a step expected, and nothing changed. */
export async function moveRefs(
  git: Git,
  reason: string,
  steps: readonly RefStep[],
): Promise<'moved' | 'lost'> {
  const lines = steps.map(lineOf);
  const answer = await git({
    args: ['update-ref', '-m', `belay: ${reason}`, '--stdin'],
    input: ['start', ...lines, 'prepare', 'commit', ''].join('\n'),
  });
  if (answer.code === 0) return 'moved';
  if (/cannot lock ref|but expected|already exists|unable to resolve/i.test(answer.stderr)) return 'lost';
  throw gitFailure(`move ${steps.map((step) => step.ref).join(', ')}`, answer);
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
