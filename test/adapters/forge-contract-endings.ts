import { describe, expect, it } from 'vitest';
import type { ForgeState, MergeRequest, ProposeRequest, PullRequest } from '../../src/ports/forge.ts';
import { change, FAMILY, type ForgeBench, type ForgeContract } from './forge-contract.ts';

/** What the tests of a contract have at hand. */
export interface Hands {
  readonly contract: ForgeContract;
  bench(): ForgeBench;
  inspect(): Promise<ForgeState>;
  /** Opens a pull request. */
  propose(): Promise<PullRequest>;
  proposal(state: ForgeState, files: Readonly<Record<string, string>>, letter?: string): ProposeRequest;
  merging(pull: PullRequest, more?: Partial<MergeRequest>): MergeRequest;
}

/** How pull requests end without a merge, and what everything costs. */
export function describeEndings({ contract, bench, inspect, propose, proposal, merging }: Hands): void {
  describe('close', () => {
    it('closes with a comment, and leaves one alone that it was told is closed', async () => {
      const pull = await propose();
      const comment = 'Out of date: "3.4.1"\n\nis back by #7.';
      await bench().forge.close({ pull, comment });
      const [closed] = (await inspect()).pulls;
      expect(closed).toMatchObject({ number: pull.number, state: 'closed' });
      expect(closed?.withdrawn).toBe(true);
      await bench().forge.close({ pull: closed as PullRequest, comment });
      expect((await bench().pull(pull.number)).comments).toEqual([expect.stringContaining(comment)]);
    });

    it('leaves it open with a comment when it is only to be disarmed', async () => {
      const pull = await propose();
      await bench().forge.close({ pull, comment: 'Not by itself.', how: 'disarm' });
      expect((await inspect()).pulls).toMatchObject([{ state: 'open', armed: false, withdrawn: false }]);
      expect((await bench().pull(pull.number)).comments).toEqual(['Not by itself.']);
      expect((await bench().forge.merge(merging(pull))).kind).toBe('merged');
    });

    it('says that a merged pull request cannot be closed', async () => {
      const pull = await propose();
      await bench().forge.merge(merging(pull));
      await expect(bench().forge.close({ pull, comment: 'x' })).rejects.toMatchObject({
        code: 'FORGE_REFUSED',
      });
    });
  });

  describe('cost', () => {
    const asked = (count: number) => {
      const paid = contract.hasRequests ? count : 0;
      return { requests: paid, roundTrips: paid };
    };

    it('is nothing for reading', async () => {
      const at = await bench().forge.head();
      await bench().forge.read(at, await bench().forge.list(at, 'releases'));
      await bench().forge.history(at, 'releases/a.yaml');
      expect(bench().forge.cost()).toEqual(asked(0));
    });

    it('is one request for a commit', async () => {
      await bench().forge.commit(change(await bench().forge.head(), { 'releases/a.yaml': 'weight: 25\n' }));
      expect(bench().forge.cost()).toEqual(asked(1));
    });

    it('is three requests to look, propose and merge, and one to close', async () => {
      await bench().forge.merge(merging(await propose()));
      expect(bench().forge.cost()).toEqual(asked(3));
      const branch = `${FAMILY}3.6.0-ffffffffffff`;
      const state = await bench().forge.inspect({ branch, families: [FAMILY] });
      const outcome = await bench().forge.propose({
        ...proposal(state, { 'releases/a.yaml': 'weight: 1\n' }, 'c'),
        branch,
      });
      if (outcome.kind === 'proposed') await bench().forge.close({ pull: outcome.pull, comment: 'x' });
      expect(bench().forge.cost()).toEqual(asked(6));
    });
  });
}
