import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Campaign, hunt, playAgain, playSeeds } from './campaign.ts';
import { drawHistory } from './draw-drills.ts';
import { PLANTED } from './planted.ts';
import { printCampaign } from './print.ts';
import { playInProcesses, serve } from './processes.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

const NUMBERS = ['seeds', 'from', 'replay', 'stop', 'minutes', 'processes'] as const;
const FLAGS = ['planted', 'drills', 'serve', 'no-shrink'] as const;
const USAGE = `npm run sim -- ${NUMBERS.map((name) => `[--${name} N]`).join(' ')} [--only WORDS] ${FLAGS.map((name) => `[--${name}]`).join(' ')}; docs/simulation.md says what each is for`;

const given = readLine();

function readLine() {
  const options = {
    only: { type: 'string' },
    ...Object.fromEntries(NUMBERS.map((name) => [name, { type: 'string' }] as const)),
    ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'boolean' }] as const)),
  } as const;
  try {
    return parseArgs({ options }).values as Readonly<Record<string, string | boolean | undefined>>;
  } catch (fault) {
    return refuse((fault as Error).message);
  }
}

function refuse(what: string): never {
  console.error(`${what}\n${USAGE}`);
  process.exit(2);
}

function option(name: (typeof NUMBERS)[number], usual: number): number {
  const text = given[name];
  if (text === undefined) return usual;
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text))
    refuse(`--${name}: expected a number, got "${text}"`);
  return Number(text);
}

const has = (name: (typeof FLAGS)[number]): boolean => given[name] === true;

async function main(): Promise<number> {
  if (has('planted')) return huntAll(option('seeds', 2000), String(given.only ?? ''));
  const system = await buildSystem();
  const drills = has('drills');
  if (has('serve')) {
    serve(system);
    return 0;
  }
  if (given.replay !== undefined) {
    const scenario = drawHistory(option('replay', 1), { drills });
    const outcome = await playAgain(system, scenario);
    console.log(JSON.stringify(scenario, null, 1).replace(/\n {2,}/g, ' '));
    console.log(outcome.trace.join('\n'));
    console.log(outcome.violations);
    return outcome.violations.length;
  }
  const stretch = { from: option('from', 1), count: option('seeds', 200), drills };
  const until = { stopAfter: option('stop', 20), seconds: 60 * option('minutes', 24 * 60) };
  const processes = option('processes', 1);
  const campaign =
    processes > 1
      ? await playInProcesses(stretch, { ...until, processes, tell: (soFar) => tell(soFar, stretch.count) })
      : await playSeeds(system, { ...stretch, ...until });
  console.log(
    printCampaign(campaign, {
      machine: `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? ''}`,
      drills,
    }),
  );
  const [first] = campaign.failures;
  if (first && !has('no-shrink')) {
    const small = await shrink(first.scenario, first.violation.invariant, {
      play: (one) => playAgain(system, one),
    });
    console.log(`seed ${first.seed} shrunk: ${JSON.stringify(small)}`);
    const outcome = await playAgain(system, small);
    console.log(outcome.trace.join('\n'));
    console.log(outcome.violations);
  }
  return campaign.failures.length;
}

/** A long run says how far it is. */
function tell({ seeds, failures }: Campaign, count: number): void {
  const broken = failures.map(({ seed, violation }) => `; ${seed}: ${violation.invariant}`).join('');
  process.stderr.write(`${seeds} of ${count} seeds, ${failures.length} broken${broken}\n`);
}

/** The table of the planted bugs whose names hold some words: which seed and which invariant found each. */
async function huntAll(count: number, words: string): Promise<number> {
  const planted = PLANTED.filter(({ name }) => name.includes(words));
  if (planted.length === 0) refuse(`--only: no planted bug has "${words}" in its name`);
  let left = 0;
  console.log('| planted bug | found by | at seed | what was seen |\n|---|---|---|---|');
  for (const { name, mutations, drills } of planted) {
    const stretch = { from: option('from', 1), count, drills };
    const found = await hunt(await buildSystem({ mutations }), stretch);
    if (!found) left += 1;
    console.log(
      `| ${name} | ${found?.violation.invariant ?? `not within ${count} seeds`} | ${found?.seed ?? ''} | ${(found?.violation.what ?? '').replace(/[|\n]/g, ' ').slice(0, 110)} |`,
    );
  }
  console.log(`${planted.length - left} of ${planted.length} found`);
  return left;
}

process.exitCode = (await main()) > 0 ? 1 : 0;
