import { expect } from 'vitest';
import { describeForgeContract } from '../forge-contract.ts';
import { openGitHubBench } from './github-bench.ts';

describeForgeContract({
  name: 'GitHub',
  hasRequests: true,
  open: async (files) => {
    const bench = await openGitHubBench(files);
    const close = async () => {
      expect(bench.lab.violations).toEqual([]);
      await bench.close();
    };
    return { ...bench, close };
  },
});
