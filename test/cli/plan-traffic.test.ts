import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/fraud-scorer', import.meta.url));
const BEFORE = '2026-11-09T08:21:00Z';
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The example repository; its metrics are the recording of the healthy story, or a server that is not there. */
function open(metrics: 'recorded' | 'secret-missing') {
  const dir = mkdtempSync(join(tmpdir(), 'belay-plan-'));
  folders.push(dir);
  for (const part of ['contracts', 'releases', 'serving', 'docs', '.belay', '.github'])
    cpSync(join(EXAMPLE, part), join(dir, part), { recursive: true });
  if (metrics === 'secret-missing') return dir;
  cpSync(join(EXAMPLE, 'demo', 'recordings', 'healthy.om'), join(dir, 'history.om'));
  writeFileSync(
    join(dir, '.belay/config.yaml'),
    'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: openmetrics, file: history.om}\n',
  );
  return dir;
}

async function run(dir: string, line: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli([...line, '--dir', dir], {
    env: {},
    cwd: dir,
    stdout: { write: (part) => (stdout += part) },
    stderr: { write: (part) => (stderr += part) },
  });
  return { exitCode, stdout, stderr };
}

/** Durations are named in JSON. */
interface NamedStep {
  readonly holdMs: number;
  readonly checks: readonly {
    readonly name: string;
    readonly safe: { readonly medianMs: number; readonly ninetyMs: number };
  }[];
}

describe('belay plan --traffic', () => {
  it('prints how long each step would take at the recorded traffic', async () => {
    const { exitCode, stdout } = await run(open('recorded'), ['plan', '--traffic', '--now', BEFORE]);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim());
    expect(lines).toContain('errors: 2,823 a minute, 0.29% of them bad (4 of 288 ticks have numbers)');
    expect(lines.find((line) => line.startsWith('Weight'))).toMatch(
      /^Weight +Check +×1\.2 +×1\.5 +×2 +×5 +Safe$/,
    );
    expect(lines.find((line) => /^1% +errors/.test(line))).toMatch(
      /^1% +errors +never +\d+d \/ \d+d +\d+h \/ \d+h +\d+m \/ 1h(?:\d+m)? +\d+m \/ 1h(?:\d+m)?$/,
    );
    expect(lines).toContain(
      '! at 1%, 5%, 25%: slow-answers: a doubling is never proven harmful at this rate and with this tolerance',
    );
    expect(lines.find((line) => line.startsWith('half of all'))).toMatch(
      /promoted within about \dh(?:30m)?; the deadline is 1d$/,
    );
  });

  it('foresees what the recorded rollout did: the proof of "errors" at 1% took 55 minutes', async () => {
    const dir = open('recorded');
    const planned = JSON.parse(
      (await run(dir, ['plan', '--traffic', '--now', BEFORE, '--format', 'json'])).stdout,
    );
    const [step] = planned.releases[0].foresight.steps as NamedStep[];
    const { safe } = step!.checks.find(({ name }) => name === 'errors')!;
    const replayed = JSON.parse(
      (
        await run(dir, [
          'replay',
          'fraud-scorer',
          ...['--candidate', '3.5.0@fraud-scorer-b', '--from', BEFORE, '--to', '2026-11-09T10:21:00Z'],
          ...['--format', 'json'],
        ])
      ).stdout,
    );
    const isSafe = ({ assessment }: { assessment: { checks: { name: string; verdict: string }[] } }) =>
      assessment.checks.some(({ name, verdict }) => name === 'errors' && verdict === 'pass');
    const took = (Date.parse(replayed.looks.find(isSafe).at) - Date.parse(BEFORE)) / 60_000;
    console.log(`planned ${safe.medianMs} / ${safe.ninetyMs} ms, took ${took}`);
    expect(took).toBeGreaterThanOrEqual(0.6 * (safe.medianMs / 60_000));
    expect(took).toBeLessThanOrEqual(1.25 * (safe.ninetyMs / 60_000));
  });

  it('says that there is no traffic instead of a table', async () => {
    const later = ['plan', '--traffic', '--now', '2026-12-24T08:00:00Z'];
    const { exitCode, stdout } = await run(open('recorded'), later);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('errors: no forecast: nothing was seen of stable: stable total: stale');
    expect(stdout).not.toContain('Weight');
    expect(stdout).not.toContain('promoted within');
  });

  it('says which secret is missing, and stays offline when it is not asked', async () => {
    const dir = open('secret-missing');
    const asked = await run(dir, ['plan', '--traffic', '--now', BEFORE]);
    expect(asked.exitCode).toBe(1);
    expect(asked.stdout).toContain('errors: no forecast: could not be asked');
    expect(asked.stdout).toContain('PROMETHEUS_TOKEN');
    const offline = await run(dir, ['plan']);
    expect(offline.exitCode).toBe(0);
    expect(offline.stdout).not.toContain('traffic from');
  });

  it.each([
    [['plan', '--now', BEFORE], '--now: expected with --traffic only'],
    [['plan', '--traffic', '--now', 'noon'], '--now: expected a moment in UTC'],
    [['plan', 'nobody', '--traffic', '--now', BEFORE], 'release "nobody": expected one of "fraud-scorer"'],
  ])('refuses %s', async (line, says) => {
    const { exitCode, stderr } = await run(open('recorded'), line);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(says);
  });
});
