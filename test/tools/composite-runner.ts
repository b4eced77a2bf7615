import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NoOperationTraceWriter } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';
import { parse } from 'yaml';
import { type Contexts, holds, interpolate } from './actions-expressions.ts';
import { readFileCommands } from './file-commands.ts';
import { readStepLog, type StepLog } from './workflow-log.ts';

/** A step of a job that `uses` a composite action. */
export interface UsesStep {
  /** Path of its action.yml. */
  readonly action: string;
  /** The step's `with`, expressions evaluated. */
  readonly with?: Readonly<Record<string, string>>;
  /** The step's `env` and the job's: an action's steps see both. */
  readonly env?: Readonly<Record<string, string>>;
  /** The `github` context. Variables of the same name in upper case follow from it. */
  readonly github: GitHubContext;
  /** Where programs are. Default: this process's own PATH. */
  readonly path?: string;
  /** Values of the `secrets` context: masked from the beginning. */
  readonly secrets?: readonly string[];
  /** Debug logging, as by "Re-run jobs" with it. */
  readonly debug?: boolean;
  /** The job is cancelled when the output of the step matches: SIGINT to its first process alone, as the runner does. */
  readonly cancelAt?: RegExp;
}

/** What an action can know of the run. */
export interface GitHubContext {
  readonly token: string;
  readonly repository: string;
  readonly ref: string;
  readonly ref_name: string;
  readonly sha: string;
  readonly event_name: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly workspace: string;
  readonly api_url: string;
  readonly graphql_url: string;
  readonly server_url: string;
}

export interface ActionRun extends StepLog {
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown of the job summary. */
  readonly summary: string;
  /** RUNNER_TEMP of the run, for the caller to remove. */
  readonly temp: string;
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>;
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

interface ActionStep {
  readonly id?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** What a step of an action may say here; anything else would be left out in silence. */
const STEP_KEYS = ['id', 'name', 'if', 'shell', 'run', 'env'];

/**
 * Runs a composite action as GitHub's runner does on a Linux machine: no INPUT_* variables, `required` not enforced, a new
 * bash for each step, an environment that holds what the runner sets and nothing of ours.
 *
 * @throws Error for an action.yml that GitHub's parser finds fault with, or that uses what is not built here
 */
export async function runAction(step: UsesStep): Promise<ActionRun> {
  const file = readAction(step.action);
  const inputs = resolveInputs(file, step);
  const temp = mkdtempSync(join(tmpdir(), 'belay-runner-'));
  const results: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  const summaries: string[] = [];
  let output = '';
  let exitCode = 0;
  for (const [index, one] of file.runs.steps.entries()) {
    const contexts: Contexts = { github: step.github, inputs, steps: results, runner: { os: 'Linux', temp } };
    if (exitCode !== 0 || !holds(one.if, contexts)) continue;
    const files = makeFiles(temp, index);
    const ran = await runStep(step, { one, contexts, files, temp });
    output += ran.output;
    exitCode = ran.exitCode;
    if (one.id !== undefined)
      results[one.id] = { outputs: readFileCommands(readFileSync(files.output, 'utf8')) };
    summaries.push(readFileSync(files.stepSummary, 'utf8'));
  }
  const outputs = Object.entries(file.outputs ?? {}).map(
    ([name, { value }]) =>
      [name, interpolate(value, { github: step.github, inputs, steps: results })] as const,
  );
  return {
    ...readStepLog(output, [step.github.token, ...(step.secrets ?? [])]),
    exitCode,
    outputs: Object.fromEntries(outputs),
    summary: summaries.join(''),
    temp,
  };
}

function readAction(path: string): ActionFile {
  const content = readFileSync(path, 'utf8');
  const { context } = parseAction({ name: path, content }, new NoOperationTraceWriter());
  const [fault] = context.errors.getErrors();
  if (fault) throw new Error(`${path}: ${fault.message}`);
  const file = parse(content) as ActionFile;
  if (file.runs.using !== 'composite')
    throw new Error(`${path}: expected a composite action, got "${file.runs.using}"`);
  for (const step of file.runs.steps) {
    const strange = Object.keys(step).filter((key) => !STEP_KEYS.includes(key));
    if (strange.length > 0)
      throw new Error(`${path}: this runner cannot do "${strange.join(', ')}" of a step`);
    if (step.shell !== 'bash') throw new Error(`${path}: this runner knows no shell but bash`);
  }
  return file;
}

/** Defaults may look at the `github` context; what is given, an empty text too, replaces them. */
function resolveInputs(file: ActionFile, step: UsesStep): Readonly<Record<string, string>> {
  const given = step.with ?? {};
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(file.inputs ?? {}, name));
  if (unknown.length > 0) throw new Error(`unexpected input(s) '${unknown.join("', '")}'`);
  return Object.fromEntries(
    Object.entries(file.inputs ?? {}).map(([name, input]) => [
      name,
      given[name] ?? interpolate(String(input.default ?? ''), { github: step.github }),
    ]),
  );
}

interface StepFiles {
  readonly output: string;
  readonly env: string;
  readonly path: string;
  readonly state: string;
  readonly stepSummary: string;
}

/** One file of each kind, empty, as the runner makes them for every step. */
function makeFiles(temp: string, index: number): StepFiles {
  const make = (kind: string): string => {
    const path = join(temp, `${kind}_${index}`);
    writeFileSync(path, '');
    return path;
  };
  return {
    output: make('set_output'),
    env: make('set_env'),
    path: make('add_path'),
    state: make('save_state'),
    stepSummary: make('step_summary'),
  };
}

interface StepInput {
  readonly one: ActionStep;
  readonly contexts: Contexts;
  readonly files: StepFiles;
  readonly temp: string;
}

function runStep(
  step: UsesStep,
  { one, contexts, files, temp }: StepInput,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const script = join(temp, `${files.output.slice(-1)}.sh`);
  writeFileSync(script, interpolate(one.run ?? '', contexts));
  const own = Object.entries(one.env ?? {}).map(
    ([name, value]) => [name, interpolate(String(value), contexts)] as const,
  );
  const env = { ...runnerEnvironment(step, { files, temp }), ...step.env, ...Object.fromEntries(own) };
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
      cwd: step.github.workspace,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let isCancelled = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (isCancelled || !step.cancelAt?.test(output)) return;
        isCancelled = true;
        child.kill('SIGINT');
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, output: output.replace(/\n?$/, '\n') }));
  });
}

