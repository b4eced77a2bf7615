import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../src/core/units.ts';
import { sha } from '../../src/core/units.ts';
import type {
  CommitRequest,
  Forge,
  ForgeState,
  MergeRequest,
  ProposeOutcome,
  ProposeRequest,
  PullRequest,
} from '../../src/ports/forge.ts';

import { describeEndings } from './forge-contract-endings.ts';

/** New text by path; null deletes. */
export type TextEdits = Readonly<Record<string, string | null>>;

/** A repository under test, seen by a forge and worked in by other people. */
export interface ForgeBench {
  readonly forge: Forge;
  /** Somebody pushes a commit; the branch is made from main when it is not there. */
  push(edits: TextEdits, options?: { readonly branch?: string; readonly message?: string }): Promise<Sha>;
  /**
   * What an earlier run leaves that is stopped behind its commit: a new branch with it, and no pull request. Left out where a push with
   * the same message is as good.
   */
  leaveCommit?(branch: string, request: CommitRequest): Promise<Sha>;
  /** Somebody puts a branch somewhere, or deletes it. */
  setBranch(branch: string, tip: Sha | undefined): Promise<void>;
  tip(branch: string): Promise<Sha | undefined>;
  commitAt(id: Sha): Promise<{ readonly message: string; readonly parents: readonly Sha[] }>;
  text(path: string, at: Sha): Promise<string | undefined>;
  /** Pushes `odd/link`, `odd/sub`, `odd/latin`, `odd/large` and `odd/plain`. */
  pushOddities(): Promise<Sha>;
  closePull(number: number): Promise<void>;
  pull(number: number): Promise<{
    readonly title: string;
    readonly description: string;
    readonly comments: readonly string[];
  }>;
  close(): Promise<void>;
}

/** What every forge begins with. */
export const FIRST_FILES = {
  'releases/a.yaml': 'weight: 5\n',
  'serving/a.yaml': 'split: 5\n',
  'README.md': 'hello\n',
} as const;

export interface ForgeContract {
  readonly name: string;
  /** Whether calls of the API are counted; a repository on disk has none. */
  readonly hasRequests: boolean;
  open(files: TextEdits): Promise<ForgeBench>;
}

export const FAMILY = 'belay/rollback/a/';
const BRANCH = `${FAMILY}3.5.0-0123456789ab`;

/** A valid operation that differs by its letter. */
export function operation(letter = 'a'): string {
  return letter.repeat(64);
}

/** A commit request with a proper message. */
export function change(parent: Sha, files: Readonly<Record<string, string>>, letter = 'a'): CommitRequest {
  return {
    parent,
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    subject: 'release(a): canary 5% → 25%',
    body: `4 of 4 pass\n\nBelay-Op: ${operation(letter)}`,
    operation: operation(letter),
  };
}

function proposal(state: ForgeState, files: Readonly<Record<string, string>>, letter = 'a'): ProposeRequest {
  return {
    ...change(state.head, files, letter),
    branch: BRANCH,
    state,
    title: 'revert(a): back to 3.4.1',
    description: 'Because `errors` failed.\n\n| check | verdict |\n| --- | --- |\n| errors | fail |',
  };
}

const GOOD = { 'releases/a.yaml': 'weight: 0\n', '.belay/records/a/0002.json': '{}\n' };

