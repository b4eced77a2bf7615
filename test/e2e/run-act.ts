import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { git } from '../lab/git/run-git.ts';
import { findProgram } from '../tools/find-program.ts';
import { ROOT } from './root.ts';

/** Runs workflows of the example by nektos/act, on this machine itself and without any network but 127.0.0.1. */

export interface ActJob {
  /** A checkout with the workflow in it. */
  readonly directory: string;
  readonly workflow: string;
  readonly event: 'schedule' | 'pull_request';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Variables of the runner, such as GITHUB_API_URL. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ActRun {
  readonly exitCode: number;
  readonly log: string;
  /** Outputs of the action's step. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The program, on PATH or where .ci/run puts it; undefined, after saying so, when it is not there. */
export function findAct(): string | undefined {
  return findProgram('act', {
    ...process.env,
    PATH: [process.env.PATH, join(ROOT, '.ci/bin')].join(delimiter),
  });
}

/** `actions/checkout` for machines without a network: what it does with `ref`, and nothing else. */
const CHECKOUT = `name: checkout
description: stands in for actions/checkout, which cannot be fetched here
inputs:
  ref: {description: branch, default: ''}
  fetch-depth: {description: depth, default: '1'}
  persist-credentials: {description: keep them, default: 'true'}
  token: {description: token, default: "\${{ github.token }}"}
runs:
  using: composite
  steps:
    - shell: bash
      env: {REF: "\${{ inputs.ref }}", TOKEN: "\${{ inputs.token }}"}
      run: |
        cd "$GITHUB_WORKSPACE"
        git init --quiet
        basic="$(printf 'x-access-token:%s' "$TOKEN" | base64 --wrap=0)"
        git -c "http.extraheader=AUTHORIZATION: basic $basic" fetch --quiet \\
          "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" '+refs/heads/*:refs/remotes/origin/*'
        git checkout --quiet --force -B "$REF" "refs/remotes/origin/$REF"
`;

export async function runAct(act: string, job: ActJob): Promise<ActRun> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-act-'));
  const checkout = join(folder, 'checkout');
  const belay = join(folder, 'belay');
  for (const path of [checkout, belay]) mkdirSync(path);
  writeFileSync(join(checkout, 'action.yml'), CHECKOUT);
  for (const name of ['actions', 'dist']) cpSync(join(ROOT, name), join(belay, name), { recursive: true });
  for (const dir of [checkout, belay]) await git({ dir, args: ['init', '--quiet'] });
  const payload = join(folder, 'event.json');
  writeFileSync(payload, JSON.stringify(job.payload));
  const { pin, platform } = adaptWorkflow(job);
  const args = [
    ...[job.event, '--workflows', join('.github/workflows', job.workflow), '--eventpath', payload],
    ...['--platform', `${platform}=-self-hosted`, '--action-offline-mode'],
    ...['--no-cache-server', '--artifact-server-addr', '127.0.0.1'],
    ...['--local-repository', `belay-dev/belay@v1=${belay}`, '--local-repository', `${pin}=${checkout}`],
    ...Object.entries(job.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.keys(job.secrets).flatMap((name) => ['--secret', name]),
  ];
  // act hands its own environment on to the job: it gets nothing of ours
  const env = { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', NO_COLOR: '1', ...job.secrets };
  return new Promise((resolve, reject) => {
    const child = spawn(act, args, { cwd: job.directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        log += chunk;
      });
    child.once('error', reject);
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve({ exitCode: code ?? -1, log, outputs: readOutputs(log) });
    });
  });
}

/**
 * What must be told to act: which checkout the workflow pins, and on which machine it wants to run. One word is taken out of the
 * workflow: act 0.2.87 does not know `deployment: false` of an environment, which GitHub's own parser does.
 */
function adaptWorkflow({ directory, workflow }: ActJob): { readonly pin: string; readonly platform: string } {
  const path = join(directory, '.github/workflows', workflow);
  const text = readFileSync(path, 'utf8');
  const pin = /uses: (actions\/checkout@\S+)/.exec(text)?.[1];
  const platform = /runs-on: (\S+)/.exec(text)?.[1];
  if (pin === undefined || platform === undefined) throw new Error(`${workflow}: no checkout or no runs-on`);
  writeFileSync(path, text.replace(/(environment: \{ name: \w+), deployment: false/, '$1'));
  return { pin, platform };
}

/** act prints each output that a step sets. */
function readOutputs(log: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...log.matchAll(/::set-output:: ([a-z-]+)=(\S*)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
