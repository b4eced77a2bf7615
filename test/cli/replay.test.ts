import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/fraud-scorer', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The example repository with the recording of a story as its metrics, replayed. */
async function replay(story: 'healthy' | 'faulty', line: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'belay-replay-'));
  folders.push(dir);
  for (const part of ['contracts', 'releases', 'serving', 'docs'])
    cpSync(join(EXAMPLE, part), join(dir, part), { recursive: true });
  cpSync(join(EXAMPLE, 'demo', 'recordings', `${story}.om`), join(dir, 'history.om'));
  cpSync(join(EXAMPLE, '.belay'), join(dir, '.belay'), { recursive: true });
  writeFileSync(
    join(dir, '.belay/config.yaml'),
    'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: openmetrics, file: history.om}\n',
  );
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(['replay', ...line, '--dir', dir], {
    env: {},
    cwd: dir,
    stdout: { write: (part) => (stdout += part) },
    stderr: { write: (part) => (stderr += part) },
  });
  return { exitCode, stdout, stderr };
}

describe('belay replay', () => {
  it('promotes the healthy candidate of the example, step by step', async () => {
    const line = ['fraud-scorer', '--candidate', '3.5.0@fraud-scorer-b'];
    const stretch = ['--from', '2026-11-09T08:21:00Z', '--to', '2026-11-09T18:21:00Z'];
    const { exitCode, stdout } = await replay('healthy', [...line, ...stretch]);
    expect(exitCode).toBe(0);
    const moves = stdout.match(/advance \S+ → \S+:|promote:/g);
    expect(moves).toEqual(['advance 1% → 5%:', 'advance 5% → 25%:', 'advance 25% → 100%:', 'promote:']);
    expect(stdout).toMatch(/it would have been promoted\n$/);
  });

  it('rolls the faulty one back, and gives the looks as JSON', async () => {
    const line = ['fraud-scorer', '--candidate', '3.6.0@fraud-scorer-a', '--stable', '3.5.0@fraud-scorer-b'];
    const stretch = ['--from', '2026-11-10T15:00:00Z', '--to', '2026-11-10T17:30:00Z', '--format', 'json'];
    const report = JSON.parse((await replay('faulty', [...line, ...stretch])).stdout);
    expect(report).toMatchObject({ end: 'rolled-back', candidate: '3.6.0', stable: '3.5.0', problems: [] });
    expect(report.looks[0]).toMatchObject({
      at: '2026-11-10T15:05:00Z',
      weight: 1,
      decision: { kind: 'hold' },
    });
    const last = report.looks.at(-1);
    expect(last.decision.reasons[0]).toMatchObject({
      code: 'HARM_PROVEN',
      text: expect.stringMatching(/^errors: /),
    });
    // bars and ticket shops open at 17:00, and not before
    expect(last.at > '2026-11-10T17:00:00Z').toBe(true);
  });

  it('says that nothing was seen, and does not pass for a rollout that goes on', async () => {
    const line = ['fraud-scorer', '--candidate', '9.9.9@nowhere'];
    const stretch = ['--from', '2026-11-09T08:21:00Z', '--to', '2026-11-09T10:21:00Z'];
    const { exitCode, stdout } = await replay('healthy', [...line, ...stretch]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /9\.9\.9 against \S+, 24 looks: no check ever had an answer, so this says nothing/,
    );
  });

  it.each([
    [['fraud-scorer', '--candidate', '3.6.0', '--stable', '3.6.0'], 'expected two versions, got 3.6.0'],
    [['fraud-scorer'], 'has no candidate'],
    [['nobody'], 'expected a release, one of fraud-scorer, got nobody'],
    [['fraud-scorer', '--candidate', '3.5.0'], '--from: expected the moment'],
    [['fraud-scorer', '--candidate', '@b', '--from', '2026-11-09T08:21:00Z'], 'expected <version>'],
    [['fraud-scorer', '--candidate', '3.5.0', '--from', 'noon'], '--from: expected a moment in UTC'],
    [
      [
        'fraud-scorer',
        '--candidate',
        '3.5.0',
        '--from',
        '2026-11-09T08:21:00Z',
        '--to',
        '2026-11-09T08:21:00Z',
      ],
      'expected a stretch that ends after it begins, got 2026-11-09T08:21:00Z to 2026-11-09T08:21:00Z',
    ],
    [
      [
        'fraud-scorer',
        '--candidate',
        '3.5.0',
        '--from',
        '2026-11-09T08:21:00Z',
        '--to',
        '2026-11-09T08:22:00Z',
      ],
      'expected 1 to 20000 looks, got 0',
    ],
    [
      ['fraud-scorer', '--candidate', '3.5.0', '--from', '2026-11-09T08:21:00Z', '--every', '5'],
      '--every: expected a duration',
    ],
  ])('refuses %s', async (line, says) => {
    const { exitCode, stderr } = await replay('healthy', line);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(says);
  });
});
