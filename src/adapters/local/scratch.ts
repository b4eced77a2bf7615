import { ToolError } from '../../core/errors.ts';
import { DRILL_BRANCHES } from '../../core/manifest/config-schema.ts';
import { sha } from '../../core/units.ts';
import type { Scratch, ScratchBranch } from '../../ports/scratch.ts';
import { createGit, gitOutput } from '../git/git-process.ts';
import { checkScratchBranch } from '../operation.ts';
import { createLocalForge, type LocalForgeOptions } from './local-forge.ts';

/** Scratch branches of a repository on disk, which asks nothing of a pull request. */
export function createLocalScratch(options: LocalForgeOptions & { readonly defaultBranch: string }): Scratch {
  const git = createGit(options);
  const { defaultBranch } = options;
  return {
    list: async () => {
      const output = await gitOutput(git, 'list the branches of drills', {
        args: ['for-each-ref', '--format=%(refname) %(objectname)', `refs/heads/${DRILL_BRANCHES}`],
      });
      return output.trim().split('\n').filter(Boolean).map(readLine);
    },
    create: async (branch, at) => {
      checkScratchBranch(branch, defaultBranch);
      // an empty old value: the branch must not be there
      const args = ['update-ref', '-m', 'belay: begin a drill', `refs/heads/${branch}`, at, ''];
      await gitOutput(git, `make branch "${branch}"`, { args });
      return { kind: 'created' };
    },
    remove: async ({ name, tip }) => {
      checkScratchBranch(name, defaultBranch);
      await git({ args: ['update-ref', '-m', 'belay: end a drill', '-d', `refs/heads/${name}`, tip] });
    },
    onto: (branch) => {
      checkScratchBranch(branch, defaultBranch);
      return createLocalForge({ ...options, defaultBranch: branch });
    },
    landing: async () => ({ requirements: [], autoMerge: false }),
  };
}

function readLine(line: string): ScratchBranch {
  const [ref = '', object = ''] = line.split(' ');
  const name = ref.replace(/^refs\/heads\//, '');
  if (name === ref)
    throw new ToolError({ code: 'CORRUPT', message: `git: expected a branch, got "${line}". Report it` });
  return { name, tip: sha(object), id: name };
}
