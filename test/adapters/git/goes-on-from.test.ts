import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGitReader } from '../../../src/adapters/git/git-reader.ts';
import { type Sha, sha } from '../../../src/core/units.ts';
import {
  createScratchRepository,
  personGit,
  type ScratchRepository,
  scratchFolder,
} from '../scratch-repository.ts';

let repository: ScratchRepository;
let base: Sha;

beforeEach(() => {
  repository = createScratchRepository();
  repository.write('a', '1\n');
  repository.commit('one');
  repository.write('a', '2\n');
  base = repository.commit('two');
});

afterEach(() => repository.remove());

function goesOn(commit: Sha, directory = repository.directory): Promise<boolean> {
  const at = sha(personGit(directory, ['rev-parse', 'HEAD']));
  return createGitReader({ directory, defaultBranch: 'main' }).goesOnFrom(at, commit);
}

it.each([
  ['merge', ['merge', '--no-ff', '-m', 'Merge', 'belay/x']],
  ['squash', ['merge', '--squash', 'belay/x']],
  ['rebase', ['cherry-pick', 'belay/x']],
] as const)('goes on from what a branch was decided on when it landed by %s', async (_, landing) => {
  const { git } = repository;
  git('checkout', '--quiet', '-b', 'belay/x');
  repository.write('b', 'step\n');
  repository.commit('step');
  git('checkout', '--quiet', 'main');
  repository.write('c', 'somebody else\n');
  repository.commit('beside');
  git(...landing);
  repository.commit('after');
  expect(await goesOn(base)).toBe(true);
});

it('does not go on from a commit that was amended away', async () => {
  repository.git('commit', '--quiet', '--amend', '-m', 'other');
  expect(await goesOn(base)).toBe(false);
});

it('does not go on from a commit that is not here at all', async () => {
  repository.git('commit', '--quiet', '--amend', '-m', 'other');
  const clone = scratchFolder();
  personGit(clone, ['clone', '--quiet', '--no-local', repository.directory, '.']);
  expect(await goesOn(base, clone)).toBe(false);
});

it('goes on where a commit names it to be resumed, also on a branch that was merged, and among other lines', async () => {
  const { git } = repository;
  git('commit', '--quiet', '--amend', '-m', 'other');
  git('checkout', '--quiet', '-b', 'resume');
  repository.commit(`Resume\n\nBelay-Resume: ${'0'.repeat(40)}\nBelay-Resume: ${base}\nSigned-off-by: Mona`);
  git('checkout', '--quiet', 'main');
  git('merge', '--no-ff', '-m', 'Merge', 'resume');
  expect(await goesOn(base)).toBe(true);
});

it.each([
  ['another commit', () => `Belay-Resume: ${'0'.repeat(40)}`],
  ['it in the middle of a line', () => `see Belay-Resume: ${base}`],
  ['its beginning', () => `Belay-Resume: ${base.slice(0, 12)}`],
])('does not go on where a message names %s', async (_, line) => {
  repository.git('commit', '--quiet', '--amend', '-m', 'other');
  repository.commit(`Resume\n\n${line()}`);
  expect(await goesOn(base)).toBe(false);
});

it('does not call a shallow clone rewritten: it asks for the history that is missing', async () => {
  repository.commit('three');
  const clone = scratchFolder();
  personGit(clone, ['clone', '--quiet', '--depth=1', `file://${repository.directory}`, '.']);
  await expect(goesOn(base, clone)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('fetch-depth: 0'),
  });
});
