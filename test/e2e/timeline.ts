import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInstant } from '../../src/core/units.ts';
import type { Health } from '../app/bench.ts';
import { minute } from '../builders/release.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { RepositorySettings } from '../lab/options.ts';
import { type RecordedPoint, writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { startPrometheus } from '../tools/prometheus-server.ts';
import { checkOut } from './checkout.ts';
import { type MetricsGateway, openGateway } from './metrics-gateway.ts';
import { findBundle } from './root.ts';

/** What is measured of a version, by the minute; a share that is undefined: it has no requests. */
export interface Measured {
  /** Share of the requests that fail. */
  readonly errors: Health;
  /** Share of the requests that the model answers with "I do not know". Default none. */
  readonly unsure?: Health;
}

/** The metrics of one repository: counters of versions that each get 2,000 requests a minute. */
export interface History {
  /** The label `at` of all its series, so that several repositories share a server. */
  readonly at: string;
  readonly versions: Readonly<Record<string, Measured>>;
  /** Minutes before and after minute 0. Default 20 and 200. */
  readonly before?: number;
  readonly after?: number;
}

/** One run of the bundle. */
export interface Outcome {
  readonly exitCode: number | null;
  /** What the run printed as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a report as JSON has it, of which a test asks for parts
  readonly report: any;
  readonly stderr: string;
}

/** A GitHub whose clock is set by the test, a real Prometheus with all that is ever measured, and the bundle at a terminal. */
export interface Timeline {
  readonly lab: Lab;
  readonly gateway: MetricsGateway;
  createRepository(
    name: string,
    files: Readonly<Record<string, string>>,
    settings?: RepositorySettings,
  ): Promise<RepositoryHandle>;
  /** Sets the clock of GitHub to a minute. */
  moveTo(at: number): void;
  /** Runs `belay` at a minute on a new checkout. */
  run(repository: RepositoryHandle, at: number, line: readonly string[]): Promise<Outcome>;
  close(): Promise<void>;
}

const TOKEN = 'prom-5ecr3t';
const PER_MINUTE = 2_000;

/** Starts the lab and the server; some seconds. @param openMetrics the past and the future, as OpenMetrics text */
export async function openTimeline(openMetrics: string): Promise<Timeline> {
  let now: number = minute(0);
  const lab = await startLab({ clock: { now: () => now } });
  const gateway = await openGateway({ token: TOKEN });
  const prometheus = await startPrometheus({ openMetrics });
  gateway.target = prometheus.url;
  const litter: string[] = [];
  const moveTo = (at: number): void => {
    now = minute(at);
  };
  return {
    lab,
    gateway,
    createRepository: (name, files, settings = {}) =>
      lab.createRepository({ name, files, settings: { actionsMayCreatePulls: true, ...settings } }),
    moveTo,
    async run(repository, at, line) {
      moveTo(at);
      const token = lab.tokens.actions;
      const place = { serverUrl: lab.serverUrl, repository: repository.fullName, token };
      const workspace = await checkOut(place);
      litter.push(join(workspace, '..'));
      const flags = ['--forge', 'github', '--branch', 'main', '--format', 'json'];
      return startBundle([...line, ...flags, '--now', formatInstant(minute(at))], {
        cwd: workspace,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: tmpdir(),
          USER: 'mona',
          PROMETHEUS_TOKEN: TOKEN,
          GITHUB_TOKEN: token,
          GITHUB_REPOSITORY: repository.fullName,
          GITHUB_API_URL: lab.apiUrl,
          GITHUB_GRAPHQL_URL: lab.graphqlUrl,
          GITHUB_SERVER_URL: lab.serverUrl,
        },
      });
    },
    async close() {
      await prometheus.stop();
      await gateway.close();
      await lab.close();
      await Promise.all(litter.map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

function startBundle(
  line: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [findBundle(), ...line], options);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => {
      if (stdout === '') reject(new Error(`belay ${line.join(' ')}: no report; it said: ${stderr}`));
      else resolve({ exitCode, report: JSON.parse(stdout), stderr });
    });
  });
}

/** The metrics of several repositories as one OpenMetrics text. */
export function writeHistories(histories: readonly History[]): string {
  const family = (name: string, shareOf: (measured: Measured) => Health) => ({
    name,
    type: 'counter' as const,
    series: histories.flatMap((history) =>
      Object.entries(history.versions).map(([version, measured]) => ({
        labels: { at: history.at, version },
        points: countUp(history, shareOf(measured)),
      })),
    ),
  });
  return writeOpenMetrics([
    family(
      'predict',
      ({ errors }) =>
        (at) =>
          errors(at) === undefined ? 0 : 1,
    ),
    family('predict_errors', ({ errors }) => errors),
    family(
      'predict_unsure',
      ({ errors, unsure }) =>
        (at) =>
          errors(at) === undefined ? 0 : unsure?.(at),
    ),
  ]);
}

function countUp({ before = 20, after = 200 }: History, share: Health): readonly RecordedPoint[] {
  let sum = 0;
  return Array.from({ length: before + after }, (_, index): RecordedPoint => {
    const at = index - before;
    sum += PER_MINUTE * (share(at) ?? 0);
    return [minute(at), Math.floor(sum)];
  });
}
