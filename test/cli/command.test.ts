import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { describeUnsent } from '../../src/cli/local-remote.ts';
import { ORDER_NAMES } from '../../src/cli/rollout-commands.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { ORDERS } from '../../src/core/record/order-schema.ts';
import { writeFiles } from '../app/bench.ts';
import { CONFIG } from '../builders/world.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A checkout with a settled release, and Belay in it. */
function openCheckout() {
  const dir = mkdtempSync(join(tmpdir(), 'belay-command-'));
  folders.push(dir);
  const called = (name: string) => git('config', 'user.name', name);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', dir, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', ...args], {
      encoding: 'utf8',
    });
  const files = { '.belay/config.yaml': CONFIG, 'metrics.om': '# EOF\n', ...writeFiles() };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  const run = async (line: readonly string[], env: Readonly<Record<string, string>> = { USER: 'ana' }) => {
    const said = { stdout: '', stderr: '' };
    const code = await runCli([...line, '--dir', dir], {
      env,
      cwd: dir,
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
    });
    return { code, ...said };
  };
  called('Ana Lima');
  return { run, git, called, subjects: () => git('log', '--format=%s').trim().split('\n') };
}

describe('belay command in a terminal', () => {
  it('commits the order of whoever sits there, by the name in git, and a tick obeys it', async () => {
    const { run, subjects } = openCheckout();
    await run(['advance']);
    const paused = await run(['command', 'pause', 'scorer', '--reason', 'odd', '--until', '2099-01-01']);
    expect(paused).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('paused until 2099-01-02T00:00:00Z by Ana Lima: odd'),
    });
    expect(paused.stdout).not.toContain('only this checkout');
    expect((await run(['command', 'resume', 'scorer'])).code).toBe(0);
    expect(subjects().slice(0, 2)).toEqual([
      'release(scorer): resume by Ana Lima (record 0003)',
      'release(scorer): pause by Ana Lima (record 0002)',
    ]);
  });

  it.each([
    ['  ', { USER: 'ana' }, 'ana'],
    ['', {}, 'somebody'],
    ['A\u202ena\nLima', {}, 'A na Lima'],
    ['é'.repeat(90), {}, 'é'.repeat(60)],
  ])('calls whoever git calls %j, with %j, %j', async (name, env, expected) => {
    const { run, called } = openCheckout();
    called(name);
    await run(['advance'], env);
    const line = ['command', 'pause', 'scorer', '--reason', 'odd'];
    expect((await run(line, env)).stdout).toContain(`paused by ${expected}: odd`);
  });

  it('records a reason with quotes as it was given, and reads it again', async () => {
    const { run, git } = openCheckout();
    await run(['advance']);
    const reason = `has "quotes", '--until 2026-01-01' and \`ticks\``;
    expect((await run(['command', 'pause', 'scorer', '--reason', reason])).code).toBe(0);
    const record = JSON.parse(git('show', 'HEAD:.belay/records/scorer/0002.json'));
    expect(record.trigger.order).toMatchObject({ name: 'pause', reason });
    expect(record.trigger.order.until).toBeUndefined();
    expect((await run(['advance'])).stdout).toContain(`: ${reason}; "belay command resume scorer" goes on`);
    expect((await run(['validate'])).stdout).not.toContain('.belay/records');
    expect((await run(['command', 'resume', 'scorer', '--reason', reason])).code).toBe(0);
  });

  it('says how others come to know of it, where there are others', async () => {
    const { run, git } = openCheckout();
    await run(['advance']);
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    const pause = ['command', 'pause', 'scorer', '--reason', 'odd'];
    const unsent =
      'only this checkout knows of it, and nothing that serves from elsewhere follows it yet: git push origin main';
    expect((await run([...pause, '--dry-run'])).stdout).not.toContain('only this checkout');
    expect((await run(pause)).stdout).toContain(unsent);
    expect((await run(pause)).stdout).not.toContain('only this checkout');
  });

  it('asks for --branch where git names no default branch, and takes it', async () => {
    const { run, git, subjects } = openCheckout();
    git('checkout', '--quiet', '--detach');
    const refused = await run(['advance']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--branch') });
    expect((await run(['advance', '--branch', 'main'])).code).toBe(0);
    git('checkout', '--quiet', 'main');
    expect(subjects()).toHaveLength(2);
  });

  it('does not write beside what others have pushed', async () => {
    const { run, git } = openCheckout();
    await run(['advance']);
    git('commit', '--quiet', '--allow-empty', '--message', 'Theirs');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('reset', '--quiet', '--hard', 'HEAD~1');
    const head = git('rev-parse', 'HEAD');
    for (const line of [
      ['command', 'pause', 'scorer', '--reason', 'odd'],
      ['rollback', 'scorer'],
      ['advance'],
    ]) {
      const { code, stderr } = await run(line);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(
          '"main" lacks 1 commit(s) that origin/main has, so that what is written here could',
        ),
      ]);
    }
    expect(git('rev-parse', 'HEAD')).toBe(head);
    expect((await run(['advance', '--dry-run'])).code).toBe(0);
    expect((await run(['advance'])).stderr).toContain('run "git pull --ff-only" on main, and this again');
  });

  it('is told what to leave where both have written: no pull brings that together', async () => {
    const { run, git } = openCheckout();
    await run(['advance']);
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('reset', '--quiet', '--hard', 'HEAD~1');
    git('commit', '--quiet', '--allow-empty', '--message', 'Mine');
    const { code, stderr } = await run(['rollback', 'scorer']);
    expect(code).toBe(1);
    expect(stderr).toContain('1 commit(s) are only here');
    expect(stderr).toContain('"git reset --hard origin/main" on main drops them all');
    git('reset', '--quiet', '--hard', 'origin/main');
    expect((await run(['advance'])).code).toBe(0);
  });

  it('is told that a pull request is only here where nothing is to be pushed', async () => {
    const { git } = openCheckout();
    const directory = git('rev-parse', '--show-toplevel').trim();
    const sink = { write: () => undefined };
    const context = { env: {}, cwd: directory, stdout: sink, stderr: sink };
    const describe = () => describeUnsent({ directory, context, branch: 'main' });
    expect(await describe()).toBeUndefined();
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    expect(await describe()).toContain('only this checkout knows of the pull request');
    git('commit', '--quiet', '--allow-empty', '--message', 'Mine');
    expect(await describe()).toContain('git push origin main');
  });

  it('is known by its orders, also without the word command', async () => {
    const { run } = openCheckout();
    expect(ORDER_NAMES).toEqual(ORDERS);
    for (const name of ORDERS.filter((one) => one !== 'rollback'))
      expect((await run([name, 'scorer'])).stderr).toContain(
        `"${name}" is what a person orders: write belay command ${name} <release>`,
      );
    expect((await run(['command', 'pause', 'scorer'])).stderr).toContain(
      'expected belay command pause <release> --reason',
    );
  });

  it('writes nothing in a dry run, and in none that comes to nothing', async () => {
    const { run, git } = openCheckout();
    await run(['advance']);
    const head = git('rev-parse', 'HEAD');
    const dry = await run(['command', 'pause', 'scorer', '--reason', 'odd', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('dry run: nothing was written') });
    for (const [code, ...line] of [
      [0, 'resume', 'scorer'],
      [1, 'approve', 'scorer'],
      [1, 'lift-quarantine', 'scorer', '1.0', '--reason', 'x'],
    ] as const)
      expect((await run(['command', ...line])).code).toBe(code);
    expect(git('rev-parse', 'HEAD')).toBe(head);
  });

  it.each([
    [[], 'expected a command and a release'],
    [['stop', 'scorer'], 'there is no command "stop"'],
    [['pause', 'scorer'], 'pause needs a reason'],
    [['pause', 'other', '--reason', 'x'], 'expected one of "scorer"'],
    [['abort', 'scorer', '3.5.0', '--reason', 'x'], 'abort takes no "3.5.0"'],
    [['pause', 'scorer', '--reason', 'x', '--forge', 'github'], 'expected a token'],
  ] as const)('refuses %j', async (line, message) => {
    const { run } = openCheckout();
    expect(await run(['command', ...line])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
  });
});

