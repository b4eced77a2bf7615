import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST, repositoryFiles, SERVING } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type ActionRun, runAction } from '../tools/composite-runner.ts';
import { checkOut } from './checkout.ts';
import { makePath } from './fake-node.ts';
import { findBundle, ROOT } from './root.ts';

/** One pull request from a fork that tries everything at once (SEC-01 to SEC-12), through the real action and bundle. */

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

const settled = repositoryFiles({ stable: STABLE });
const rolling = repositoryFiles({ stable: STABLE, candidate: CANDIDATE, weight: 0 })[MANIFEST] ?? '';
const CONFIG =
  'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: prometheus, url: "https://prometheus.acme.dev", auth: {kind: bearer, tokenEnv: PROM_TOKEN}}\n';
const EVIL = '"; touch "$RUNNER_TEMP/pwn"; $(touch pwn)`touch pwn` #';

/** A manifest with one part in the place of another, under a name of its own, so that the files do not clash. */
function attack(name: string, part: string | RegExp, other: string): Readonly<Record<string, string>> {
  const text = rolling.replace('name: scorer\n', `name: ${name}\n`).replace(part, () => other);
  expect(text).not.toBe(rolling.replace('name: scorer\n', `name: ${name}\n`));
  return { [`releases/${name}.yaml`]: text };
}

const QUERY = /^( +)bad: .*$/m;
const ATTACKS: Readonly<Record<string, string>> = {
  '.belay/config.yaml': CONFIG,
  // SEC-01: the name of a file that a script would run
  'releases/$(touch pwn);`touch pwn`.yaml': `${JSON.stringify(EVIL)}: 1\n`,
  ...attack('second-order', 'version: 3.5.0', `version: ${JSON.stringify('x$(id)')}`),
  ...attack('exfiltration', 'kind: proportion', 'url: http://evil.test/?q=\n        kind: proportion'),
  ...attack(
    'request-forgery',
    'kind: proportion',
    'endpoint: http://169.254.169.254/\n        kind: proportion',
  ),
  ...attack('leak', 's3://models/scorer/3.5.0', 's3://key:hunter2@models/3.5.0'),
  'releases/bomb.yaml': 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n',
  ...attack('pollution', 'strategy: canary', '__proto__: {paused: false}\n    strategy: canary'),
  ...attack('pattern', QUERY, '        jsonPath: "$..[?(@.a=~/(a+)+$/)]"'),
  ...attack('traversal', 'file: serving/scorer.yaml', 'file: ../../.github/workflows/x.yml'),
  ...attack(
    'markup',
    'strategy: canary',
    '"@org/all <img src=https://e/x></details>": 1\n    strategy: canary',
  ),
  ...attack('script', 's3://models/scorer/3.5.0', 'javascript:alert(1)'),
  ...attack('hidden', 'strategy: canary', 'strategy: canary # \u202e001 :thgiew'),
  ...attack('commands', 'strategy: canary', '"x\\n::add-mask::a\\n##[error]y": 1\n    strategy: canary'),
};

/** Opens the pull request and runs the check on its merge commit, with nothing but what a fork's run has. */
async function validate({
  files = ATTACKS,
  env = {},
  inputs = {},
  prepare,
}: {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly prepare?: (workspace: string) => void;
}): Promise<{ readonly run: ActionRun; readonly tried: string; readonly workspace: string }> {
  count += 1;
  const repository = await lab.createRepository({
    name: `attacked-${count}`,
    files: { ...settled, 'metrics.om': '# EOF\n' },
    settings: { private: true },
  });
  const merge = await repository.commit({ branch: 'from-a-fork', files, login: 'stranger' });
  await git({ dir: repository.gitDir, args: ['update-ref', 'refs/pull/7/merge', merge] });
  const ref = 'refs/pull/7/merge';
  const token = lab.tokens.readOnly;
  const workspace = await checkOut({
    serverUrl: lab.serverUrl,
    repository: repository.fullName,
    ...{ token, ref },
  });
  prepare?.(workspace);
  const log = join(mkdtempSync(join(tmpdir(), 'belay-trap-')), 'tried');
  writeFileSync(log, '');
  const path = makePath(`BELAY_TRAP='${log}' exec '${process.execPath}' --require '${TRAP}' "$@"`);
  lab.clearRequests();
  const run = await runAction({
    action: join(ROOT, 'actions/validate/action.yml'),
    ...{ path, env, with: inputs },
    github: {
      ...{ token, ref, repository: repository.fullName, workspace, sha: merge },
      ...{ ref_name: '7/merge', event_name: 'pull_request', actor: 'stranger' },
      event: { number: 7, pull_request: { head: { ref: EVIL } } },
      ...{ api_url: lab.apiUrl, graphql_url: lab.graphqlUrl, server_url: lab.serverUrl },
    },
  });
  litter.push(run.temp, dirname(workspace), dirname(log), path);
  expect(lab.requests).toEqual([]);
  return { run, tried: readFileSync(log, 'utf8'), workspace };
}

