import { cpus } from 'node:os';
import { hunt, playAgain, playSeeds } from './campaign.ts';
import { drawScenario } from './draw.ts';
import { PLANTED } from './planted.ts';
import { printCampaign } from './print.ts';
import { shrink } from './shrink.ts';
import { buildSystem } from './system.ts';

const args = process.argv.slice(2);
const option = (name: string, usual: number): number => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? usual : Number(args[at + 1]);
};

async function main(): Promise<number> {
  if (args.includes('--planted')) return huntAll(option('seeds', 2000));
  const system = await buildSystem();
  if (args.includes('--replay')) {
    const scenario = drawScenario(option('replay', 1));
    const outcome = await playAgain(system, scenario);
    console.log(JSON.stringify(scenario, null, 1).replace(/\n {2,}/g, ' '));
    console.log(outcome.trace.join('\n'));
    console.log(outcome.violations);
    return outcome.violations.length;
  }
  const campaign = await playSeeds(system, {
    from: option('from', 1),
    count: option('seeds', 200),
    stopAfter: option('stop', 20),
    seconds: 60 * option('minutes', 24 * 60),
  });
  console.log(
    printCampaign(campaign, `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? ''}`),
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

/** The table of the planted bugs: which seed and which invariant found each. */
async function huntAll(count: number): Promise<number> {
  let left = 0;
  console.log('| planted bug | found by | at seed | what was seen |\n|---|---|---|---|');
  for (const { name, mutations } of PLANTED) {
    const found = await hunt(await buildSystem({ mutations }), { from: option('from', 1), count });
    if (!found) left += 1;
    console.log(
      `| ${name} | ${found?.violation.invariant ?? `not within ${count} seeds`} | ${found?.seed ?? ''} | ${(found?.violation.what ?? '').replace(/[|\n]/g, ' ').slice(0, 110)} |`,
    );
  }
  console.log(`${PLANTED.length - left} of ${PLANTED.length} found`);
  return left;
}

process.exitCode = (await main()) > 0 ? 1 : 0;