/** What the runner sets for every step. There is no GITHUB_TOKEN among it, and no INPUT_*. */
function runnerEnvironment(
  step: UsesStep,
  { files, temp }: Pick<StepInput, 'files' | 'temp'>,
): Record<string, string> {
  const { github } = step;
  const event = join(temp, 'event.json');
  if (!existsSync(event)) writeFileSync(event, JSON.stringify(github.event));
  return {
    PATH: step.path ?? process.env.PATH ?? '',
    HOME: temp,
    LANG: 'C.UTF-8',
    CI: 'true',
    ...(step.debug ? { RUNNER_DEBUG: '1' } : {}),
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'runner',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_TEMP: temp,
    RUNNER_WORKSPACE: dirname(github.workspace),
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__belay',
    GITHUB_ACTION_PATH: dirname(step.action),
    GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTION_REPOSITORY: 'belay-dev/belay',
    GITHUB_ACTOR: github.actor,
    GITHUB_API_URL: github.api_url,
    GITHUB_EVENT_NAME: github.event_name,
    GITHUB_EVENT_PATH: event,
    GITHUB_GRAPHQL_URL: github.graphql_url,
    GITHUB_JOB: 'belay',
    GITHUB_REF: github.ref,
    GITHUB_REF_NAME: github.ref_name,
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: github.repository,
    GITHUB_REPOSITORY_OWNER: github.repository.split('/')[0] ?? '',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: github.server_url,
    GITHUB_SHA: github.sha,
    GITHUB_TRIGGERING_ACTOR: github.actor,
    GITHUB_WORKFLOW: 'Belay',
    GITHUB_WORKSPACE: github.workspace,
    GITHUB_OUTPUT: files.output,
    GITHUB_ENV: files.env,
    GITHUB_PATH: files.path,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.stepSummary,
  };
}
