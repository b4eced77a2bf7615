import { afterEach, describe, expect, it } from 'vitest';
import { createGitHubPullRequests } from '../../../src/adapters/github/pull-requests.ts';
import { instant, type Millis, type Sha } from '../../../src/core/units.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { describePullRequests, type PullRequestsBench } from '../pull-requests-contract.ts';

interface LabBench extends PullRequestsBench {
  readonly lab: Lab;
  readonly slept: readonly Millis[];
}

async function openBench(token?: (lab: Lab) => string): Promise<LabBench> {
  const lab = await startLab();
  const repo = await lab.createRepository({ name: 'models', files: { 'README.md': 'hello\n' } });
  const slept: Millis[] = [];
  const pulls = createGitHubPullRequests({
    owner: repo.owner,
    repository: repo.name,
    defaultBranch: 'main',
    token: token?.(lab) ?? lab.tokens.app,
    apiUrl: lab.apiUrl,
    graphqlUrl: lab.graphqlUrl,
    clock: { now: () => instant(lab.clock.now()), sleep: async (length) => void slept.push(length) },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
  });
  return {
    lab,
    slept,
    pulls,
    async open() {
      const head = (await repo.commit({ branch: 'try', files: { 'a.txt': 'a\n' } })) as Sha;
      return { number: await repo.openPull({ head: 'try', title: 'Try' }), head };
    },
    async comment({ pull, by, body }) {
      const wrote = by === 'this tool' ? lab.tokens.app : lab.tokens.person;
      const answer = await fetch(`${lab.apiUrl}/repos/${repo.fullName}/issues/${pull}/comments`, {
        method: 'POST',
        headers: { authorization: `token ${wrote}`, 'content-type': 'application/json' },
        body: JSON.stringify({ body }),
      });
      expect(answer.status).toBe(201);
    },
    bodies: (pull) => repo.comments.filter(({ issue }) => issue === pull).map(({ body }) => body),
    async close() {
      expect(lab.violations).toEqual([]);
      await lab.close();
    },
  };
}

describePullRequests('GitHub', openBench);

describe('comments on GitHub when it does not go well', () => {
  let bench: LabBench;
  afterEach(() => bench.close());
  const keep = async () => {
    const { number } = await bench.open();
    const outcome = await bench.pulls.keepComment({ pull: number, topic: 'preflight', text: 'tables' });
    return { outcome, bodies: bench.bodies(number) };
  };

  it.each(['before', 'after'] as const)(
    'comments once when the answer is lost %s the effect',
    async (effect) => {
      bench = await openBench();
      await bench.lab.inject({ match: { operation: 'addComment' }, fault: { kind: 'timeout', effect } });
      const { outcome, bodies } = await keep();
      expect(outcome).toMatchObject({ kind: 'created', url: expect.stringContaining('#issuecomment-') });
      expect(bodies).toEqual(['tables\n\n<!-- belay:preflight -->']);
      expect(bench.slept).toHaveLength(1);
    },
  );

  it('names the permission that a token lacks', async () => {
    bench = await openBench((lab) => lab.tokens.readOnly);
    const { outcome, bodies } = await keep();
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'PERMISSION_MISSING',
      message: expect.stringContaining('It needs "pull-requests: write"'),
    });
    expect(bodies).toEqual([]);
  });

  it('gives up after three attempts, and says that the next run goes on', async () => {
    bench = await openBench();
    await bench.lab.inject({
      match: { operation: 'addComment' },
      fault: { kind: 'status', status: 503 },
      times: 3,
    });
    await expect(keep()).rejects.toMatchObject({ code: 'UNSETTLED' });
  });
});
