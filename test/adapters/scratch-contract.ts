import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../src/core/units.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import { change, FIRST_FILES, type ForgeBench, type TextEdits } from './forge-contract.ts';

export interface ScratchContract {
  readonly name: string;
  open(files: TextEdits): Promise<ForgeBench & { readonly scratch: Scratch }>;
}

const UNDER = 'belay/drill/a/20261130T000000Z/';
const BASE = `${UNDER}base`;
const REVERT = `${UNDER}revert/3.5.0-0123456789ab`;

/** One contract for every place of drills; see ports/scratch.ts. */
export function describeScratchContract(contract: ScratchContract): void {
  describe(`${contract.name}: contract of scratch branches`, () => {
    let bench: Awaited<ReturnType<ScratchContract['open']>>;
    let main: Sha;
    beforeEach(async () => {
      bench = await contract.open(FIRST_FILES);
      main = (await bench.tip('main')) as Sha;
    });
    afterEach(() => bench.close());

    it('makes a branch at a commit, lists it, and deletes it', async () => {
      const { scratch } = bench;
      expect(await scratch.list()).toEqual([]);
      expect(await scratch.create(BASE, main)).toEqual({ kind: 'created' });
      const [made, ...others] = await scratch.list();
      expect(made).toMatchObject({ name: BASE, tip: main });
      expect(others).toEqual([]);
      await scratch.remove(made!);
      expect(await bench.tip(BASE)).toBeUndefined();
      await scratch.remove(made!);
    });

    it('leaves a branch that moved since it was listed, and does not list those of others', async () => {
      const { scratch } = bench;
      await scratch.create(BASE, main);
      await bench.setBranch('belay/rollback/a/x', main);
      const [made] = await scratch.list();
      const moved = await bench.push({ 'README.md': 'mine\n' }, { branch: BASE });
      await scratch.remove(made!);
      expect(await bench.tip(BASE)).toBe(moved);
      expect((await scratch.list()).map(({ name }) => name)).toEqual([BASE]);
    });

    it.each(['main', 'belay/rollback/a/x', 'belay/drill', 'belay/drill/../main', 'drill/x'])(
      'refuses to make, delete or work on %s',
      async (name) => {
        const { scratch } = bench;
        await expect(scratch.create(name, main)).rejects.toMatchObject({ code: 'BUG' });
        await expect(scratch.remove({ name, tip: main, id: name })).rejects.toMatchObject({ code: 'BUG' });
        expect(() => scratch.onto(name)).toThrow('refused');
        expect(await bench.tip('main')).toBe(main);
      },
    );

    it('is a forge whose default branch is the scratch branch: what is merged there is on main nowhere', async () => {
      const { scratch } = bench;
      await scratch.create(BASE, main);
      const forge = scratch.onto(BASE);
      const started = await forge.commit(change(await forge.refresh(), { 'releases/a.yaml': 'weight: 7\n' }));
      expect(started.kind).toBe('committed');
      const state = await forge.inspect({ branch: REVERT, families: [`${UNDER}revert/`] });
      const back = change(state.head, { 'releases/a.yaml': 'weight: 0\n' }, 'b');
      const outcome = await forge.propose({
        ...back,
        branch: REVERT,
        state,
        title: 'DRILL: back',
        description: 'a rehearsal',
      });
      if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
      const { pull } = outcome;
      const siblings = async (one: Forge) =>
        (await one.inspect({ branch: 'belay/drill/a/x/y', families: [UNDER] })).siblings;
      expect(await siblings(forge)).toMatchObject([{ branch: REVERT }]);
      expect(await siblings(bench.forge)).toEqual([]);
      const { subject, body } = back;
      const merged = await forge.merge({
        pull,
        head: pull.head,
        method: 'merge',
        whenPending: 'leave',
        subject,
        body,
      });
      expect(merged.kind).toBe('merged');
      const tip = await forge.refresh();
      expect((await forge.read(tip, ['releases/a.yaml'])).get('releases/a.yaml')).toMatchObject({
        text: 'weight: 0\n',
      });
      expect(await bench.tip('main')).toBe(main);
      expect(await siblings(forge)).toEqual([]);
    });
  });
}
