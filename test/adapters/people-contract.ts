import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../src/core/units.ts';
import type { People, Reaction } from '../../src/ports/people.ts';

/** People under test, and the hands of everybody else. */
export interface PeopleBench {
  readonly people: People;
  /** Gives somebody a role; gives the number of the account. */
  allow(login: string, role: 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'): number;
  setTeam(team: string, logins: readonly string[]): void;
  /** A pull request of this tool, with its head. */
  open(): Promise<{ readonly number: number; readonly head: Sha }>;
  review(pull: number, login: string, state: 'approved' | 'changes-requested'): Promise<void>;
  dismiss(pull: number, login: string): Promise<void>;
  /** A comment that somebody wrote. */
  comment(pull: number): Promise<number>;
  reactions(comment: number): readonly Reaction[];
  close(): Promise<void>;
}

/** What every place that knows people does. */
export function describePeople(name: string, open: () => Promise<PeopleBench>): void {
  describe(`people of ${name}`, () => {
    let bench: PeopleBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it.each([
      ['none', false],
      ['read', false],
      ['triage', false],
      ['write', true],
      ['maintain', true],
      ['admin', true],
    ] as const)('says of %s whether it may push: %s', async (role, canWrite) => {
      const id = bench.allow('ana', role);
      expect(await bench.people.standingOf('ana')).toEqual({ kind: 'known', role, canWrite, id });
    });

    it('knows who is in a team, and of nobody else that they are', async () => {
      bench.setTeam('acme/risk-ml', ['ana']);
      expect(await bench.people.membershipIn('acme/risk-ml', 'ana')).toEqual({ kind: 'member' });
      expect(await bench.people.membershipIn('acme/risk-ml', 'bob')).not.toEqual({ kind: 'member' });
      expect(await bench.people.membershipIn('acme/nobody', 'ana')).not.toEqual({ kind: 'member' });
    });

    it('tells reviews in order, of which commit they are, and what became of them', async () => {
      const { number, head } = await bench.open();
      expect(await bench.people.reviews(number)).toEqual([]);
      await bench.review(number, 'ana', 'approved');
      await bench.review(number, 'bob', 'changes-requested');
      expect(await bench.people.reviews(number)).toMatchObject([
        { state: 'approved', commit: head, author: { login: 'ana', isPerson: true } },
        { state: 'changes-requested', commit: head, author: { login: 'bob', isPerson: true } },
      ]);
      await bench.dismiss(number, 'ana');
      const last = (await bench.people.reviews(number)).filter(({ author }) => author.login === 'ana').at(-1);
      expect(last?.state).toBe('dismissed');
    });

    it('reacts once, however often it is asked to', async () => {
      const comment = await bench.comment((await bench.open()).number);
      for (const reaction of ['refused', 'refused', 'done'] as const)
        await bench.people.react(comment, reaction);
      expect(bench.reactions(comment)).toEqual(['refused', 'done']);
      expect(bench.people.cost().requests).toBeGreaterThan(0);
    });
  });
}
