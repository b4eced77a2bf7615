import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../src/core/units.ts';
import type { PullRequests } from '../../src/ports/pull-requests.ts';

/** Pull requests under test, and the hands of everybody else. */
export interface PullRequestsBench {
  readonly pulls: PullRequests;
  /** Somebody opens a pull request of this repository. */
  open(): Promise<{ readonly number: number; readonly head: Sha }>;
  /** A comment by this tool's account, or by somebody else. */
  comment(comment: {
    readonly pull: number;
    readonly by: 'this tool' | 'somebody';
    readonly body: string;
  }): Promise<void>;
  /** Bodies of all comments on a pull request, oldest first. */
  bodies(pull: number): readonly string[];
  close(): Promise<void>;
}

const MARK = '<!-- belay:preflight -->';

/** What every place that holds pull requests does. */
export function describePullRequests(name: string, open: () => Promise<PullRequestsBench>): void {
  describe(`pull requests of ${name}`, () => {
    let bench: PullRequestsBench;
    let pull: number;
    let head: Sha;
    beforeEach(async () => {
      bench = await open();
      ({ number: pull, head } = await bench.open());
    });
    afterEach(() => bench.close());
    const keep = (text: string) => bench.pulls.keepComment({ pull, topic: 'preflight', text });

    it('says where a pull request stands, and that there is none', async () => {
      expect(await bench.pulls.look(pull)).toEqual({ number: pull, head, isFork: false });
      expect(await bench.pulls.look(pull + 1_000)).toBeUndefined();
    });

    it('writes its comment once, and edits it in place from then on', async () => {
      expect(await keep('first')).toMatchObject({ kind: 'created' });
      await bench.comment({ pull, by: 'somebody', body: 'Thanks!' });
      expect(await keep('second')).toMatchObject({ kind: 'edited' });
      expect(bench.bodies(pull)).toEqual([`second\n\n${MARK}`, 'Thanks!']);
    });

    it('asks once and writes nothing when the comment says so already', async () => {
      await keep('the same');
      const { requests } = bench.pulls.cost();
      expect(await keep('the same')).toMatchObject({ kind: 'unchanged' });
      expect(bench.pulls.cost().requests).toBe(requests + 1);
    });

    it("leaves somebody else's comment alone, whatever mark it bears", async () => {
      const theirs = `Not yours\n\n${MARK}`;
      await bench.comment({ pull, by: 'somebody', body: theirs });
      expect(await keep('mine')).toMatchObject({ kind: 'created' });
      await keep('mine again');
      expect(bench.bodies(pull)).toEqual([theirs, `mine again\n\n${MARK}`]);
    });

    it('leaves its own comments on other topics alone, and those that only quote the mark', async () => {
      const others = ['About a step\n\n<!-- belay:step op=1 -->', `We look for ${MARK} here.`];
      for (const body of others) await bench.comment({ pull, by: 'this tool', body });
      await keep('mine');
      expect(bench.bodies(pull)).toEqual([...others, `mine\n\n${MARK}`]);
    });

    it('edits the oldest of several of its own', async () => {
      for (const text of ['older', 'younger'])
        await bench.comment({ pull, by: 'this tool', body: `${text}\n\n${MARK}` });
      await keep('newest');
      expect(bench.bodies(pull)).toEqual([`newest\n\n${MARK}`, `younger\n\n${MARK}`]);
    });

    it('finds its comment behind a hundred others', async () => {
      for (let index = 0; index < 101; index += 1)
        await bench.comment({ pull, by: 'somebody', body: `remark ${index}` });
      await keep('late');
      expect(await keep('later')).toMatchObject({ kind: 'edited' });
      expect(bench.bodies(pull)).toHaveLength(102);
    });
  });
}
