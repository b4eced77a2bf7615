import type { LabRepository, PullState } from '../state/repository.ts';
import type { PageArguments } from './connections.ts';

/** How a list is sorted. */
export interface Order {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

/** Arguments of every list of pull requests. */
export interface PullsArguments extends PageArguments {
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: Order | null;
}

/** The pull requests that such a list has, in its order: the oldest first when none is asked for. */
export function selectPulls(repo: LabRepository, args: PullsArguments): readonly PullState[] {
  const chosen = repo.pulls.filter(
    (pull) =>
      (!args.headRefName || pull.head === args.headRefName) &&
      (!args.baseRefName || pull.base === args.baseRefName) &&
      (!args.states || args.states.includes(pull.state)) &&
      (!args.labels || args.labels.some((label) => pull.labels.includes(label))),
  );
  const key = (pull: PullState): number =>
    args.orderBy?.field === 'UPDATED_AT' ? pull.updatedAt : pull.createdAt;
  const sorted = [...chosen].sort((a, b) => key(a) - key(b) || a.number - b.number);
  return args.orderBy?.direction === 'DESC' ? sorted.reverse() : sorted;
}
