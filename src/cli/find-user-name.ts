import { createGit } from '../adapters/git/git-process.ts';
import type { World } from '../app/world.ts';
import type { CommandContext } from './command.ts';

/** What could turn or break a line of a record, and its length in a commit's subject. */
const UNSOUND = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const MAX_NAME = 60;

/**
 * The world of somebody at a terminal, who is called as in the commits of the repository: git's user.name, or else the name of the
 * account on this machine. Of a run in a workflow nothing changes.
 */
export async function nameUser(world: World, directory: string, { env }: CommandContext): Promise<World> {
  if (world.trigger.kind !== 'command-line') return world;
  const { code, stdout } = await createGit({ directory, environment: env })({
    args: ['config', 'user.name'],
  });
  const name =
    code === 0 ? stdout.toString('utf8').replace(UNSOUND, ' ').trim().slice(0, MAX_NAME).trim() : '';
  return name === '' ? world : { ...world, trigger: { ...world.trigger, actor: name } };
}
