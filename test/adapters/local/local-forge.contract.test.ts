import { describeForgeContract } from '../forge-contract.ts';
import { openLocalBench } from './local-bench.ts';

for (const layout of ['bare', 'working-tree'] as const)
  describeForgeContract({
    name: `local, ${layout}`,
    hasRequests: false,
    open: (files) => openLocalBench(files, layout),
  });
