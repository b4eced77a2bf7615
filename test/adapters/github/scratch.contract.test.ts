import { afterEach, describe, expect, it } from 'vitest';
import type { RepositorySettings } from '../../lab/options.ts';
import { FIRST_FILES } from '../forge-contract.ts';
import { describeScratchContract } from '../scratch-contract.ts';
import { type GitHubBench, openGitHubBench } from './github-bench.ts';

describeScratchContract({
  name: 'GitHub',
  open: async (files) => {
    const bench = await openGitHubBench(files);
    const close = async () => {
      expect(bench.lab.violations).toEqual([]);
      await bench.close();
    };
    return { ...bench, scratch: bench.openScratch(), close };
  },
});

describe('what the default branch asks of a pull request', () => {
  let bench: GitHubBench;
  afterEach(async () => {
    expect(bench.lab.violations).toEqual([]);
    await bench.close();
  });

  it.each<readonly [string, RepositorySettings, readonly string[], boolean]>([
    ['nothing', {}, [], false],
    [
      'what a ruleset says',
      { rules: { checks: ['ci', 'lint'], approvals: 2 }, autoMergeAllowed: true },
      ['2 approving review(s)', 'check "ci"', 'check "lint"'],
      true,
    ],
    ['what classic protection says', { rules: { kind: 'classic', checks: ['ci'] } }, ['check "ci"'], false],
  ])('is %s', async (_, settings, requirements, autoMerge) => {
    bench = await openGitHubBench(FIRST_FILES, { settings });
    expect(await bench.openScratch().landing()).toEqual({ requirements, autoMerge });
  });

  it('is missing a permission when the token may not make branches, and says which', async () => {
    bench = await openGitHubBench(FIRST_FILES);
    const outcome = await bench
      .openScratch(bench.lab.tokens.readOnly)
      .create('belay/drill/a/20261130T000000Z/base', (await bench.tip('main'))!);
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'PERMISSION_MISSING',
      message: expect.stringContaining('It needs "contents: write"'),
    });
  });
});
