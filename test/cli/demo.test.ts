import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { git } from '../lab/git/run-git.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'belay-demo-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function demo({
  args = [],
  stopWhenSeen,
}: {
  readonly args?: readonly string[];
  readonly stopWhenSeen?: string;
} = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder };
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, 'demo', ...args], {
      env,
    });
    const said = { stdout: '', stderr: '' };
    let isStopped = false;
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        said[name] += chunk;
        if (isStopped || stopWhenSeen === undefined || !said[name].includes(stopWhenSeen)) return;
        // once: the second one would end it before it has tidied up
        isStopped = child.kill('SIGINT');
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

const repositories = () =>
  readdirSync(folder)
    .filter((name) => name.startsWith('belay-demo-'))
    .sort();

describe('belay demo', () => {
  it('tells its story, keeps the repository it names, and only the newest', async () => {
    const [running, over] = ['running', 'over'].map((name) => join(folder, `belay-demo-${name}`));
    for (const path of [running, over]) mkdirSync(join(path!, '.git'), { recursive: true });
    writeFileSync(join(over!, '.git/belay-demo-kept'), '');
    const { code, stdout, stderr } = await demo({ args: ['--format', 'json'] });
    const { directory, ticks, pulls } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(stderr).toContain(`The repository stays until the next demo: ${directory}. Look`);
    expect(await git({ dir: directory, args: ['log', '--first-parent', '--format=%s'] })).toBeDefined();
    expect(repositories()).toEqual([directory, running].map((path) => basename(path)).sort());
    expect(ticks.map((tick: { decision: { kind: string } }) => tick.decision.kind)).toEqual(
      expect.arrayContaining(['adopt', 'start', 'advance', 'hold', 'promote', 'rollback']),
    );
    for (const { at } of ticks) expect(at).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:00Z$/);
    expect(pulls).toMatchObject([{ number: 1, state: 'merged' }]);
  }, 120_000);

  it('leaves nothing behind when it is stopped', async () => {
    const before = repositories();
    const { code } = await demo({ stopWhenSeen: 'healthy:' });
    expect(code).toBe(130);
    expect(repositories()).toEqual(before);
  }, 60_000);
});
