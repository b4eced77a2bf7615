import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function judge(text: string, flags: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-judge-'));
  folders.push(folder);
  writeFileSync(join(folder, 'evidence.json'), text);
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(['judge', 'evidence.json', ...flags], {
    env: {},
    cwd: folder,
    stdout: { write: (part) => (stdout += part) },
    stderr: { write: (part) => (stderr += part) },
  });
  return { exitCode, stdout, stderr };
}

const evidence = JSON.stringify({
  apiVersion: 'belay.dev/v1',
  kind: 'Evidence',
  checks: [
    {
      name: 'errors',
      kind: 'proportion',
      ticks: [{ candidate: { events: 40, exposure: 1_000 }, stable: { events: 90, exposure: 9_000 } }],
    },
  ],
});

describe('belay judge', () => {
  it('prints the verdict and one sentence per check, and exits 0 whatever the verdict', async () => {
    const { exitCode, stdout } = await judge(evidence);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^fail: harm is found \(errors\); take the candidate back; evidence of harm .* to 1, 100 to 1 would fail it\n {2}fail {2}errors: 40 of 1,000 \(4%\) against 90 of 9,000 \(1%\); /,
    );
  });

  it.each([
    ['fail', 'harm is found .errors.; take the candidate back', { events: 40, exposure: 1_000 }, 4],
    ['pass', 'every required check passes; the candidate may go up', { events: 0, exposure: 9_000 }, 0],
    [
      'inconclusive',
      'neither harm nor safety is proven yet .errors.; leave the candidate where it is and add ticks',
      { events: 1, exposure: 100 },
      5,
    ],
    [
      'no-data',
      'nothing was seen that can be judged .errors.; leave the candidate where it is and see to the metrics',
      null,
      5,
    ],
    [
      'error',
      '1 of 1 check cannot be used .errors., so nothing is decided; mend what its line names, then judge again',
      { events: 'many', exposure: 100 },
      1,
    ],
  ] as const)('says what to do at %s, and exits by it when asked', async (verdict, says, candidate, code) => {
    const check = {
      name: 'errors',
      kind: 'proportion',
      safe: { ratio: 1.25, difference: 0.0025 },
      ticks: [{ candidate, stable: { events: 90, exposure: 9_000 } }],
    };
    const text = JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', checks: [check] });
    const { exitCode, stdout } = await judge(text, ['--exit-code']);
    expect(stdout).toMatch(new RegExp(`^${verdict}: ${says}; evidence of harm .* would fail it\n`));
    expect(exitCode).toBe(code);
    expect((await judge(text)).exitCode).toBe(0);
    expect((await judge('{', ['--exit-code'])).exitCode).toBe(1);
  });

  it('says first that traffic is not split as declared, and gives no verdict on the candidate for it', async () => {
    const ticks = [{ candidate: { exposure: 700 }, stable: { exposure: 9_300 } }];
    const check = { name: 'split', kind: 'split', share: 0.05, ticks };
    const text = JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', checks: [check] });
    const { stdout } = await judge(text);
    expect(stdout).toMatch(
      /^inconclusive: traffic is not split as declared, so nothing is proven about the candidate's health; leave the candidate where it is and mend the split first; evidence of harm 1 to 1, 100 to 1 would fail it\n {2}fail {2}split: traffic is not split as declared: 7% observed, 5% declared/,
    );
  });

  it('prints the assessment as JSON alone, with a curve when asked', async () => {
    const plain = JSON.parse((await judge(evidence, ['--format', 'json'])).stdout);
    expect(plain).toMatchObject({ kind: 'Assessment', verdict: 'fail', checks: [{ name: 'errors' }] });
    expect(plain.checks[0].curve).toBeUndefined();
    const drawn = JSON.parse((await judge(evidence, ['--format', 'json', '--curve'])).stdout);
    expect(drawn.checks[0].curve).toHaveLength(1);
  });

  it('refuses a curve that nobody would see', async () => {
    const { exitCode, stderr } = await judge(evidence, ['--curve']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('add --format json, or leave --curve out');
  });

  it('says first that stable suffers too, where more ticks would decide nothing', async () => {
    const arm = { events: 400, exposure: 4_000 };
    const ticks = Array.from({ length: 6 }, () => ({ candidate: arm, stable: arm }));
    const check = { name: 'slo', kind: 'limit', max: 0.01, ticks };
    const text = JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', checks: [check] });
    const { stdout } = await judge(text);
    expect(stdout).toMatch(
      /^inconclusive: stable suffers from the same \(slo\), so the candidate is not the cause; /,
    );
    expect(stdout).not.toContain('add ticks');
  });

  it('refuses what is no evidence, with the path and where the format is', async () => {
    const { exitCode, stdout, stderr } = await judge('{"kind": "Evidence", "checks": []}');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^belay: judge: evidence\.json is no evidence that can be judged; "belay schema evidence" prints the format\n {2}evidence\.json:1:1 apiVersion: expected "belay\.dev\/v1", got nothing\n {2}evidence\.json:1:32 checks: expected a list of at least 1, got an empty list \[REFUSED\]\n$/,
    );
  });

  it('says line and column of what stands on standard input', () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const text = 'apiVersion: belay.dev/v1\nkind: Evidence\nchecks: none\n';
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), main, 'judge', '-'],
      { input: text, encoding: 'utf8' },
    );
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'belay: judge: standard input (-) is no evidence that can be judged; "belay schema evidence" prints the format\n  -:3:9 checks: expected a list, got "none" [REFUSED]\n',
    );
  });

  it('says that a file cannot be read', async () => {
    let stderr = '';
    const context = {
      env: {},
      cwd: tmpdir(),
      stdout: { write: () => 0 },
      stderr: { write: (part: string) => (stderr += part) },
    };
    expect(await runCli(['judge', 'no-such-file.json'], context)).toBe(1);
    expect(stderr).toContain('judge: no-such-file.json: there is no such file; give the path');
    expect(await runCli(['judge'], context)).toBe(1);
  });
});
