import { type ChildProcess, fork } from 'node:child_process';
import { type Campaign, playSeeds } from './campaign.ts';
import type { System } from './system.ts';

/** Seeds that a process plays at once: short enough that all end together, and that a broken one is told early. */
const AT_ONCE = 500;

/** The seeds `from` to `from + count - 1`. */
interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly drills: boolean;
}

/** Plays seeds in several processes, each of which begins with `--serve`, and puts together what they came to. */
export async function playInProcesses(
  { from, count, drills }: Stretch,
  {
    processes,
    stopAfter,
    seconds,
    tell,
  }: {
    readonly processes: number;
    readonly stopAfter: number;
    readonly seconds: number;
    readonly tell: (soFar: Campaign) => void;
  },
): Promise<Campaign> {
  const began = performance.now();
  const ended: Campaign[] = [];
  const soFar = (): Campaign => join(ended, (performance.now() - began) / 1000);
  let next = from;
  const take = (): Stretch | undefined => {
    const { failures, seconds: passed } = soFar();
    if (next >= from + count || failures.length >= stopAfter || passed > seconds) return undefined;
    const stretch = { from: next, count: Math.min(AT_ONCE, from + count - next), drills };
    next += stretch.count;
    return stretch;
  };
  const work = async (): Promise<void> => {
    const child = fork(process.argv[1] ?? '', ['--serve'], { serialization: 'advanced' });
    for (let stretch = take(); stretch; stretch = take()) {
      ended.push(await ask(child, stretch));
      tell(soFar());
    }
    child.disconnect();
  };
  await Promise.all(Array.from({ length: processes }, work));
  return soFar();
}

/** Answers each stretch of seeds with what it came to, until nobody asks any more. */
export function serve(system: System): void {
  process.on('message', async (stretch: Stretch) => {
    process.send?.(await playSeeds(system, stretch));
  });
}

function ask(child: ChildProcess, stretch: Stretch): Promise<Campaign> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`the process that played seeds ${stretch.from} and on ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (campaign) => {
      child.off('exit', onExit);
      resolve(campaign as Campaign);
    });
    child.send(stretch);
  });
}

function join(parts: readonly Campaign[], seconds: number): Campaign {
  const sum = (count: (part: Campaign) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  const coverage = new Map<string, number>();
  for (const part of parts)
    for (const [mark, times] of part.coverage) coverage.set(mark, (coverage.get(mark) ?? 0) + times);
  return {
    seeds: sum((part) => part.seeds),
    runs: sum((part) => part.runs),
    compared: sum((part) => part.compared),
    seconds,
    failures: parts.flatMap((part) => part.failures).sort((a, b) => a.seed - b.seed),
    coverage,
    restored: parts.flatMap((part) => part.restored).sort((a, b) => a - b),
  };
}
