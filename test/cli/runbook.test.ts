import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { CHECKS, writeManifest } from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { ROOT } from '../docs/pages.ts';

const RUNBOOK = 'docs/runbooks/scorer.md';
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The manifest without the line that names its runbook. */
const unnamed = (manifest: string): string => manifest.replace(/^ *runbook: .*\n/m, '');

function repository(more: Readonly<Record<string, string>> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'belay-runbook-'));
  folders.push(dir);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const files = {
    '.belay/config.yaml': CONFIG,
    'metrics.om': '# EOF\n',
    [MANIFEST]: writeManifest({}),
    [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    ...more,
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const run = async (...line: readonly string[]) => {
    const said = { stdout: '', stderr: '' };
    const code = await runCli([...line, '--dir', dir], {
      env: {},
      cwd: dir,
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
    });
    return { code, ...said };
  };
  return { dir, run, write, read: (path: string) => readFileSync(join(dir, path), 'utf8') };
}

describe('belay runbook', () => {
  it('prints how to look, stop, go back and go on, and writes nothing', async () => {
    const { run } = repository();
    const { code, stdout } = await run('runbook', 'scorer');
    expect(code).toBe(0);
    for (const part of [
      '### Look',
      '### Stop it',
      '### Go back',
      '### Go on',
      '### Who decides',
      '### It is over',
    ])
      expect(stdout).toContain(part);
    expect(stdout).toContain('belay command pause scorer --reason "WHY" --forge local && git push');
    expect(stdout).toContain(
      '(--from VERSION leaves a version that was promoted):\ngit pull --ff-only && belay rollback scorer --reason "WHY" --forge local',
    );
    expect(stdout).toContain(
      '`git pull --ff-only && belay command lift-quarantine scorer VERSION --reason "WHY" --forge local && git push`',
    );
    expect(stdout).not.toContain('gh workflow run');
    expect(stdout).not.toContain('### Approve');
  });

  it('prints whose each part is when there are several, and claims of none that it was written', async () => {
    const other = writeManifest({}).replaceAll('scorer', 'ranker');
    const { run } = repository({ 'releases/ranker.yaml': other });
    const made = (name: string): string => `_Made by \`belay runbook\` from \`releases/${name}.yaml\`;`;
    const { stdout } = await run('runbook');
    expect(stdout.startsWith(`## ranker\n\n${made('ranker')}`)).toBe(true);
    expect(stdout).toContain(`\n\n## scorer\n\n${made('scorer')}`);
    expect(stdout).not.toContain('Written by');
    expect((await run('runbook', 'scorer')).stdout.startsWith(made('scorer'))).toBe(true);
  });

  it('says where belay is from, so that its commands run as they stand', async () => {
    const { dir, run } = repository({ [RUNBOOK]: '# Scorer\n' });
    const { stdout } = await run('runbook', 'scorer');
    const [, look = ''] = /### Look\n\n```sh\n([\s\S]*?)```/.exec(stdout) ?? [];
    const [why, whence, plan] = look.split('\n');
    expect(why).toMatch(/^# once per terminal: "belay" is dist\/index\.js of a clone of Belay/);
    const home = mkdtempSync(join(tmpdir(), 'belay-home-'));
    folders.push(home);
    symlinkSync(ROOT, join(home, 'belay'));
    const env = { PATH: process.env.PATH, HOME: home };
    const said = execFileSync('bash', ['--norc', '-euc', `${whence}\n${plan}`], {
      cwd: dir,
      env,
      encoding: 'utf8',
    });
    expect(said).toContain('scorer');
    const [before] = stdout.split('### Look');
    expect(before).not.toMatch(/^(?:git|belay) /m);
  });

  it('says when it is over, with the proof that the manifest asks for and without', async () => {
    const manifest = writeManifest({ rollback: { verify: '40m' } }).replace(
      'strategy: canary',
      '$&\n    watch: 6h',
    );
    const plain = (await repository().run('runbook', 'scorer')).stdout;
    expect(plain).toContain('the newest record is a `rollback`,');
    expect(plain).not.toMatch(/NOT_SERVED|RECOVERY_UNSEEN|RELEASE_FROZEN/);
    const { stdout } = await repository({ [MANIFEST]: manifest }).run('runbook', 'scorer');
    expect(stdout).toContain('the newest record is a `recover`: the restored version has proven itself');
    expect(stdout).toContain('40m or more after the `rollback`');
    expect(stdout).toContain('looked at for 6h after that');
    expect(stdout).toMatch(/\*\*not gone\*\* .*exit code 2 and `NOT_SERVED`.*look at its sync/);
    expect(stdout).toMatch(
      /\*\*not to be seen\*\* .*exit code 2 and `RECOVERY_UNSEEN`.*Look at the provider, or take `spec\.rollback\.verify` out/,
    );
    expect(stdout).toMatch(
      /\*\*frozen\*\* .*exit code 2 and `RELEASE_FROZEN`.*edits `releases\/scorer\.yaml`: bring another version/,
    );
  });

  it('has each order that stops or goes on for a terminal, whether a workflow listens or not', async () => {
    const workflow = 'jobs:\n  a:\n    steps:\n      - uses: a/b/actions/command@v1\n';
    for (const more of [{}, { '.github/workflows/command.yaml': workflow }]) {
      const { stdout } = await repository(more).run('runbook', 'scorer');
      for (const order of [
        'pause scorer --reason "WHY"',
        'looks-wrong scorer --reason "WHAT YOU SAW"',
        'resume scorer',
      ])
        expect(stdout).toContain(
          `\ngit pull --ff-only && belay command ${order} --forge local && git push\n`,
        );
    }
  });

  it('says that a rollback needs no manifest that can be read', async () => {
    const { run } = repository({ [MANIFEST]: writeManifest({}).replace('kind:', 'kindd:') });
    const { code, stdout } = await run('runbook');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^no runbook is made of releases\/scorer\.yaml while it cannot be read, .*: belay command rollback <release>$/m,
    );
    expect(stdout).toContain('did you mean "kind"?');
    const named = await run('runbook', 'scorer');
    expect(named.stderr).toContain(
      'no release is called "scorer"; there is none, besides what is in releases/scorer.yaml, which cannot be read: "belay validate" says why',
    );
  });

  it('has a line to paste for every order where a workflow listens', async () => {
    const { run, write } = repository();
    expect((await run('runbook', 'scorer')).stdout).not.toMatch(/[`\n]\/belay/);
    write(
      '.github/workflows/command.yaml',
      'jobs:\n  a:\n    steps:\n      - uses: a/b/actions/command@v1\n',
    );
    const { stdout } = await run('runbook', 'scorer');
    expect(stdout).toContain('/belay looks-wrong scorer --reason "');
    expect(stdout).toContain('`/belay lift-quarantine scorer VERSION --reason "WHY"`');
  });

  it('says who has which role, and how to order by a comment where a workflow listens', async () => {
    const workflow = 'jobs:\n  command:\n    steps:\n      - uses: belay-dev/belay/actions/command@v1\n';
    const roles = 'roles: {approve: ["@ana"], rollback: ["@acme/sre"]}\n';
    const steps = [
      { weight: 5, hold: '30m', approval: 'required' as const },
      { weight: 100, hold: '1h' },
    ];
    const { run, write } = repository({
      '.belay/config.yaml': CONFIG + roles,
      [MANIFEST]: writeManifest({ steps }),
    });
    const silent = (await run('runbook', 'scorer')).stdout;
    expect(silent).not.toMatch(/\/belay (?:pause|approve)/);
    expect(silent).toContain(
      'A step to 5% is entered once a person has approved it: by a review of the pull request',
    );
    expect(silent).toContain(
      'git pull --ff-only && belay command approve scorer --forge local && git push\n',
    );
    expect(silent).toContain(
      '| enter the steps at 5% | `@ana` (`roles.approve of .belay/config.yaml`), by a review',
    );
    expect(silent).toContain('| set a rule of the policy aside | `@acme/risk-ml` (`metadata.owners`) |');
    write('.github/workflows/belay-command.yml', workflow);
    const { stdout } = await run('runbook', 'scorer');
    expect(stdout).toContain(
      '/belay pause scorer --reason "WHY"\n/belay looks-wrong scorer --reason "WHAT YOU SAW"\n/belay resume scorer',
    );
    expect(stdout).toContain('\n/belay approve scorer\n');
    expect(stdout).toContain(
      'git pull --ff-only && belay command approve scorer --forge local && git push\n',
    );
    expect(stdout).toContain('/belay rollback scorer --reason "WHY"');
    expect(stdout).toContain('| resume by a command | `@ana` (`roles.approve of .belay/config.yaml`) |');
    expect(stdout).toContain(
      '| go back by a command | `@acme/sre` (`roles.rollback of .belay/config.yaml`) |',
    );
    expect(stdout).toContain(
      '| pause, and say that something looks wrong, by a command | `@acme/sre` (`roles.rollback of .belay/config.yaml`), `@ana` (`roles.approve of .belay/config.yaml`) |',
    );
    expect(stdout).toContain(
      '| let a version come again that was rolled back | `@acme/risk-ml` (`metadata.owners`) |',
    );
  });

  it('says of each check how hard it brakes', async () => {
    const [check] = CHECKS;
    const brakes = ['rollback', 'fallback', 'step-down', 'reduce', 'pause', 'hold', 'notify'];
    const checks = [...brakes, undefined].map((onFail) => ({
      ...structuredClone(check),
      name: onFail ?? 'unsaid',
      ...(onFail === undefined ? {} : { onFail }),
    }));
    const rollback = { mode: 'step-down', fallback: STABLE.version };
    const { run } = repository({ [MANIFEST]: writeManifest({ checks, rollback }) });
    const { stdout } = await run('runbook', 'scorer');
    const rows = [...stdout.matchAll(/^\| `([a-z-]+)` \| proportion \| .* \| (.*) \|$/gm)];
    expect(rows.map(([, name, effect]) => [name, effect])).toEqual([
      ['rollback', 'the candidate is rolled back'],
      ['fallback', 'the candidate is rolled back to `3.4.1`'],
      ['step-down', 'the candidate goes down step by step; `paused: true` stops it'],
      ['reduce', 'the candidate goes down to the first step, and a person decides'],
      ['pause', 'the rollout stays where it is, and a person decides'],
      ['hold', 'the rollout holds'],
      ['notify', 'it is only said'],
      ['unsaid', 'the candidate goes down step by step; `paused: true` stops it'],
    ]);
    expect(stdout).toContain('After a check has reduced the exposure or paused');
  });

  it('names the workflow that runs the rollback', async () => {
    const { run } = repository({
      '.github/workflows/a.yml': 'jobs: {}\n',
      '.github/workflows/back $(id).yml':
        'jobs:\n  a:\n    steps:\n      - uses: acme/belay/actions/rollback@v1\n',
    });
    const { stdout } = await run('runbook');
    expect(stdout).toContain("gh workflow run 'back $(id).yml' -f release=scorer");
    expect(stdout).toContain('-f from=VERSION');
    expect(stdout).not.toContain('--from VERSION');
  });

  it('writes its part into the file that the manifest names, and keeps what people wrote there', async () => {
    const { run, read } = repository({ [RUNBOOK]: '# Scorer\n\nCall Ana.\n' });
    const { code, stdout } = await run('runbook', '--write');
    expect([code, stdout]).toEqual([0, `wrote ${RUNBOOK} (scorer)\n`]);
    expect(read(RUNBOOK)).toMatch(/^# Scorer\n\nCall Ana\.\n\n<!-- belay:runbook scorer -->\n/);
    expect((await run('runbook', '--write')).stdout).toBe(`kept  ${RUNBOOK} (scorer)\n`);
    expect((await run('validate')).stderr).not.toContain('RUNBOOK');
  });

  it('writes a file that is not there yet', async () => {
    const { run, read } = repository();
    await run('runbook', '--write');
    expect(read(RUNBOOK)).toMatch(/^# scorer: when it goes wrong\n\n<!-- belay:runbook scorer -->\n/);
  });

  it('says the same while Belay moves the weight and promotes', async () => {
    const [settled, moving, promoted] = [
      {},
      { candidate: CANDIDATE, weight: 25 },
      { stable: { ...CANDIDATE, backend: STABLE.backend } },
    ].map(async (input) => (await repository({ [MANIFEST]: writeManifest(input) }).run('runbook')).stdout);
    expect(await moving).toBe(await settled);
    expect(await promoted).toBe(await settled);
  });

  it('is stale to validate once a step was changed', async () => {
    const { run, write } = repository();
    await run('runbook', '--write');
    write(MANIFEST, writeManifest({ deadline: '50h' }));
    const { code, stdout } = await run('validate', '--format', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).problems).toContainEqual(
      expect.objectContaining({ code: 'RUNBOOK_STALE', at: { file: RUNBOOK, line: 3, column: 1 } }),
    );
    await run('runbook', '--write');
    expect((await run('validate')).code).toBe(0);
  });

  it('stays as it is while the config cannot be read, and is not stale then', async () => {
    const { run, read, write } = repository();
    await run('runbook', '--write');
    const before = read(RUNBOOK);
    expect(before).toContain('| set a rule of the policy aside |');
    write('.belay/config.yaml', `${CONFIG}wrong: true\n`);
    const { code, stdout } = await run('validate', '--format', 'json');
    const codes = JSON.parse(stdout).problems.map((problem: { code: string }) => problem.code);
    expect([code, codes]).toEqual([1, ['KEY_UNKNOWN']]);
    const wrote = await run('runbook', '--write');
    expect(wrote.code).toBe(1);
    expect(wrote.stdout).toContain(
      `kept  ${RUNBOOK} (scorer): what is checked in stays as it is while .belay/config.yaml cannot be read ("belay validate" says why)\n`,
    );
    expect(wrote.stdout).toContain('.belay/config.yaml:');
    expect(read(RUNBOOK)).toBe(before);
  });

  it('asks the namespace that the target file names where the manifest names none', async () => {
    const route = writeRoute({ 'scorer-a': 100, 'scorer-b': 0 });
    const inRisk = route.replace('name: scorer\n', '$&  namespace: risk\n');
    const { run, write } = repository();
    const asked = async (): Promise<string> =>
      /^kubectl .*httproute scorer/m.exec((await run('runbook')).stdout)![0];
    expect(await asked()).toBe('kubectl get httproute scorer');
    write(SERVING, inRisk);
    expect(await asked()).toBe('kubectl -n risk get httproute scorer');
    write(SERVING, inRisk.replace('risk', "'$(id)'"));
    expect(await asked()).toBe('kubectl get httproute scorer');
    write(SERVING, inRisk);
    write(MANIFEST, writeManifest({}).replace('kind: gateway-api', '$&\n      namespace: fraud'));
    expect(await asked()).toBe('kubectl -n fraud get httproute scorer');
  });

  it('is stale once the resource moves to another namespace, and not while nobody can tell', async () => {
    const route = writeRoute({ 'scorer-a': 100, 'scorer-b': 0 });
    const inRisk = route.replace('name: scorer\n', '$&  namespace: risk\n');
    const { run, read, write } = repository({ [SERVING]: inRisk });
    const codes = async (): Promise<readonly string[]> =>
      JSON.parse((await run('validate', '--format', 'json')).stdout).problems.map(
        (problem: { code: string }) => problem.code,
      );
    await run('runbook', '--write');
    const before = read(RUNBOOK);
    expect(before).toContain('kubectl -n risk get httproute');
    expect(await codes()).toEqual([]);
    write(SERVING, inRisk.replace('risk', 'fraud'));
    expect(await codes()).toEqual(['RUNBOOK_STALE']);
    write(SERVING, inRisk.replace('name: scorer', 'name: other'));
    expect(await codes()).toEqual(['RESOURCE_MISSING']);
    const { code, stdout } = await run('runbook', '--write');
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^kept .* while serving\/scorer\.yaml cannot be read/),
    ]);
    expect(read(RUNBOOK)).toBe(before);
  });

  it('leaves a file alone whose marks are broken', async () => {
    const broken = 'words\n<!-- belay:runbook scorer -->\nold\n';
    const { run, read } = repository({ [RUNBOOK]: broken });
    const { code, stdout } = await run('runbook', '--write', '--format', 'json');
    expect([code, JSON.parse(stdout).problems]).toEqual([
      1,
      [expect.objectContaining({ code: 'RUNBOOK_MARKS_BROKEN', at: { file: RUNBOOK, line: 2, column: 1 } })],
    ]);
    expect(read(RUNBOOK)).toBe(broken);
  });

  it('does not write through a link', async () => {
    const { dir, run } = repository({ 'elsewhere.md': 'kept\n', 'docs/runbooks/other.md': '' });
    symlinkSync('../../elsewhere.md', join(dir, RUNBOOK));
    const { code, stdout } = await run('runbook', '--write', '--format', 'json');
    expect([code, JSON.parse(stdout).problems[0].code]).toEqual([1, 'RUNBOOK_UNREADABLE']);
    expect(readFileSync(join(dir, 'elsewhere.md'), 'utf8')).toBe('kept\n');
  });

  it('refuses a release that is not there, and one without a file to write', async () => {
    const { run, write } = repository();
    expect(await run('runbook', 'scorers')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is scorer'),
    });
    write(MANIFEST, unnamed(writeManifest({})));
    expect(await run('runbook', '--write')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('add metadata.runbook'),
    });
  });
});
