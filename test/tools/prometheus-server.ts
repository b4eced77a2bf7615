import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';

export interface PrometheusOptions {
  /**
   * History in OpenMetrics text: samples of a family together, counters named `x_total` under `# TYPE x counter`,
   * timestamps in seconds (past or future), last line `# EOF`. Only `# EOF` gives a server without data.
   */
  readonly openMetrics: string;
  /** More flags of the server, e.g. `--query.lookback-delta=1m`. */
  readonly flags?: readonly string[];
  /** How long promtool and the start of the server may take, each. Default 30 s. */
  readonly startTimeoutMs?: number;
}

export interface PrometheusServer {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  readonly url: string;
  /** Ends the process and removes its folder; a second call does nothing. */
  stop(): Promise<void>;
}

/**
 * A real Prometheus that serves given history and scrapes nothing, on a free port of 127.0.0.1. It and its temporary
 * folder go away with `stop`, and also when this process ends in any way, a kill included.
 *
 * @throws Error when a program is missing, the history is refused or the server does not come up; the message ends with
 * what the program said. Check `hasPrometheus()` first to skip.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const programs = { prometheus: findProgram('prometheus'), promtool: findProgram('promtool') };
  if (programs.prometheus === undefined || programs.promtool === undefined)
    throw new Error('prometheus: needs the programs "prometheus" and "promtool" on PATH');
  const folder = await mkdtemp(join(tmpdir(), 'belay-prometheus-'));
  try {
    await loadHistory({ ...options, promtool: programs.promtool, folder });
    return await launch({ ...options, prometheus: programs.prometheus, folder });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Whether this machine can start one; says what is missing, see `findProgram`. */
export function hasPrometheus(): boolean {
  return ['prometheus', 'promtool'].map((name) => findProgram(name)).every((path) => path !== undefined);
}

type Settings = PrometheusOptions & { readonly folder: string };

async function loadHistory(given: Settings & { readonly promtool: string }): Promise<void> {
  const history = join(given.folder, 'history.om');
  await writeFile(history, given.openMetrics);
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '-q', history, join(given.folder, 'data')];
  try {
    await promisify(execFile)(given.promtool, args, { timeout: given.startTimeoutMs ?? 30_000 });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`promtool refused the history: ${said || String(error)}`, { cause: error });
  }
}

async function launch(given: Settings & { readonly prometheus: string }): Promise<PrometheusServer> {
  const config = join(given.folder, 'prometheus.yml');
  await writeFile(config, 'global: {}\n');
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(given.folder, 'data')}`,
    '--storage.tsdb.retention.time=10y',
    // Equal durations switch compaction off: a short-lived server need not merge blocks.
    '--storage.tsdb.min-block-duration=2h',
    '--storage.tsdb.max-block-duration=2h',
    '--web.listen-address=127.0.0.1:0',
    ...(given.flags ?? []),
  ];
  const server = spawn(given.prometheus, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    server.once('close', () => resolve());
    server.once('error', () => resolve());
  });
  const guard = guardAgainstOwnDeath({ server, folder: given.folder });
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    guard?.kill('SIGKILL');
    await rm(given.folder, { recursive: true, force: true });
  };
  try {
    const address = await addressWhenReady({ server, timeoutMs: given.startTimeoutMs ?? 30_000 });
    return { url: `http://${address}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A shell that waits for the end of its input. That end comes when this process dies, by whatever signal; then it kills
 * the server and removes the folder. An `exit` listener would not run when a test runner kills its worker.
 */
function guardAgainstOwnDeath(given: {
  readonly server: ChildProcess;
  readonly folder: string;
}): ChildProcess | undefined {
  if (given.server.pid === undefined) return undefined;
  const script = 'read -r _; kill -9 "$1"; sleep 0.2; rm -rf -- "$2"';
  const guard = spawn('sh', ['-c', script, 'guard', String(given.server.pid), given.folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return guard;
}

/** The address that the log names, once the log says that the server is ready; no polling. */
function addressWhenReady(given: {
  readonly server: ChildProcess;
  readonly timeoutMs: number;
}): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`prometheus ${why}. It said:\n${log.slice(-2000)}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${given.timeoutMs} ms`), given.timeoutMs);
    given.server.once('error', (error) => fail(`could not be started: ${error.message}`));
    given.server.once('close', (code) => fail(`ended with code ${code} before it was ready`));
    given.server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (log.length < 1_000_000) log += chunk;
      const address = /Listening on.*?address=(\S+)/.exec(log)?.[1];
      if (address === undefined || !log.includes('ready to receive web requests')) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
