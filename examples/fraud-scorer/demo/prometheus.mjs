import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Prometheus on 127.0.0.1 that scrapes the demo's servers. */

/**
 * @param {{program?: string, scrapeSeconds?: number}} [options] `program`: name or path of the binary
 * @returns {Promise<{url: string, setTargets: (targets: import('./cluster.mjs').Target[]) => Promise<void>, close: () => Promise<void>}>}
 */
export async function startPrometheus({ program = 'prometheus', scrapeSeconds = 1 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'belay-demo-prometheus-'));
  const targetsFile = join(folder, 'targets.json');
  const configFile = join(folder, 'prometheus.yml');
  // Prometheus watches the file of targets; a rename never shows it half of one.
  const setTargets = async (targets) => {
    const groups = targets.map(({ backend, url }) => ({
      targets: [new URL(url).host],
      labels: { backend },
    }));
    await writeFile(`${targetsFile}.new`, JSON.stringify(groups));
    await rename(`${targetsFile}.new`, targetsFile);
  };
  await setTargets([]);
  await writeFile(configFile, JSON.stringify(configuration(targetsFile, scrapeSeconds)));
  const child = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const close = async () => {
    if (child.exitCode === null && child.pid !== undefined) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await urlWhenReady(child), setTargets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

// JSON is YAML.
function configuration(targetsFile, scrapeSeconds) {
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: `${scrapeSeconds}s` },
    scrape_configs: [
      {
        job_name: 'fraud-scorer',
        file_sd_configs: [{ files: [targetsFile], refresh_interval: '5s' }],
      },
    ],
  };
}

/** The address that Prometheus logs, once it logs that it is ready. */
function urlWhenReady(child) {
  return new Promise((resolve, reject) => {
    let log = '';
    child.once('error', (error) => reject(new Error(`prometheus: ${error.message}`)));
    child.once('exit', (code) =>
      reject(new Error(`prometheus: ended with exit code ${code}\n${log.slice(-1_000)}`)),
    );
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      if (log.length < 100_000) log += text;
      const [, address] = /[Ll]istening on.*?address=(127\.0\.0\.1:\d+)/.exec(log) ?? [];
      if (address && /ready to receive web requests/.test(log)) resolve(`http://${address}`);
    });
  });
}
