import { expect, it } from 'vitest';
import { createLocalScratch } from '../../../src/adapters/local/scratch.ts';
import { FIRST_FILES } from '../forge-contract.ts';
import { describeScratchContract } from '../scratch-contract.ts';
import { openLocalBench, tickingClock } from './local-bench.ts';

async function open(files: Parameters<typeof openLocalBench>[0]) {
  const bench = await openLocalBench(files, 'working-tree');
  const { directory } = bench;
  const scratch = createLocalScratch({ directory, defaultBranch: 'main', clock: tickingClock() });
  return { ...bench, scratch };
}

describeScratchContract({ name: 'local', open });

it('asks nothing of a pull request', async () => {
  const { scratch, close } = await open(FIRST_FILES);
  expect(await scratch.landing()).toEqual({ requirements: [], autoMerge: false });
  await close();
});
