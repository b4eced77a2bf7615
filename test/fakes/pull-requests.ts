import type { Sha } from '../../src/core/units.ts';
import type { PullRequests, PullRequestView } from '../../src/ports/pull-requests.ts';

/** A comment on a pull request, as people see it. */
export interface FakeComment {
  readonly pull: number;
  readonly author: string;
  readonly body: string;
}

/** Pull requests in memory, and the hands of everybody else. */
export interface FakePullRequests extends PullRequests {
  /** Oldest first. */
  readonly comments: readonly FakeComment[];
  /** Comments that were written, edited ones included. */
  readonly writes: number;
  open(pull: { readonly head: Sha; readonly isFork?: boolean }): number;
  /** Somebody comments; `belay` is the account of this tool. */
  comment(comment: FakeComment): void;
}

const SELF = 'belay';

export function createFakePullRequests(): FakePullRequests {
  const pulls: PullRequestView[] = [];
  const comments: FakeComment[] = [];
  let requests = 0;
  let writes = 0;
  const urlOf = (index: number) => `https://forge.test/comments/${index}`;
  return {
    comments,
    get writes() {
      return writes;
    },
    open({ head, isFork = false }) {
      pulls.push({ number: pulls.length + 1, head, isFork });
      return pulls.length;
    },
    comment: (comment) => void comments.push(comment),
    async look(number) {
      requests += 1;
      return pulls.find((pull) => pull.number === number);
    },
    async keepComment({ pull, topic, text }) {
      requests += 1;
      const mark = `<!-- belay:${topic} -->`;
      const body = `${text.trimEnd()}\n\n${mark}`;
      const found = comments.findIndex(
        (one) => one.pull === pull && one.author === SELF && one.body.endsWith(mark),
      );
      if (comments[found]?.body === body) return { kind: 'unchanged', url: urlOf(found) };
      requests += 1;
      writes += 1;
      const index = found < 0 ? comments.length : found;
      comments[index] = { pull, author: SELF, body };
      return { kind: found < 0 ? 'created' : 'edited', url: urlOf(index) };
    },
    cost: () => ({ requests, roundTrips: requests }),
  };
}