describe('belay command in a workflow', () => {
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_TOKEN: 'ghs_x',
    GITHUB_REPOSITORY: 'acme/models',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_API_URL: 'http://127.0.0.1:9',
  };

  it.each([
    [{ GITHUB_RUN_ATTEMPT: '2' }, 'this run was started again'],
    [
      { GITHUB_EVENT_NAME: 'schedule' },
      'commands come by issue_comment or workflow_dispatch, got "schedule"',
    ],
    [{ GITHUB_EVENT_NAME: 'pull_request_review' }, 'got "pull_request_review"'],
    [{ GITHUB_REF: 'refs/heads/other' }, 'refused[SEC-03] advance, rollback, command and drill run only on'],
    [{}, 'expected an event that names its sender'],
    [{ GITHUB_EVENT_NAME: 'issue_comment' }, 'expected the event of a comment'],
  ])('refuses %j', async (more, message) => {
    const { run } = openCheckout();
    const line = ['command', 'pause', 'scorer', '--reason', 'x', '--branch', 'main'];
    expect(await run(line, { ...env, ...more })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
  });

  it.each([[[]], [['--version', '3.5.0']], [['--to', '25%']]])(
    'refuses an approval that does not name version and step: %j',
    async (words) => {
      const { run } = openCheckout();
      const line = ['command', 'approve', 'scorer', ...words, '--branch', 'main'];
      expect(await run(line, env)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('a run that approves names what was looked at'),
      });
    },
  );
});
