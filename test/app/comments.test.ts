import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGitHubPeople } from '../../src/adapters/github/people.ts';
import { createGitHubPullRequests } from '../../src/adapters/github/pull-requests.ts';
import { answerComment, type CommentAnswer } from '../../src/app/answer-comment.ts';
import type { CommentEvent } from '../../src/core/command/check-comment.ts';
import { instant } from '../../src/core/units.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
import { CONFIG, MANIFEST, moveTo } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { Role } from '../lab/options.ts';
import {
  type Bench,
  bringCandidate,
  holdToLaws,
  openBench,
  openInFlight,
  STEPS,
  writeFiles,
} from './bench.ts';

/**
 * Who may give commands (SEC-18), asked of GitHub's API as the lab has it: permissions, teams, pull requests, reactions and comments
 * over HTTP, while the repository itself is in memory.
 */

holdToLaws();

const ROLES =
  'roles: {rollback: ["@ana"], approve: ["@acme/risk-ml"], unquarantine: ["@ana"]}\ncommands: {issue: 900}\n';
/** Another candidate than that of the builders. */
const OTHER = { ...CANDIDATE, version: '3.6.0', digit: '7' };
const PAUSE = '/belay pause scorer --reason "odd scores"';

let lab: Lab;
let repo: RepositoryHandle;
let bench: Bench;
/** A pull request of the repository, and one from a fork. */
let own: number;
let fork: number;

beforeAll(async () => {
  lab = await startLab();
  repo = await lab.createRepository({ name: 'models', files: { 'README.md': 'hello\n' } });
  const open = async (branch: string): Promise<number> => {
    await repo.commit({ branch, files: { [`${branch}.txt`]: 'x\n' } });
    return repo.openPull({ head: branch, title: branch });
  };
  own = await open('try');
  fork = await open('theirs');
  repo.sayFork(fork);
});
afterAll(async () => {
  expect(lab.violations).toEqual([]);
  await lab.close();
});
beforeEach(() => {
  bench = openBench({ config: CONFIG + ROLES, files: writeFiles() });
});

