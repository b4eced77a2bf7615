import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { printJson } from '../../src/cli/print-json.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { repositoryFiles } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('writes moments as ISO 8601 in UTC, and leaves places in files and durations as they are', () => {
  const place = { file: 'releases/scorer.yaml', line: 3, column: 5 };
  const value = {
    at: 1_795_000_000_000,
    problems: [{ at: place }],
    lastSeen: 1_795_000_000_250,
    total: 1_800_000,
  };
  expect(JSON.parse(printJson(value))).toEqual({
    at: '2026-11-18T11:06:40Z',
    problems: [{ at: place }],
    lastSeen: '2026-11-18T11:06:40.250Z',
    total: 1_800_000,
  });
});

/** Numbers that can only be milliseconds since 1970. */
function momentsIn(value: unknown, path = '$'): readonly string[] {
  if (typeof value === 'number') return value > 1e12 ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => momentsIn(inner, `${path}.${key}`));
}

/** Requests of the stable version, ten a minute from 07:00 on, one in ten of them an error. */
function recordTraffic(): string {
  const lines = (name: string, each: number) =>
    Array.from({ length: 80 }, (_, minute) => {
      const at = Date.parse('2026-11-20T07:00:00Z') / 1000 + minute * 60;
      return `${name}{version="3.4.1"} ${minute * each} ${at}`;
    });
  const families = [
    ['predict', 10],
    ['predict_errors', 1],
  ] as const;
  const text = families.flatMap(([name, each]) => [
    `# TYPE ${name} counter`,
    ...lines(`${name}_total`, each),
  ]);
  return [...text, '# EOF', ''].join('\n');
}

it('prints no moment as a number, of a rollout under way', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'belay-json-'));
  folders.push(dir);
  const write = async (files: Readonly<Record<string, string>>, at: string) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    await git({ dir, args: ['add', '--all'] });
    const author = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com'];
    await git({ dir, args: [...author, 'commit', '--quiet', '--allow-empty', '--message', at] });
  };
  const run = async (now: string) => {
    let stdout = '';
    let stderr = '';
    const line = ['advance', '--format', 'json', '--now', now];
    await runCli(line, {
      env: {},
      cwd: dir,
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
    });
    return { stderr, report: JSON.parse(stdout) };
  };
  await git({ dir, args: ['init', '--quiet', '--initial-branch=main'] });
  await write({ ...repositoryFiles({ stable: STABLE }), 'metrics.om': recordTraffic() }, 'settled');
  await run('2026-11-20T08:00:00Z');
  await write(repositoryFiles({ stable: STABLE, candidate: CANDIDATE }), 'candidate');
  const kinds: string[] = [];
  for (const now of ['2026-11-20T08:05:00Z', '2026-11-20T08:10:00Z']) {
    const { report } = await run(now);
    expect(report.at).toBe(now);
    expect(momentsIn(report)).toEqual([]);
    kinds.push(report.releases[0].decision.kind);
    if (report.releases[0].standing)
      expect(report.releases[0].standing.enteredAt).toBe('2026-11-20T08:05:00Z');
  }
  expect(kinds).toEqual(['start', 'hold']);
}, 60_000);
