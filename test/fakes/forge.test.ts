import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/ports/forge.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import {
  change,
  describeForgeContract,
  type ForgeBench,
  type TextEdits,
} from '../adapters/forge-contract.ts';
import { describeScratchContract } from '../adapters/scratch-contract.ts';
import { createFakeForge, FakeCrash } from './forge.ts';

/** What both contracts ask of a place. */
async function open(files: TextEdits): Promise<ForgeBench & { readonly scratch: Scratch }> {
  const forge = createFakeForge({ files });
  return {
    forge,
    scratch: forge.scratch,
    push: async (edits, options) => forge.push(edits, options),
    setBranch: async (branch, tip) => forge.setBranch(branch, tip),
    tip: async (branch) => forge.tip(branch),
    commitAt: async (id) => forge.commitAt(id),
    text: async (path, at) => forge.textAt(path, at),
    pushOddities: async () =>
      forge.push({
        'odd/link': { unreadable: 'symlink' },
        'odd/sub': { unreadable: 'submodule' },
        'odd/latin': { unreadable: 'not-utf8' },
        'odd/large': { unreadable: 'too-large' },
        'odd/plain': 'plain\n',
      }),
    closePull: async (number) => forge.closePull(number),
    pull: async (number) => forge.pulls[number - 1]!,
    close: async () => undefined,
  };
}

describeForgeContract({ name: 'fake', hasRequests: true, open });
describeScratchContract({ name: 'fake', open });

const BRANCH = 'belay/rollback/a/1-0123456789ab';

async function proposeTo(forge: ReturnType<typeof createFakeForge>) {
  const state = await forge.inspect({ branch: BRANCH, families: ['belay/rollback/a/'] });
  const request = change(state.head, { a: 'new' });
  return forge.propose({ ...request, branch: BRANCH, state, title: 't', description: 'd' });
}

describe('switches of the fake', () => {
  it('moves the branch just before the next write', async () => {
    const forge = createFakeForge({ files: { a: '1' } });
    const parent = await forge.head();
    forge.beforeNextWrite(() => forge.push({ a: '2' }));
    expect((await forge.commit(change(parent, { a: 'x' }))).kind).toBe('head-moved');
    expect(forge.textAt('a')).toBe('2');
  });

  it('arms while a requirement is pending, and merges when it is met', async () => {
    const forge = createFakeForge({ files: { a: '1' } });
    forge.setRules({ pending: 'ci' });
    const outcome = await proposeTo(forge);
    if (outcome.kind !== 'proposed') throw new Error(outcome.kind);
    const { pull } = outcome;
    const merge = {
      pull,
      head: pull.head,
      method: 'merge',
      whenPending: 'arm',
      subject: 's',
      body: 'b',
    } as const;
    expect(await forge.merge(merge)).toMatchObject({ kind: 'armed', reason: expect.stringContaining('ci') });
    expect(forge.pulls[0]).toMatchObject({ state: 'open', armed: true });
    forge.setRules({});
    expect(forge.pulls[0]).toMatchObject({ state: 'merged', armed: false });
    expect(forge.textAt('a')).toBe('new');
  });

  it('refuses by rule, without a trace on the default branch', async () => {
    const refusal: Refusal = { kind: 'refused', code: 'RULE_VIOLATION', message: 'through a pull request' };
    const forge = createFakeForge({ files: { a: '1' } });
    forge.setRules({ commit: refusal, propose: { ...refusal, code: 'PULL_REQUESTS_NOT_ALLOWED' } });
    const parent = await forge.head();
    expect(await forge.commit(change(parent, { a: 'x' }))).toEqual(refusal);
    expect(await proposeTo(forge)).toMatchObject({ code: 'PULL_REQUESTS_NOT_ALLOWED' });
    expect(forge.tip('main')).toBe(parent);
  });

  it('has rules of the default branch alone, and permissions that hold everywhere', async () => {
    const forge = createFakeForge({ files: { a: '1' } });
    const head = await forge.head();
    const base = 'belay/drill/a/20261130T000000Z/base';
    await forge.scratch.create(base, head);
    const drilled = forge.scratch.onto(base);
    const refusal = { kind: 'refused', code: 'RULE_VIOLATION', message: 'm' } as const;
    forge.setRules({ commit: refusal, pending: 'ci', autoMerge: false });
    expect((await drilled.commit(change(head, { a: 'x' }))).kind).toBe('committed');
    expect(await forge.scratch.landing()).toEqual({ requirements: ['check "ci"'], autoMerge: false });
    const lacking = { ...refusal, code: 'PERMISSION_MISSING' } as const;
    forge.setRules({ commit: lacking });
    expect(await drilled.commit(change(await drilled.refresh(), { a: 'y' }))).toEqual(lacking);
    expect(await forge.scratch.create(`${base}2`, head)).toEqual(lacking);
    await expect(forge.scratch.remove((await forge.scratch.list())[0]!)).rejects.toMatchObject({
      code: 'FORGE_REFUSED',
    });
    expect(forge.tip('main')).toBe(head);
  });

  it.each(['branch', 'commit', 'pull'] as const)('goes on after a crash at the %s', async (point) => {
    const forge = createFakeForge({ files: { a: '1' } });
    forge.crashNext(point);
    await expect(proposeTo(forge)).rejects.toBeInstanceOf(FakeCrash);
    expect(await proposeTo(forge)).toMatchObject({ kind: 'proposed', pull: { number: 1 } });
    expect(forge.pulls).toHaveLength(1);
  });

  it('fails once where it is told to', async () => {
    const forge = createFakeForge();
    forge.failNext('inspect', new Error('down'));
    await expect(proposeTo(forge)).rejects.toThrow('down');
    expect((await proposeTo(forge)).kind).toBe('proposed');
  });

  it('stays at the commit that was checked out until the next checkout', async () => {
    const forge = createFakeForge({ files: { a: '1' } });
    const first = await forge.head();
    const second = forge.push({ a: '2' });
    expect(await forge.head()).toBe(first);
    forge.checkout();
    expect(await forge.head()).toBe(second);
  });
});
