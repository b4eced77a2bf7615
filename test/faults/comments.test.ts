import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitHubPeople } from '../../src/adapters/github/people.ts';
import { createGitHubPullRequests } from '../../src/adapters/github/pull-requests.ts';
import { answerComment, type CommentAnswer } from '../../src/app/answer-comment.ts';
import { ToolError } from '../../src/core/errors.ts';
import { instant } from '../../src/core/units.ts';
import { type Bench, holdToLaws, openInFlight } from '../app/bench.ts';
import { CONFIG } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { FAULTS, type FaultRow } from './faults.ts';
import { whenLabHangs } from './scene.ts';

/**
 * What is asked and said of people while a comment is answered, under every fault of the matrix: the order is obeyed once, and not
 * before its author's right is known. The repository itself is in memory; its own requests are held by the other files.
 */

holdToLaws();

const BODY = '/belay pause scorer --reason "odd scores"';

/** The requests of an answer: by GraphQL's field or the operation of GitHub's description, and the how manieth of it. */
const ASKED = [
  { call: 'look', operation: 'repository', nth: 1, isRight: true },
  { call: 'permission', operation: 'repos/get-collaborator-permission-level', nth: 1, isRight: true },
  { call: 'reaction', operation: 'reactions/create-for-issue-comment', nth: 1, isRight: false },
  { call: 'reaction', operation: 'reactions/create-for-issue-comment', nth: 2, isRight: false },
] as const;

let lab: Lab;
let repo: RepositoryHandle;
let pull: number;

beforeAll(async () => {
  lab = await startLab();
  repo = await lab.createRepository({ name: 'models', files: { 'README.md': 'hello\n' } });
  repo.configure({ collaborators: { ana: 'write' } });
  await repo.commit({ branch: 'try', files: { 'try.txt': 'x\n' } });
  pull = await repo.openPull({ head: 'try', title: 'try' });
});
afterAll(() => lab.close());

/** One run that hears of the comment; what it broke on, where it did. */
async function answer(bench: Bench, id: number): Promise<CommentAnswer | ToolError> {
  const permissions = { metadata: 'read', pull_requests: 'write', issues: 'write', members: 'read' } as const;
  const options = {
    ...{ owner: repo.owner, repository: repo.name, defaultBranch: 'main' },
    token: lab.token({ kind: 'app', permissions }),
    ...{ apiUrl: lab.apiUrl, graphqlUrl: lab.graphqlUrl },
    clock: { now: () => instant(lab.clock.now()), sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
    deadline: () => whenLabHangs(lab),
  };
  const author = { login: 'ana', id: repo.accountOf('ana'), type: 'User' };
  const createdAt = bench.world.clock.now();
  const on = { number: pull, isPull: true };
  try {
    return await answerComment(
      bench.world,
      { action: 'created', id, body: BODY, createdAt, author, sender: author, on },
      { people: createGitHubPeople(options), pulls: createGitHubPullRequests(options) },
    );
  } catch (fault) {
    if (fault instanceof ToolError && fault.code !== 'BUG') return fault;
    throw fault;
  }
}

const pausesIn = ({ forge }: Bench): number =>
  [...forge.commitAt(forge.tip('main')!).tree].filter(([, text]) => String(text).includes('PAUSED_BY_PERSON'))
    .length;

const isSure = (given: CommentAnswer | ToolError): boolean =>
  !(given instanceof ToolError) && given.kind === 'obeyed';

describe.each(ASKED)('a comment, with a fault at $call ($nth)', ({ call, operation, nth, isRight }) => {
  const rows = FAULTS.flatMap((row): (readonly [string, FaultRow])[] =>
    row.strike.kind === 'request' ? [[`${row.id} ${row.name}`, row]] : [],
  );

  it.for(rows)('%s', async ([, { id, strike }], { task }) => {
    task.meta.fault = { id, call };
    if (strike.kind !== 'request') return;
    const bench = await openInFlight(2, {
      config: `${CONFIG}roles: {rollback: ["@ana"], approve: ["@ana"]}\n`,
    });
    const comment = await repo.comment(pull, BODY, 'ana');
    const from = lab.requests.length;
    await lab.inject({
      match: { operation },
      nth,
      fault: strike.fault,
      ...(strike.lasting ? { times: 1_000_000 } : {}),
    });
    const first = await answer(bench, comment);
    expect(
      lab.requests.slice(from).some(({ fault }) => fault !== undefined),
      'the fault strikes',
    ).toBe(true);
    const before = pausesIn(bench);
    // what nobody knows is no yes, and what was said of it is no hindrance
    expect(before).toBe(isSure(first) ? 1 : 0);
    if (!isRight) expect(before).toBe(1);
    lab.clearFaults();
    const last = await answer(bench, comment);
    expect(isSure(last), String(last instanceof ToolError ? last.message : last.kind)).toBe(true);
    expect(pausesIn(bench)).toBe(1);
    const said = repo.reactions.filter((one) => one.comment === comment).map(({ content }) => content);
    expect(said).toEqual(expect.arrayContaining(['eyes', 'rocket']));
    expect(new Set(said).size).toBe(said.length);
    expect(lab.takeViolations()).toEqual([]);
  });
});
