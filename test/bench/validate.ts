import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../e2e/root.ts';
import { writeManyReleases } from './many-releases.ts';

/**
 * How fast `validate` is on many releases, and how much memory it takes: `npm run bench:validate [-- --releases 1000 --runs 7]`.
 * Beside it, the same files read and parsed by `yaml` alone (records by JSON.parse), in a process of its own that starts the same
 * way; the two take turns, and medians are printed. Time is that of the processor: others use the machine as well.
 */

const GOAL_RATIO = 1.5;
const GOAL_MEGABYTES = 200;

const option = (name: string, otherwise: number): number =>
  Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || otherwise;
const releases = option('releases', 1_000);
const runs = option('runs', 7);

/** What each program does when it is run, and what it then says of itself. */
const PROGRAMS = {
  validate: `
    import { runValidate } from './src/cli/commands/validate.ts';
    const sink = { write: () => true };
    const context = { env: {}, cwd: process.argv[2], stderr: sink, stdout: sink };
    const { exitCode, text } = await runValidate({ flags: {}, positionals: [] }, context);
    if (exitCode !== 0) throw new Error(text.slice(0, 2_000));
    say();`,
  yaml: `
    import { readdirSync, readFileSync } from 'node:fs';
    import { parse } from 'yaml';
    const root = process.argv[2];
    for (const folder of ['.belay', 'releases', 'serving'])
      for (const name of readdirSync(\`\${root}/\${folder}\`, { recursive: true })) {
        const read = () => readFileSync(\`\${root}/\${folder}/\${name}\`, 'utf8');
        if (name.endsWith('.yaml')) parse(read());
        if (name.endsWith('.json')) JSON.parse(read());
      }
    say();`,
} as const;
type ProgramName = keyof typeof PROGRAMS;
const SAY = `
    function say() {
      const { user, system } = process.cpuUsage();
      const { maxRSS } = process.resourceUsage();
      console.log(JSON.stringify({ ms: (user + system) / 1_000, wall: performance.now(), megabytes: maxRSS / 1_024 }));
    }`;

interface Cost {
  /** Time of the processor, start of the process included. */
  readonly ms: number;
  readonly wall: number;
  readonly megabytes: number;
}

function build(folder: string, name: ProgramName): string {
  const outfile = join(folder, `${name}.mjs`);
  const require = `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(outfile)});`;
  buildSync({
    stdin: { contents: PROGRAMS[name] + SAY, resolveDir: ROOT, loader: 'ts' },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    ...{ outfile, banner: { js: require } },
  });
  return outfile;
}

function run(program: string, directory: string): Cost {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Cost;
}

function median(costs: readonly Cost[], key: keyof Cost): number {
  const sorted = costs.map((cost) => cost[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'belay-bench-validate-'));
try {
  const directory = join(folder, 'repository');
  const files = await writeManyReleases(directory, releases);
  writeFileSync(join(folder, 'package.json'), '{}\n');
  const programs = { validate: build(folder, 'validate'), yaml: build(folder, 'yaml') };
  const costs: Record<ProgramName, Cost[]> = { validate: [], yaml: [] };
  for (let round = 0; round < runs; round += 1)
    for (const name of ['yaml', 'validate'] as const) costs[name].push(run(programs[name], directory));
  console.log(`${releases} releases of 8 checks, ${files} files; medians of ${runs} runs that took turns`);
  for (const name of ['yaml', 'validate'] as const) {
    const ms = median(costs[name], 'ms');
    console.log(
      `  ${name.padEnd(9)} ${ms.toFixed(0)} ms of processor, ${((releases / ms) * 1_000).toFixed(0)} manifests/s, ` +
        `${median(costs[name], 'wall').toFixed(0)} ms by the clock, ${median(costs[name], 'megabytes').toFixed(0)} MB at most`,
    );
  }
  const ratios = costs.validate.map(({ ms }, round) => ms / (costs.yaml[round]?.ms ?? Number.NaN)).sort();
  const ratio = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
  const megabytes = median(costs.validate, 'megabytes');
  const say = (met: boolean): string => (met ? 'met' : 'missed');
  console.log(`  ratio     ${ratio.toFixed(2)} (goal ${GOAL_RATIO}: ${say(ratio <= GOAL_RATIO)})`);
  console.log(
    `  memory    ${megabytes.toFixed(0)} MB (goal ${GOAL_MEGABYTES}: ${say(megabytes <= GOAL_MEGABYTES)})`,
  );
  if (megabytes > GOAL_MEGABYTES) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
