import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, repositoryFiles, SERVING } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { ISSUER, makeAuthority, WORKFLOW } from '../sigstore/authority.ts';
import { signStatement, statementOf } from '../sigstore/bundles.ts';
import { type ActionRun, runAction } from '../tools/composite-runner.ts';
import { checkOut } from './checkout.ts';
import { makePath } from './fake-node.ts';
import { findBundle, ROOT } from './root.ts';

/** The validate action on pull requests as they come from forks: read-only, without a secret, with anything in them. */

const TRAP = fileURLToPath(new URL('network-trap.cjs', import.meta.url));
const litter: string[] = [];
let lab: Lab;
let count = 0;

beforeAll(async () => {
  findBundle();
  lab = await startLab({ clock: { now: () => Date.now() } });
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(async () => {
  await lab.close();
  for (const path of litter) rmSync(path, { recursive: true, force: true });
});

/** A node that may open no socket and start no program; what it tried stands in the file. */
function trappedNode(): { readonly path: string; readonly tried: () => string; readonly program: string } {
  const log = join(mkdtempSync(join(tmpdir(), 'belay-trap-')), 'tried');
  writeFileSync(log, '');
  const path = makePath(`BELAY_TRAP='${log}' exec '${process.execPath}' --require '${TRAP}' "$@"`);
  litter.push(dirname(log), path);
  return { path, tried: () => readFileSync(log, 'utf8'), program: join(path, 'node') };
}

const settled = repositoryFiles({ stable: STABLE });
const rolling = repositoryFiles({ stable: STABLE, candidate: CANDIDATE, weight: 0 });

/** Opens a pull request that changes these files, and runs the check on its merge commit. */
async function validate(
  files: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> = settled,
): Promise<ActionRun & { readonly tried: string; readonly asked: number }> {
  count += 1;
  const repository = await lab.createRepository({
    name: `fork-${count}`,
    files: { ...before, 'metrics.om': '# EOF\n' },
    settings: { private: true },
  });
  const merge = await repository.commit({ branch: 'from-a-fork', files, login: 'stranger' });
  await git({ dir: repository.gitDir, args: ['update-ref', 'refs/pull/7/merge', merge] });
  const ref = 'refs/pull/7/merge';
  const token = lab.tokens.readOnly;
  const checkout = { serverUrl: lab.serverUrl, repository: repository.fullName, token, ref };
  const workspace = await checkOut(checkout);
  lab.clearRequests();
  const trapped = trappedNode();
  const run = await runAction({
    action: join(ROOT, 'actions/validate/action.yml'),
    path: trapped.path,
    with: { base: before === settled ? '' : 'HEAD^' },
    github: {
      ...{ token, ref, repository: repository.fullName, workspace, sha: merge },
      ...{ ref_name: '7/merge', event_name: 'pull_request', actor: 'stranger' },
      event: { number: 7, pull_request: { head: { ref: 'from-a-fork' } } },
      ...{ api_url: lab.apiUrl, graphql_url: lab.graphqlUrl, server_url: lab.serverUrl },
    },
  });
  litter.push(run.temp, dirname(workspace));
  expect(run.otherCommands).toEqual([]);
  expect(run.masks).toEqual([token]);
  return { ...run, tried: trapped.tried(), asked: lab.requests.length };
}

/** Line and column (from 1) of the first place where a text stands. */
function placeOf(text: string, part: string): { readonly line: string; readonly col: string } {
  const before = text.slice(0, text.indexOf(part));
  const lines = before.split('\n');
  return { line: String(lines.length), col: String((lines.at(-1) ?? '').length + 1) };
}

const places = (run: ActionRun): readonly Readonly<Record<string, string>>[] =>
  run.annotations.map(({ level, properties }) => ({ level, ...properties }));

describe('the trap', () => {
  it('catches a connection and a program', async () => {
    const { program, tried } = trappedNode();
    const attempts = [
      "require('net').connect(9)",
      "fetch('http://127.0.0.1:59999').catch(() => {})",
      "require('child_process').spawn('true')",
    ];
    for (const attempt of attempts) {
      const run = () => execFileSync(program, ['-e', attempt], { stdio: 'ignore' });
      if (attempt.startsWith('fetch')) run();
      else expect(run).toThrow();
    }
    expect(tried().split('\n')).toEqual(['net.connect', 'net.connect', 'child_process.spawn true', '']);
  });
});

describe('validate on a pull request', () => {
  it('passes a good one, without a network, without a program, without a token', async () => {
    expect(await validate(rolling)).toMatchObject({
      exitCode: 0,
      outputs: { valid: 'true', errors: '0', warnings: '0' },
      annotations: [],
      tried: '',
      asked: 0,
    });
  });

  it('puts every fault of every file on its line and column', async () => {
    const manifest = (rolling[MANIFEST] ?? '')
      .replace('weight: 25', 'weight: 3')
      .replace('deadline: 72h', 'deadline: 72 hours')
      .replace('strategy: canary', 'strategy: canary\n    colour: blue');
    const config = (rolling['.belay/config.yaml'] ?? '').replace('kind: openmetrics', 'kind: graphite');
    const serving = (rolling[SERVING] ?? '').replace('weight: 100', 'weight: 60');
    const run = await validate({ [MANIFEST]: manifest, '.belay/config.yaml': config, [SERVING]: serving });
    expect(run).toMatchObject({ exitCode: 1, outputs: { valid: 'false' }, tried: '', asked: 0, dropped: 0 });
    expect(places(run)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'error', file: MANIFEST, ...placeOf(manifest, '72 hours') }),
        expect.objectContaining({ level: 'error', file: MANIFEST, ...placeOf(manifest, 'colour') }),
        expect.objectContaining({
          level: 'error',
          file: '.belay/config.yaml',
          ...placeOf(config, 'graphite'),
        }),
      ]),
    );
    for (const { title } of places(run)) expect(title).toMatch(/^(?:[A-Z][A-Z0-9_]+|SEC-\d\d)$/);
    expect(run.outputs.errors).toBe(String(places(run).filter(({ level }) => level === 'error').length));
  });

  it('says so when the target file does not hold the split of the manifest', async () => {
    const serving = (rolling[SERVING] ?? '').replace('weight: 0', 'weight: 7');
    const run = await validate({ ...rolling, [SERVING]: serving });
    expect(run.exitCode).toBe(1);
    expect(places(run)).toEqual([
      expect.objectContaining({
        level: 'error',
        title: 'TARGET_DIFFERS',
        file: SERVING,
        line: placeOf(serving, '7\n').line,
      }),
    ]);
  });

  it('verifies signatures without a socket, by the trust of the base and not by that of the pull request', async () => {
    const [authority, evil] = [makeAuthority(), makeAuthority()];
    const trust = `verify: {trustRoot: root.json, identities: [{issuer: "${ISSUER}", identity: "${WORKFLOW}"}], required: false}\n`;
    const candidate = { ...CANDIDATE, model: { signature: 'signatures/candidate.json' } };
    const signed = (by: typeof authority) => ({
      ...repositoryFiles({ stable: STABLE, candidate, weight: 0 }),
      '.belay/config.yaml': CONFIG + trust,
      'root.json': by.root,
      'signatures/candidate.json': JSON.stringify(
        signStatement(statementOf(CANDIDATE.digit.repeat(64)), { authority: by, signer: by.certify() }),
      ),
    });
    const before = { ...settled, '.belay/config.yaml': CONFIG + trust, 'root.json': authority.root };
    expect(await validate(signed(authority), before)).toMatchObject({ exitCode: 0, tried: '', asked: 0 });
    const forged = await validate(signed(evil), before);
    expect(forged).toMatchObject({ exitCode: 1, tried: '', asked: 0 });
    expect(forged.annotations.map(({ message }) => message).join()).toContain('does not count');
  });

  it('shows ten of many faults and says how many more there are', async () => {
    const broken = (rolling[MANIFEST] ?? '').replace(
      'steps:',
      Array.from({ length: 14 }, (_, index) => `x${index}: 1`)
        .join('\n    ')
        .concat('\n    steps:'),
    );
    const run = await validate({ [MANIFEST]: broken });
    expect(run).toMatchObject({ exitCode: 1, dropped: 0 });
    expect(run.annotations).toHaveLength(10);
    const shown = run.annotations.at(-1)?.message ?? '';
    expect(shown).toBe(
      `${Number(run.outputs.errors) - 9} more problems are not shown here; the log of this step lists all of them`,
    );
    for (let index = 0; index < 14; index += 1) expect(run.summary).toContain(`x${index}`);
  });

  it.each([
    ['an empty manifest', { [MANIFEST]: '' }],
    ['no manifest', { [MANIFEST]: '[1, 2' }],
    ['a file of zeroes', { [MANIFEST]: '\0\0\0' }],
    ['a large file', { [MANIFEST]: `a: ${'x'.repeat(2_000_000)}\n` }],
    ['a bomb of aliases', { [MANIFEST]: 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n' }],
    ['a target that is not YAML', { ...rolling, [SERVING]: ']]' }],
    ['a record that is not one', { ...rolling, '.belay/records/scorer/0001.json': '{"__proto__": {}}' }],
  ])('refuses %s with annotations and exit code 1, nothing else', async (_, files) => {
    const run = await validate(files);
    expect(run).toMatchObject({ exitCode: 1, outputs: { valid: 'false' }, tried: '', asked: 0 });
    expect(run.annotations.length).toBeGreaterThan(0);
    expect(run.shown).not.toMatch(/\bat .*\(.*:\d+:\d+\)|\[BUG\]/);
  });

  const EVIL = '"; touch "$RUNNER_TEMP/pwn"; touch pwn #';

  it.each([
    ['quotes', EVIL],
    ['a substitution', '$(touch $RUNNER_TEMP/pwn)`touch pwn`'],
    ['a line break', `x\n${EVIL}\ntouch pwn`],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
    ['an expression', '${{ github.token }}'],
    ['a workflow command', '::set-env name=BASH_ENV::/tmp/x'],
    ['another', 'x\n::error::x\n##[add-mask]valid\n::stop-commands::x'],
  ])('takes %s in names, texts and paths for what they are', async (_, evil) => {
    const text = JSON.stringify(evil);
    const manifest = (rolling[MANIFEST] ?? '')
      .replace('name: scorer\n', `name: ${text}\n`)
      .replace('version: 3.5.0', `version: ${text}`);
    const run = await validate({
      [MANIFEST]: manifest,
      [`releases/${evil.replaceAll('/', '_').replaceAll('\0', '')}.yaml`]: `${text}: ${text}\n`,
      [SERVING]: `${text}\n`,
    });
    expect(run).toMatchObject({ exitCode: 1, tried: '', asked: 0, otherCommands: [] });
    expect([existsSync(join(run.temp, 'pwn')), existsSync('pwn')]).toEqual([false, false]);
    expect(run.unmasked).not.toContain(lab.tokens.readOnly);
    expect(run.annotations.filter(({ message }) => message === 'x')).toEqual([]);
  });
});
