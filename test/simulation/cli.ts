import { cpus } from 'node:os';
import { type Campaign, hunt, playAgain, playSeeds } from './campaign.ts';
import { drawHistory } from './draw-drills.ts';
import { PLANTED } from './planted.ts';
import { printCampaign } from './print.ts';
import { playInProcesses, serve } from './processes.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

const args = process.argv.slice(2);
const option = (name: string, usual: number): number => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? usual : Number(args[at + 1]);
};

const word = (name: string): string | undefined => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
};

async function main(): Promise<number> {
  if (args.includes('--planted')) return huntAll(option('seeds', 2000), word('only') ?? '');
  const system = await buildSystem();
  const drills = args.includes('--drills');
  if (args.includes('--serve')) {
    serve(system);
    return 0;
  }
  if (args.includes('--replay')) {
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
  if (first && !args.includes('--no-shrink')) {
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