describe('a pull request from a fork with every attack in it', () => {
  it('is refused, each attack by its code, without a socket, a program or a secret', async () => {
    const { run, tried, workspace } = await validate({});
    expect(run).toMatchObject({ exitCode: 1, outputs: { valid: 'false' }, otherCommands: [], dropped: 0 });
    expect(tried).toBe('');
    for (const line of [
      /^refused\[SEC-02\] releases\/second-order\.yaml:\d+:\d+ spec\.candidate\.version: must match/m,
      /^refused\[SEC-03\] releases\/exfiltration\.yaml:\d+:\d+ .*key "url" is not allowed; name a provider of \.belay\/config\.yaml/m,
      /^refused\[SEC-03\] releases\/request-forgery\.yaml:\d+:\d+ .*key "endpoint" is not allowed/m,
      /^refused\[SEC-03\] releases\/leak\.yaml:\d+:\d+ .*must not carry a user or password/m,
      /^refused\[SEC-06\] releases\/bomb\.yaml:1:4: anchors and aliases are not allowed/m,
      /^refused\[SEC-07\] releases\/pollution\.yaml:\d+:\d+ .*key "__proto__" is not allowed/m,
      /releases\/pattern\.yaml:\d+:\d+ .*unknown key "jsonPath"/m,
      /^refused\[SEC-09\] releases\/traversal\.yaml:\d+:\d+ spec\.targets\[0\]\.file: must be a path inside the repository/m,
      /releases\/markup\.yaml:\d+:\d+ .*unknown key/m,
      /^refused\[SEC-11\] releases\/script\.yaml:\d+:\d+ /m,
      /^refused\[SEC-12\] releases\/hidden\.yaml:\d+:\d+: contains U\+202E \(bidirectional control\)/m,
    ])
      expect(run.shown).toMatch(line);
    expect(run.shown).not.toMatch(/hunter2|\[BUG\]/);
    // nothing ran, nothing hides anything, nothing is a mention or an image
    expect([join(run.temp, 'pwn'), join(workspace, 'pwn'), 'pwn'].filter((path) => existsSync(path))).toEqual(
      [],
    );
    expect(run.masks).toEqual([lab.tokens.readOnly]);
    expect(run.summary).not.toMatch(/(?<!\\)<img|@org/);
    expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(10);
    expect(run.annotations[0]?.properties.title).toMatch(/^SEC-/);
    expect(run.annotations.at(-1)?.message).toMatch(
      /^\d+ more problems are not shown here; the log of this step/,
    );
  });

  it('is refused when the workflow hands a secret to it (SEC-03), and the secret goes nowhere', async () => {
    const { run, tried } = await validate({
      files: {
        [MANIFEST]: settled[MANIFEST] ?? '',
        [SERVING]: settled[SERVING] ?? '',
        '.belay/config.yaml': CONFIG,
      },
      env: { PROM_TOKEN: 'prom-5ecr3t-value' },
    });
    expect(run.exitCode).toBe(1);
    expect(tried).toBe('');
    expect(run.shown).toMatch(/^refused\[SEC-03\] .*validate must not receive secrets: PROM_TOKEN is set/m);
    expect(`${run.unmasked}${run.summary}`).not.toContain('prom-5ecr3t-value');
  });

  it('gives a SARIF file for code scanning where the workflow asks for one', async () => {
    const { run, workspace } = await validate({ inputs: { 'sarif-file': 'out/belay.sarif' } });
    const log = JSON.parse(readFileSync(join(workspace, 'out/belay.sarif'), 'utf8')) as {
      readonly runs: readonly [{ readonly results: readonly { readonly ruleId: string }[] }];
    };
    const { errors, warnings } = run.outputs;
    expect(log.runs[0].results).toHaveLength(Number(errors) + Number(warnings));
    expect(log.runs[0].results[0]?.ruleId).toMatch(/^SEC-/);
  });

  it('cannot have that file written through a link of its own', async () => {
    const outside = join(mkdtempSync(join(tmpdir(), 'belay-outside-')), 'victim');
    litter.push(dirname(outside));
    writeFileSync(outside, 'untouched');
    for (const [file, link] of [
      ['belay.sarif', outside],
      ['out/victim', dirname(outside)],
    ] as const) {
      const { run } = await validate({
        inputs: { 'sarif-file': file },
        prepare: (workspace) => symlinkSync(link, join(workspace, file.split('/')[0] ?? '')),
      });
      expect(run.exitCode).toBe(1);
      expect(readFileSync(outside, 'utf8')).toBe('untouched');
    }
  });
});