/** One contract for every forge; see ports/forge.ts. */
export function describeForgeContract(contract: ForgeContract): void {
  describe(`${contract.name}: contract of a forge`, () => {
    let bench: ForgeBench;
    let forge: Forge;
    beforeEach(async () => {
      bench = await contract.open(FIRST_FILES);
      forge = bench.forge;
    });
    afterEach(() => bench.close());

    const inspect = () => forge.inspect({ branch: BRANCH, families: [FAMILY] });

    async function propose(files: Readonly<Record<string, string>> = GOOD): Promise<PullRequest> {
      const outcome = await forge.propose(proposal(await inspect(), files));
      if (outcome.kind !== 'proposed')
        throw new Error(`expected a pull request, got ${JSON.stringify(outcome)}`);
      return outcome.pull;
    }

    function merging(pull: PullRequest, more: Partial<MergeRequest> = {}): MergeRequest {
      return {
        pull,
        head: pull.head,
        method: 'merge',
        whenPending: 'arm',
        subject: 'Revert a',
        body: 'why\n\nSigned: x',
        ...more,
      };
    }

    async function textAtMain(path: string): Promise<string | undefined> {
      return bench.text(path, (await bench.tip('main')) as Sha);
    }

    describe('reading', () => {
      it('starts at the commit that was checked out and refreshes to the newest', async () => {
        const first = await forge.head();
        expect(first).toBe(await bench.tip('main'));
        const second = await bench.push({ 'README.md': 'two\n' });
        expect(await forge.refresh()).toBe(second);
        expect((await forge.read(first, ['README.md'])).get('README.md')).toMatchObject({ text: 'hello\n' });
        expect((await forge.read(second, ['README.md'])).get('README.md')).toMatchObject({ text: 'two\n' });
      });

      it('goes on from what is in its history, and from nothing else until a commit names it whole', async () => {
        const first = await forge.head();
        const second = await bench.push({ 'README.md': 'two\n' });
        await forge.refresh();
        const goesOn = (at: Sha, commit: Sha) => forge.goesOnFrom(at, commit);
        expect(await goesOn(second, first)).toBe(true);
        expect(await goesOn(second, second)).toBe(true);
        expect(await goesOn(first, second)).toBe(false);
        const aside = await bench.push({ 'README.md': 'aside\n' }, { branch: 'aside' });
        const resume = (id: string) => bench.push({}, { message: `Resume\n\nBelay-Resume: ${id}` });
        const short = await resume(aside.slice(0, 12));
        await forge.refresh();
        expect(await goesOn(short, aside)).toBe(false);
        const resumed = await resume(aside);
        await bench.push({ 'README.md': 'later\n' });
        const newest = await forge.refresh();
        expect(await goesOn(resumed, aside)).toBe(true);
        expect(await goesOn(newest, aside)).toBe(true);
        expect(await goesOn(short, aside)).toBe(false);
      });

      it('knows the branches whose commits are not merged, and only those under the name', async () => {
        const first = await forge.head();
        expect(await forge.branches(first, 'belay/')).toEqual([]);
        const pull = await propose();
        await forge.refresh();
        // GitHub's are those of the checkout, which is older than the proposal.
        if (contract.name !== 'GitHub') expect(await forge.branches(first, 'belay/')).toEqual([pull.branch]);
        expect(await forge.branches(first, 'belay/other/')).toEqual([]);
      });

      it('knows which names are branches, merged or not, and none for what lies below one', async () => {
        await bench.setBranch('old', await forge.head());
        await forge.refresh();
        const names = ['old', 'main', 'belay', 'none'];
        await propose();
        if (contract.name !== 'GitHub') expect(await forge.known(names)).toEqual(['main', 'old']);
        expect(await forge.known(['belay', 'none'])).toEqual([]);
        expect(await forge.known([])).toEqual([]);
      });

      it('lists what is below a folder at an old and at a new commit', async () => {
        const first = await forge.head();
        await bench.push({ 'releases/b/c.yaml': 'x\n', 'releases/a.yaml': null, 'releases-old.yaml': 'x\n' });
        const second = await forge.refresh();
        expect(await forge.list(first, 'releases')).toEqual(['releases/a.yaml']);
        expect(await forge.list(second, 'releases')).toEqual(['releases/b/c.yaml']);
        expect(await forge.list(second, 'none')).toEqual([]);
      });

      it('reads the branch of a proposal, which no checkout has', async () => {
        const { head } = await propose();
        expect((await forge.read(head, ['releases/a.yaml'])).get('releases/a.yaml')).toMatchObject({
          text: 'weight: 0\n',
        });
      });

      it('leaves out files that are not there and types those that have no text', async () => {
        await bench.pushOddities();
        const at = await forge.refresh();
        const paths = ['link', 'sub', 'latin', 'large', 'plain', 'none'].map((name) => `odd/${name}`);
        const files = await forge.read(at, paths);
        const kinds = [...files].map(([path, file]) => [
          path,
          file.kind === 'text' ? file.text : file.reason,
        ]);
        expect(Object.fromEntries(kinds)).toEqual({
          'odd/link': 'symlink',
          'odd/sub': 'submodule',
          'odd/latin': 'not-utf8',
          'odd/large': 'too-large',
          'odd/plain': 'plain\n',
        });
      });

      it('tells the history of a file along first parents, across merges and deletions', async () => {
        await forge.merge(merging(await propose()));
        const merge = (await bench.tip('main')) as Sha;
        await bench.push({ 'README.md': 'not about a\n' });
        const gone = await bench.push({ 'releases/a.yaml': null }, { message: 'Delete a' });
        const history = await forge.history(await forge.refresh(), 'releases/a.yaml');
        expect(history.map((revision) => [revision.commit, revision.subject, revision.text])).toEqual([
          [gone, 'Delete a', undefined],
          [merge, 'Revert a', 'weight: 0\n'],
          [history.at(-1)?.commit, expect.any(String), 'weight: 5\n'],
        ]);
        expect(await forge.history(merge, 'releases/a.yaml')).toHaveLength(2);
        expect(await forge.history(merge, 'none')).toEqual([]);
      });
    });

    describe('commit', () => {
      it('writes new and changed files and leaves the others', async () => {
        const parent = await forge.head();
        const outcome = await forge.commit(
          change(parent, { 'releases/a.yaml': 'weight: 25\n', 'new/x.json': '{}' }),
        );
        const tip = (await bench.tip('main')) as Sha;
        expect(outcome).toEqual({ kind: 'committed', commit: tip });
        const commit = await bench.commitAt(tip);
        expect(commit.parents).toEqual([parent]);
        expect(commit.message.trimEnd()).toBe(
          `release(a): canary 5% → 25%\n\n4 of 4 pass\n\nBelay-Op: ${operation()}`,
        );
        expect(await bench.text('releases/a.yaml', tip)).toBe('weight: 25\n');
        expect(await bench.text('new/x.json', tip)).toBe('{}');
        expect(await bench.text('serving/a.yaml', tip)).toBe('split: 5\n');
      });

      it('writes nothing when the branch has moved', async () => {
        const parent = await forge.head();
        const other = await bench.push({ 'README.md': 'two\n' });
        const outcome = await forge.commit(change(parent, { 'releases/a.yaml': 'weight: 25\n' }));
        expect(outcome).toEqual({ kind: 'head-moved', expected: parent });
        expect(await bench.tip('main')).toBe(other);
      });

      it('lets one of two runs win', async () => {
        const parent = await forge.head();
        const outcomes = await Promise.all([
          forge.commit(change(parent, { 'releases/a.yaml': 'weight: 25\n' }, 'a')),
          forge.commit(change(parent, { 'releases/a.yaml': 'weight: 26\n' }, 'b')),
        ]);
        expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['committed', 'head-moved']);
        expect((await bench.commitAt((await bench.tip('main')) as Sha)).parents).toEqual([parent]);
      });

      it('keeps bytes as they are: no newline at the end, CRLF, byte order mark, other scripts', async () => {
        const text = '\uFEFFa: "模型"\r\nb: 1';
        const outcome = await forge.commit(change(await forge.head(), { 'releases/a.yaml': text }));
        expect(outcome.kind).toBe('committed');
        expect(await textAtMain('releases/a.yaml')).toBe(text);
      });

      it('refuses as a bug what no request may be: no files, a path outside, a message without its operation', async () => {
        const parent = await forge.head();
        const good = change(parent, { 'releases/a.yaml': 'x' });
        const bad: readonly CommitRequest[] = [
          { ...good, files: [] },
          ...['../x', '/etc/x', '.git/config', 'a//b', 'a/./b', '', 'a\nb', 'a/.GIT/x', 'a\\b'].map(
            (path) => ({
              ...good,
              files: [{ path, text: 'x' }],
            }),
          ),
          { ...good, body: 'no trailer' },
          { ...good, operation: operation('b') },
        ];
        for (const request of bad)
          await expect(forge.commit(request), JSON.stringify(request)).rejects.toMatchObject({ code: 'BUG' });
        expect(await bench.tip('main')).toBe(parent);
      });
    });

    describe('propose', () => {
      it('names a branch that stands where the folder of the proposal would be', async () => {
        expect(await inspect()).toMatchObject({ obstacle: undefined });
        await bench.push({ 'README.md': 'mine\n' }, { branch: 'belay/rollback' });
        expect(await inspect()).toMatchObject({ obstacle: 'belay/rollback', branch: undefined });
      });

      it('finds nothing before, and then the branch with its operation and the open pull request', async () => {
        const head = await forge.head();
        expect(await inspect()).toMatchObject({ head, branch: undefined, pulls: [], siblings: [] });
        const pull = await propose();
        expect(pull).toMatchObject({ state: 'open', branch: BRANCH, armed: false });
        const tip = (await bench.tip(BRANCH)) as Sha;
        expect(pull.head).toBe(tip);
        expect(await inspect()).toMatchObject({
          head,
          branch: { tip, operation: operation() },
          pulls: [pull],
          siblings: [],
        });
        expect((await bench.commitAt(tip)).parents).toEqual([head]);
        expect(await bench.text('.belay/records/a/0002.json', tip)).toBe('{}\n');
        expect(await bench.tip('main')).toBe(head);
      });

      it('keeps title and description to the letter', async () => {
        const pull = await propose();
        const { title, description } = proposal(await inspect(), GOOD);
        expect(await bench.pull(pull.number)).toMatchObject({ title, description, comments: [] });
      });

      it('gives the same pull request when it is asked twice, by the old and by a new look', async () => {
        const state = await inspect();
        const first = await propose();
        const again: ProposeOutcome[] = [
          await forge.propose(proposal(state, GOOD)),
          await forge.propose(proposal(await inspect(), GOOD)),
        ];
        for (const outcome of again) expect(outcome).toEqual({ kind: 'proposed', pull: first });
        expect((await inspect()).pulls).toHaveLength(1);
      });

      it('goes on where a run was stopped: after the branch', async () => {
        await bench.setBranch(BRANCH, await forge.head());
        const pull = await propose();
        expect(await bench.tip(BRANCH)).toBe(pull.head);
        expect(await bench.text('releases/a.yaml', pull.head)).toBe('weight: 0\n');
      });

      it('goes on where a run was stopped: after the branch, and main has moved since', async () => {
        await bench.setBranch(BRANCH, await forge.head());
        const newer = await bench.push({ 'README.md': 'two\n' });
        const pull = await propose();
        expect((await bench.commitAt(pull.head)).parents).toEqual([newer]);
      });

      it('goes on where a run was stopped: after the commit, also when main has moved since', async () => {
        const head = await forge.head();
        const left = change(head, GOOD);
        const message = `${left.subject}\n\n${left.body}`;
        const made =
          (await bench.leaveCommit?.(BRANCH, left)) ?? (await bench.push(GOOD, { branch: BRANCH, message }));
        await bench.push({ 'README.md': 'two\n' });
        const pull = await propose();
        expect(pull.head).toBe(made);
        expect((await inspect()).pulls).toEqual([pull]);
      });

      it('leaves a branch alone whose tip is not this operation, and says which tip', async () => {
        const tip = await bench.push({ 'README.md': 'mine\n' }, { branch: BRANCH });
        const taken = { kind: 'branch-taken', branch: BRANCH, tip };
        expect(await forge.propose(proposal(await inspect(), GOOD))).toEqual(taken);
        expect(await bench.tip(BRANCH)).toBe(tip);
        expect((await inspect()).pulls).toEqual([]);
      });

      it.each([
        ['other bytes', { 'releases/a.yaml': 'weight: 100\n' }],
        ['one file more', { 'README.md': 'smuggled\n' }],
      ])('takes a commit with the right trailer but %s for somebody else’s', async (_, edits) => {
        const { subject, body } = change(await forge.head(), GOOD);
        const tip = await bench.push(
          { ...GOOD, ...edits },
          { branch: BRANCH, message: `${subject}\n\n${body}` },
        );
        const outcome = await forge.propose(proposal(await inspect(), GOOD));
        expect(outcome).toEqual({ kind: 'branch-taken', branch: BRANCH, tip });
      });

      it('takes its own commit on top of a foreign one for somebody else’s', async () => {
        const { subject, body } = change(await forge.head(), GOOD);
        await bench.push({ 'README.md': 'smuggled\n' }, { branch: BRANCH });
        const tip = await bench.push(GOOD, { branch: BRANCH, message: `${subject}\n\n${body}` });
        const outcome = await forge.propose(proposal(await inspect(), GOOD));
        expect(outcome).toEqual({ kind: 'branch-taken', branch: BRANCH, tip });
      });

      it('does nothing when the commit that was decided on is not the one that was found', async () => {
        const state = await inspect();
        const parent = await bench.push({ 'README.md': 'two\n' });
        const outcome = await forge.propose({ ...proposal(state, GOOD), ...change(parent, GOOD) });
        expect(outcome).toEqual({ kind: 'head-moved', expected: parent });
        expect(await bench.tip(BRANCH)).toBeUndefined();
      });

      it('finds open siblings of the family and not those of others', async () => {
        const others = ['3.6.0-ffffffffffff', '3.7.0-eeeeeeeeeeee'].map((name) => `${FAMILY}${name}`);
        for (const [index, branch] of [...others, 'belay/rollback/ab/1.0-dddddddddddd'].entries()) {
          const state = await forge.inspect({ branch, families: [FAMILY] });
          await forge.propose({ ...proposal(state, GOOD, 'bcd'[index]), branch });
        }
        const own = await propose();
        await bench.closePull(((await inspect()).siblings[0] as PullRequest).number);
        const state = await inspect();
        expect(state.siblings).toHaveLength(1);
        expect(others).toContain(state.siblings[0]?.branch);
        expect(state.pulls).toEqual([own]);
      });

      it('finds what a person closed on earlier branches by the same look, and nothing else of them', async () => {
        const [closed, withdrawn, open] = ['b', 'c', 'd'].map(
          (digit) => `${FAMILY}3.5.0-${digit.repeat(12)}`,
        );
        const pulls: PullRequest[] = [];
        for (const [index, branch] of [closed!, withdrawn!, open!].entries()) {
          const state = await forge.inspect({ branch, families: [] });
          const outcome = await forge.propose({ ...proposal(state, GOOD, 'bcd'[index]), branch });
          if (outcome.kind === 'proposed') pulls.push(outcome.pull);
        }
        await bench.closePull(pulls[0]!.number);
        await forge.close({ pull: pulls[1]!, comment: 'out of date' });
        const before = forge.cost().requests;
        const earlier = [closed!, withdrawn!, open!, `${FAMILY}3.5.0-eeeeeeeeeeee`];
        const state = await forge.inspect({ branch: BRANCH, earlier, families: [] });
        expect(forge.cost().requests - before).toBe(contract.hasRequests ? 1 : 0);
        expect(state).toMatchObject({
          pulls: [],
          earlier: [
            {
              number: pulls[0]!.number,
              branch: closed,
              head: pulls[0]!.head,
              state: 'closed',
              withdrawn: false,
            },
          ],
        });
        expect((await inspect()).earlier).toEqual([]);
      });

      it('finds siblings of several families by one look, with the operation of their heads', async () => {
        const step = 'belay/advance/a/ffffffffffff';
        const older = `${FAMILY}3.4.0-eeeeeeeeeeee`;
        for (const [index, branch] of [step, older].entries()) {
          const state = await forge.inspect({ branch, families: [] });
          expect(state.siblings).toEqual([]);
          await forge.propose({ ...proposal(state, GOOD, 'bc'[index]), branch });
        }
        await bench.push({ 'README.md': 'mine\n' }, { branch: older });
        const before = forge.cost().requests;
        const { siblings } = await forge.inspect({ branch: BRANCH, families: [FAMILY, 'belay/advance/a/'] });
        expect(forge.cost().requests - before).toBe(contract.hasRequests ? 1 : 0);
        const found = siblings.map((pull) => [pull.branch, pull.operation] as const);
        expect([...found].sort()).toEqual([
          [step, operation('b')],
          [older, undefined],
        ]);
      });

      it('shows a closed pull request of the branch as closed, and as a person’s word', async () => {
        const pull = await propose();
        await bench.closePull(pull.number);
        expect((await inspect()).pulls).toMatchObject([
          { number: pull.number, state: 'closed', withdrawn: false },
        ]);
      });

      it('opens another one from the same branch when it closed the first itself', async () => {
        const first = await propose();
        await forge.close({ pull: first, comment: 'Out of date.' });
        expect((await inspect()).pulls).toMatchObject([{ state: 'closed', withdrawn: true }]);
        const second = await propose();
        expect(second).toMatchObject({ state: 'open', withdrawn: false, branch: BRANCH, head: first.head });
        expect((await inspect()).pulls).toMatchObject([
          { number: second.number, state: 'open' },
          { number: first.number, state: 'closed', withdrawn: true },
        ]);
      });

      it('writes to no branch but a plain one below belay/', async () => {
        const state = await inspect();
        const names =
          'main|belay|feature/x|belay/../main|belay/a b|refs/heads/belay/x|belay//x|belay/-x|belay/x.lock'.split(
            '|',
          );
        for (const branch of names)
          await expect(forge.propose({ ...proposal(state, GOOD), branch }), branch).rejects.toMatchObject({
            code: 'BUG',
          });
      });
    });

    describe('merge', () => {
      it('makes a merge commit with the given message, whose first parent is main', async () => {
        const main = (await bench.tip('main')) as Sha;
        const pull = await propose();
        const outcome = await forge.merge(merging(pull));
        const tip = (await bench.tip('main')) as Sha;
        expect(outcome).toEqual({ kind: 'merged', commit: tip });
        const commit = await bench.commitAt(tip);
        expect(commit.parents).toEqual([main, pull.head]);
        expect(commit.message.trimEnd()).toBe('Revert a\n\nwhy\n\nSigned: x');
        expect(await textAtMain('releases/a.yaml')).toBe('weight: 0\n');
        expect((await inspect()).pulls).toMatchObject([{ number: pull.number, state: 'merged' }]);
      });

      it.each(['squash', 'rebase'] as const)('makes one commit on main by %s', async (method) => {
        const newer = await bench.push({ 'README.md': 'two\n' }, { branch: 'main' });
        const pull = await propose();
        const outcome = await forge.merge(merging(pull, { method }));
        const tip = (await bench.tip('main')) as Sha;
        expect(outcome).toEqual({ kind: 'merged', commit: tip });
        const commit = await bench.commitAt(tip);
        expect(commit.parents).toEqual([newer]);
        expect(commit.message.split('\n', 1)[0]).toBe(
          method === 'squash' ? 'Revert a' : 'release(a): canary 5% → 25%',
        );
        expect(await textAtMain('releases/a.yaml')).toBe('weight: 0\n');
        expect(await textAtMain('README.md')).toBe('two\n');
      });

      it('keeps what others brought to main meanwhile', async () => {
        const pull = await propose();
        await bench.push({ 'serving/a.yaml': 'split: 7\n' });
        expect((await forge.merge(merging(pull))).kind).toBe('merged');
        expect(await textAtMain('serving/a.yaml')).toBe('split: 7\n');
        expect(await textAtMain('releases/a.yaml')).toBe('weight: 0\n');
      });

      it('merges at once what nothing is pending for, whether or not it may be armed', async () => {
        expect((await forge.merge(merging(await propose(), { whenPending: 'leave' }))).kind).toBe('merged');
        expect(await textAtMain('releases/a.yaml')).toBe('weight: 0\n');
      });

      it('is done when it was done before', async () => {
        const pull = await propose();
        const first = await forge.merge(merging(pull));
        expect(await forge.merge(merging(pull))).toEqual(first);
      });

      it('does not merge what somebody pushed to the branch', async () => {
        const main = await bench.tip('main');
        const pull = await propose();
        await bench.push({ 'README.md': 'smuggled\n' }, { branch: BRANCH });
        expect(await forge.merge(merging(pull))).toEqual({ kind: 'head-changed', expected: pull.head });
        expect(await bench.tip('main')).toBe(main);
      });

      it('leaves a conflict to a person', async () => {
        const pull = await propose();
        const main = await bench.push({ 'releases/a.yaml': 'weight: 50\n' });
        expect(await forge.merge(merging(pull))).toMatchObject({ kind: 'blocked', code: 'CONFLICT' });
        expect(await bench.tip('main')).toBe(main);
        expect((await inspect()).pulls).toMatchObject([{ state: 'open' }]);
      });

      it('does not merge a closed pull request', async () => {
        const pull = await propose();
        await bench.closePull(pull.number);
        expect(await forge.merge(merging(pull))).toMatchObject({ kind: 'blocked', code: 'PULL_CLOSED' });
      });
    });

    describeEndings({ contract, bench: () => bench, inspect, propose, proposal, merging });
  });
}

/** A commit id or nothing. */
export function maybeSha(text: string): Sha | undefined {
  return text === '' ? undefined : sha(text);
}
