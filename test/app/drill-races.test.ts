import { describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/report/drill.ts';
import { CONFIG } from '../builders/world.ts';
import { bringCandidate } from './bench.ts';
import { BY_PULL_REQUEST, type DrillBench, openDrills, WRITES } from './drill-hands.ts';

/** What people do while a drill runs, at each of its calls. */

const CALLS: ReadonlySet<string> = new Set([...WRITES, 'inspect', 'landing']);

const REAL = 'belay/rollback/other/1.0-0123456789ab';

/** Pull requests of drills into their own branches that are open. */
const revert = ({ forge }: DrillBench) =>
  forge.pulls.find(({ state, base }) => state === 'open' && base !== 'main');

const branchOf = ({ forge }: DrillBench, what: 'base' | 'revert') =>
  [...forge.tips().keys()].find((name) => name.startsWith('belay/drill/') && name.includes(`/${what}`));

interface Race {
  readonly name: string;
  /** Whether there was anything to do. */
  readonly happens: (bench: DrillBench) => boolean | Promise<boolean>;
  /** What the drill comes to where it happens just before a call of that name, or before `any` other. */
  readonly words: Readonly<Record<string, RegExp>> & { readonly any: RegExp };
  /** Whether the way of the record makes a difference. */
  readonly isOfRecord?: true;
  /** Undoes it, for the next drill. */
  readonly mend?: (bench: DrillBench) => void;
}

const RACES: readonly Race[] = [
  {
    name: 'pushes to the default branch',
    words: { any: /^passed$/ },
    isOfRecord: true,
    happens: ({ forge }) => {
      forge.push({ 'notes.txt': 'x\n' });
      return true;
    },
  },
  {
    name: 'closes the pull request',
    words: { any: /^failed PULL_CLOSED somebody closed the pull request of the revert/ },
    happens: (bench) => {
      const pull = revert(bench);
      if (pull) bench.forge.closePull(pull.number);
      return pull !== undefined;
    },
  },
  {
    name: 'merges the pull request',
    words: { any: /^passed$/ },
    happens: (bench) => {
      const pull = revert(bench);
      return pull !== undefined && bench.forge.mergeByHand(pull.number);
    },
  },
  {
    name: 'pushes to the scratch branch',
    words: {
      any: /^passed$|^failed (?:FORGE_REFUSED .* moved; somebody pushed to it$|DRILL_LEFTOVER .*moved meanwhile)/,
      merge: /^passed$/,
      commit: /^failed FORGE_REFUSED|^passed$/,
    },
    happens: (bench) => {
      const branch = branchOf(bench, 'base');
      if (branch) bench.forge.push({ 'notes.txt': 'x\n' }, { branch });
      return branch !== undefined;
    },
  },
  {
    name: 'pushes to the branch of the revert',
    words: { any: /^failed BRANCH_TAKEN somebody pushed to the branch of the revert/ },
    happens: (bench) => {
      const branch = branchOf(bench, 'revert');
      if (branch) bench.forge.push({ 'notes.txt': 'x\n' }, { branch });
      return branch !== undefined;
    },
  },
  {
    name: 'deletes the scratch branch',
    words: { any: /^passed$|^failed FORGE_REFUSED .*\/base" is gone$/, merge: /is gone$/ },
    happens: (bench) => {
      const branch = branchOf(bench, 'base');
      if (branch) bench.forge.setBranch(branch, undefined);
      return branch !== undefined;
    },
  },
  {
    name: 'deletes the branch of the revert',
    words: { any: /^failed PULL_CLOSED .* or deleted its branch/ },
    happens: (bench) => {
      const branch = branchOf(bench, 'revert');
      if (branch) bench.forge.setBranch(branch, undefined);
      return branch !== undefined;
    },
  },
  {
    name: 'opens a rollback of another release',
    words: {
      any: /^aborted$|^passed$/,
      create: /^aborted$/,
      landing: /^aborted$/,
      remove: /^aborted$/,
    },
    isOfRecord: true,
    happens: ({ forge }) => {
      forge.push({ 'notes.txt': 'x\n' }, { branch: REAL });
      forge.openPull(REAL);
      return true;
    },
    mend: ({ forge }) => forge.setBranch(REAL, undefined),
  },
  {
    name: 'records another drill',
    words: { any: /^passed$/ },
    isOfRecord: true,
    happens: async ({ rehearse }) => {
      const { result, receipt } = await rehearse(1, 'permission-lost', { suffix: 'ffff' });
      return result.kind === 'passed' && ['committed', 'merged'].includes(receipt.kind);
    },
  },
  {
    name: 'brings a candidate of the release',
    words: { any: /^passed$/ },
    happens: (bench) => {
      bringCandidate(bench);
      return true;
    },
  },
];

/** The result, and what was found. */
const wordOf = ({ result, findings }: DrillReport): string =>
  [result.kind, ...findings.map(({ code, text }) => `${code} ${text}`)].join(' ');

/** One drill for each of its calls, with the race just before it. */
async function race({ happens, words, mend }: Race, config: string): Promise<void> {
  let races = 0;
  for (let call = 1; ; call += 1) {
    const bench = await openDrills(config);
    let calls = 0;
    let happened: string | undefined;
    const report = await bench.rehearse(1, 'healthy', {
      methods: CALLS,
      around: async (method, run) => {
        calls += 1;
        if (calls === call && (await happens(bench))) happened = method;
        return run();
      },
    });
    if (calls < call) break;
    if (happened === undefined) continue;
    races += 1;
    const where = `before call ${call}, ${happened}`;
    expect(wordOf(report), where).toMatch(words[happened] ?? words.any);
    const isKept = ['committed', 'merged'].includes(report.receipt.kind);
    expect(isKept, where).toBe(report.result.kind !== 'aborted');
    mend?.(bench);
    const next = await bench.rehearse(70);
    expect(wordOf(next), where).toBe('passed');
    expect(bench.left(), where).toEqual([]);
    expect(bench.drills().at(-1)?.at, where).toBe(next.at);
  }
  expect(races).toBeGreaterThan(1);
}

describe('a drill ends with the right word, and stops no other, when somebody', () => {
  it.each(RACES)('$name', async (one) => {
    await race(one, CONFIG);
  });

  it.each(RACES.filter(({ isOfRecord }) => isOfRecord))(
    '$name, and it is recorded by pull request',
    async (one) => {
      await race(one, BY_PULL_REQUEST);
    },
  );
});
