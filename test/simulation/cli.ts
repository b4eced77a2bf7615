import { cpus } from 'node:os';
import { type Campaign, hunt, playAgain, playSeeds } from './campaign.ts';
import { drawHistory } from './draw-drills.ts';
import { PLANTED } from './planted.ts';
import { printCampaign } from './print.ts';
import { playInProcesses, serve } from './processes.ts';
import { readLine, usage } from './read-line.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

const line = readLine(process.argv.slice(2));
if (line.kind === 'refused') refuse(line.why);
const { has, count, words } = line;

function refuse(what: string): never {
  console.error(`${what}\n\n${usage()}`);
  process.exit(2);
}

async function main(): Promise<number> {
  if (has('help')) {
    console.log(usage());
    return 0;
  }
  if (has('planted')) return huntAll();
  const system = await buildSystem();
  const drills = has('drills');
  if (has('serve')) {
    serve(system);
    return 0;
  }
  if (has('replay')) {
    const scenario = drawHistory(count('replay', 1), { drills });
    const outcome = await playAgain(system, scenario);
    console.log(JSON.stringify(scenario, null, 1).replace(/\n {2,}/g, ' '));
    console.log(outcome.trace.join('\n'));
    console.log(outcome.violations);
    return outcome.violations.length;
  }
  const stretch = { from: count('from', 1), count: count('seeds', 200), drills };
  const until = { stopAfter: count('stop', 20), seconds: 60 * count('minutes', 24 * 60) };
  const processes = count('processes', 1);
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
async function huntAll(): Promise<number> {
  const planted = PLANTED.filter(({ name }) => name.includes(words));
  if (planted.length === 0) refuse(`--only: no planted bug has "${words}" in its name`);
  const stretch = { from: count('from', 1), count: count('seeds', 2000) };
  process.stderr.write(
    `planted bugs to hunt: ${planted.length}, each in up to ${stretch.count} seeds; a row is printed when one is found\n`,
  );
  let left = 0;
  console.log('| planted bug | found by | at seed | what was seen |\n|---|---|---|---|');
  for (const { name, mutations, drills } of planted) {
    const found = await hunt(await buildSystem({ mutations }), { ...stretch, drills });
    if (!found) left += 1;
    console.log(
      `| ${name} | ${found?.violation.invariant ?? `not within ${stretch.count} seeds`} | ${found?.seed ?? ''} | ${(found?.violation.what ?? '').replace(/[|\n]/g, ' ').slice(0, 110)} |`,
    );
  }
  console.log(`${planted.length - left} of ${planted.length} found`);
  return left;
}

process.exitCode = (await main()) > 0 ? 1 : 0;