function placeOptions() {
  const permissions = { metadata: 'read', pull_requests: 'write', issues: 'write', members: 'read' } as const;
  return {
    owner: repo.owner,
    repository: repo.name,
    defaultBranch: 'main',
    token: lab.token({ kind: 'app', permissions }),
    apiUrl: lab.apiUrl,
    graphqlUrl: lab.graphqlUrl,
    clock: { now: () => instant(lab.clock.now()), sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
  };
}

interface Case extends Partial<Omit<CommentEvent, 'on'>> {
  readonly login?: string;
  readonly role?: Role;
  readonly on?: CommentEvent['on'];
  readonly isBot?: boolean;
}

/** Somebody comments, and Belay hears of it. */
async function say({ login = 'ana', role = 'write', isBot = false, on, ...event }: Case = {}) {
  repo.configure({ collaborators: { [login]: role } });
  const place = on ?? { number: own, isPull: true };
  const body = event.body ?? PAUSE;
  const id = event.id ?? (await repo.comment(place.number, body, login));
  const author = { login, id: repo.accountOf(login), type: isBot ? 'Bot' : 'User' };
  const createdAt = bench.world.clock.now();
  const options = placeOptions();
  const answer = await answerComment(
    bench.world,
    { action: 'created', body, createdAt, author, sender: author, ...event, id, on: place },
    { people: createGitHubPeople(options), pulls: createGitHubPullRequests(options) },
  );
  const reactions = repo.reactions.filter((one) => one.comment === id).map(({ content }) => content);
  return { id, answer, reactions };
}

function refusal(answer: CommentAnswer): string {
  return answer.kind === 'refused' ? answer.message : answer.kind;
}

/** The files of the bench with other owners, or none. */
function ownedBy(owners: string): Record<string, string> {
  const files = writeFiles();
  const manifest = files[MANIFEST] ?? '';
  return { ...files, [MANIFEST]: manifest.replace(/^ {2}owners:\n(?: {4}- .*\n)+/m, owners) };
}

const recordsOf = (): number => bench.forge.commitAt(bench.forge.tip('main')!).tree.size;

/** Every case of the table, with what must come of it: an order, or why not. */
const TABLE = (['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const).flatMap((role) =>
  [true, false].flatMap((named) =>
    (['created', 'edited'] as const).flatMap((action) =>
      [false, true].flatMap((isBot) =>
        (['pull', 'fork', 'issue', 'configured issue'] as const).flatMap((place) =>
          (['plain', 'quote', 'fence'] as const).map((form) => ({ role, named, action, isBot, place, form })),
        ),
      ),
    ),
  ),
);
const BODIES = { plain: PAUSE, quote: `> ${PAUSE}`, fence: `\`\`\`\n${PAUSE}\n\`\`\`` };

function expectedOf({ role, named, action, isBot, place, form }: (typeof TABLE)[number]): string {
  if (form !== 'plain') return `this one stands in a ${form === 'quote' ? 'quote' : 'block of code'}`;
  if (action !== 'created') return 'the comment was edited';
  if (isBot) return 'is no person (Bot)';
  if (place === 'issue') return '#901 is an issue; commands are given on pull requests and on #900';
  if (place === 'fork') return 'comes from a fork';
  const who = named ? '@ana' : '@bob';
  if (!['write', 'maintain', 'admin'].includes(role))
    return `${who} has permission "${role}"; needs write and role rollback (@ana: roles.rollback of .belay/config.yaml) or role approve`;
  return named ? 'obeyed' : `@bob has permission "${role}" and not the role; needs write and role rollback`;
}

describe('who may give a command', () => {
  it(`is answered in each of ${TABLE.length} cases, with one reaction and without a word`, async () => {
    const { length } = repo.comments;
    for (const one of TABLE) {
      bench = openBench({ config: CONFIG + ROLES, files: writeFiles() });
      const before = recordsOf();
      const place = {
        pull: { number: own, isPull: true },
        fork: { number: fork, isPull: true },
        issue: { number: 901, isPull: false },
        'configured issue': { number: 900, isPull: false },
      }[one.place];
      const { role, action, isBot } = one;
      const login = one.named ? 'ana' : 'bob';
      const { answer, reactions } = await say({
        login,
        role,
        action,
        isBot,
        on: place,
        body: BODIES[one.form],
      });
      const expected = expectedOf(one);
      expect(refusal(answer), JSON.stringify(one)).toContain(expected);
      expect(reactions, JSON.stringify(one)).toEqual(expected === 'obeyed' ? ['eyes', 'rocket'] : ['-1']);
      expect(recordsOf() - before, JSON.stringify(one)).toBe(expected === 'obeyed' ? 1 : 0);
      if (expected !== 'obeyed') expect(refusal(answer)).toMatch(/^refused\[SEC-18\] /);
    }
    expect(repo.comments.filter(({ author }) => author.kind === 'app')).toEqual([]);
    expect(repo.comments.length).toBe(length + TABLE.length);
  }, 300_000);

  it('passes by what is no command, without a word', async () => {
    const { answer, reactions } = await say({ body: 'Looks good to me.' });
    expect(answer.kind).toBe('ignored');
    expect(reactions).toEqual([]);
  });

  it('finds the role in a team, where the token may see it', async () => {
    repo.configure({ teams: { 'risk-ml': { cleo: 'active', dan: 'pending' } } });
    expect((await say({ login: 'cleo' })).answer.kind).toBe('obeyed');
    expect(refusal((await say({ login: 'dan' })).answer)).toContain('and not the role');
    expect(refusal((await say({ login: 'eve' })).answer)).toContain(
      'GitHub does not say that @eve is in @acme/risk-ml: HTTP 404',
    );
  });

  it.each([404, 500, 502] as const)('refuses when the permission is answered with %d', async (status) => {
    const match = { operation: 'repos/get-collaborator-permission-level' };
    await lab.inject({ match, fault: { kind: 'status', status }, times: 3 });
    const { answer, reactions } = await say();
    lab.clearFaults();
    expect(refusal(answer)).toMatch(
      status === 404 ? /does not tell a permission \(HTTP 404/ : /without it nothing is done/,
    );
    expect(reactions).toEqual(['-1']);
    expect(recordsOf()).toBe(3);
  });

  it('goes by the number of the account: a login that changed hands is somebody else', async () => {
    const author = { login: 'ana', id: 4_711, type: 'User' };
    const { answer } = await say({ author, sender: author });
    expect(refusal(answer)).toMatch(/@ana is account \d+ now, and account 4711 asked/);
  });

  it('refuses a comment that somebody else sent, and one that is an hour old', async () => {
    const sender = { login: 'mallory', id: 666, type: 'User' };
    expect(refusal((await say({ sender })).answer)).toContain('@mallory sent what @ana wrote');
    const createdAt = instant(bench.world.clock.now() - 61 * 60_000);
    expect(refusal((await say({ createdAt })).answer)).toContain('the comment is 1h1m old');
  });

  it('knows no owners and no roles: then nobody may', async () => {
    bench = openBench({ files: ownedBy('') });
    expect(refusal((await say()).answer)).toContain('role rollback (nobody: metadata.owners)');
  });

  it('takes the owners of the release where no role is named', async () => {
    bench = openBench({ files: ownedBy('  owners: ["@ana"]\n') });
    expect((await say()).answer.kind).toBe('obeyed');
  });

  it('takes the roles of the tier before those of the config', async () => {
    const tiers = 'defaultTier: high\ntiers: {high: {roles: {rollback: ["@zoe"], approve: ["@zoe"]}}}\n';
    bench = openBench({ config: CONFIG + ROLES + tiers, files: writeFiles() });
    expect(refusal((await say()).answer)).toContain(
      '(@zoe: tiers.high.roles.rollback of .belay/config.yaml)',
    );
    expect((await say({ login: 'zoe' })).answer.kind).toBe('obeyed');
  });

  it('asks for every list when the manifest cannot be read, since nobody knows its tier', async () => {
    const tiers = 'defaultTier: high\ntiers: {high: {roles: {rollback: ["@zoe"]}}}\n';
    bench = openBench({ config: CONFIG + ROLES + tiers, files: writeFiles() });
    await bench.tick(0);
    bench.forge.push({ 'releases/scorer.yaml': 'kind: Release\n' });
    bench.forge.checkout();
    const body = '/belay rollback scorer --from 3.4.1 --reason "x"';
    expect(refusal((await say({ body, login: 'zoe' })).answer)).toContain('and not the role');
    expect(refusal((await say({ body })).answer)).toContain('and not the role');
  });

  describe('while the config cannot be read', () => {
    const breakConfig = (): void => {
      bench.forge.push({ '.belay/config.yaml': 'kind: Config\n' });
      bench.forge.checkout();
    };

    it.each(['approve', 'resume', 'lift-quarantine'])('refuses what goes up: %s', async (name) => {
      breakConfig();
      const body = `/belay ${name} scorer${name === 'lift-quarantine' ? ' 3.5.0 --reason "x"' : ''}`;
      expect(refusal((await say({ body })).answer)).toContain('nobody knows who has which role');
    });

    it('obeys what stops or goes back, by whoever had the role in the newest one that can be read', async () => {
      bench = await openInFlight(2, { config: CONFIG + ROLES });
      breakConfig();
      expect((await say({ body: PAUSE })).reactions).toEqual(['eyes', 'rocket']);
      expect((await say({ body: '/belay rollback scorer' })).reactions).toEqual(['eyes', 'rocket']);
      expect(refusal((await say({ body: PAUSE, login: 'zoe' })).answer)).toContain('and not the role');
    });

    it('refuses all where none ever could be', async () => {
      bench = openBench({ config: 'kind: Config\n', files: writeFiles() });
      expect(refusal((await say({ body: PAUSE })).answer)).toContain('nobody knows who has which role');
    });
  });

  it('says what is unknown about a release only to whoever may ask', async () => {
    const { answer, reactions } = await say({ body: '/belay pause other --reason "x"' });
    expect(refusal(answer)).toContain('expected one of "scorer"');
    expect(reactions).toContain('-1');
  });
});

describe('an approval in a comment', () => {
  it('is of the step that came next when the comment was written', async () => {
    const steps = STEPS.map((step) => ({ ...step, approval: 'required' as const }));
    bench = await openInFlight(2, { config: `${CONFIG}roles: {approve: ["@ana"]}\n` }, { steps: STEPS });
    const path = 'releases/scorer.yaml';
    bench.forge.push({ [path]: writeFiles({ steps, candidate: CANDIDATE, weight: 5 })[path] ?? '' });
    bench.forge.checkout();
    const body = '/belay approve scorer';
    const late = await say({ body, createdAt: minute(0) });
    expect(late.reactions).toEqual(['eyes']);
    expect(repo.comments.at(-1)?.body).toContain('nobody approved the step to 25%, which comes next, so far');
    expect((await say({ body })).reactions).toEqual(['eyes', 'rocket']);
  });

  it('of a first step is not of a candidate that came after it', async () => {
    const steps = [{ ...STEPS[0]!, approval: 'required' as const }, ...STEPS.slice(1)];
    bench = openBench({ config: `${CONFIG}roles: {approve: ["@ana"]}\n`, files: writeFiles() });
    await bench.tick(0);
    bringCandidate(bench, { steps });
    await moveTo(bench.clock, minute(10));
    bringCandidate(bench, { steps, candidate: OTHER });
    bench.forge.checkout();
    const body = '/belay approve scorer';
    const late = await say({ body, createdAt: minute(5) });
    expect(late.reactions).toEqual(['eyes']);
    expect(repo.comments.at(-1)?.body).toMatch(/the manifest was edited at \S+ after the approval was given/);
    expect((await say({ body, createdAt: minute(10) })).reactions).toEqual(['eyes', 'rocket']);
  });

  it('that names a version and a step is of no other one', async () => {
    const steps = [{ ...STEPS[0]!, approval: 'required' as const }, ...STEPS.slice(1)];
    bench = openBench({ config: `${CONFIG}roles: {approve: ["@ana"]}\n`, files: writeFiles() });
    await bench.tick(0);
    bringCandidate(bench, { steps });
    bench.forge.checkout();
    for (const words of ['3.6.0', '--to 25%', '3.5.0 --to 25'])
      expect((await say({ body: `/belay approve scorer ${words}` })).reactions).toEqual(['eyes']);
    expect(repo.comments.at(-1)?.body).toContain(
      '3.5.0 to 25% is not what comes next: 3.5.0 to 5% is. Look again, and approve that',
    );
    expect((await say({ body: '/belay approve scorer 3.5.0 --to 5%' })).reactions).toContain('rocket');
  });
});

describe('an order about a candidate', () => {
  it.each(['abort', 'rollback', 'looks-wrong'])(
    '%s is about the one that was there when it was written, and says how to give it again',
    async (name) => {
      bench = await openInFlight(2, { config: CONFIG + ROLES });
      await moveTo(bench.clock, minute(10));
      bringCandidate(bench, { candidate: OTHER });
      bench.forge.checkout();
      const tip = bench.forge.tip('main');
      const body = `/belay ${name} scorer --reason "wrong data"`;
      const late = await say({ body, createdAt: minute(9) });
      expect(late.reactions).toEqual(['eyes']);
      expect(late.answer).toMatchObject({
        report: { releases: [{ decision: { kind: 'hold', reasons: [{ code: 'ORDER_OUTDATED' }] } }] },
      });
      expect(repo.comments.at(-1)?.body).toMatch(
        new RegExp(`3.6.0 came at .+ give the order again: /belay ${name} scorer`),
      );
      expect(bench.forge.tip('main')).toBe(tip);
      expect((await say({ body, createdAt: minute(10) })).reactions).toEqual(['eyes', 'rocket']);
    },
  );

  it('is obeyed although the release moved, and the manifest was edited, since it was written', async () => {
    bench = await openInFlight(2, { config: CONFIG + ROLES });
    bench.forge.push({ [MANIFEST]: `${bench.forge.textAt(MANIFEST)}# an edit\n` });
    await bench.tick(32);
    const answer = await say({ body: '/belay abort scorer --reason "wrong data"', createdAt: minute(2) });
    expect(answer.reactions).toEqual(['eyes', 'rocket']);
  });
});
