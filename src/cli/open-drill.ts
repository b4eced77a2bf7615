import type { Scratch } from '../ports/scratch.ts';
import type { CommandContext, Flags } from './command.ts';
import { openRunningClock } from './open-clock.ts';
import { type ForgeInput, openGitHubPlace } from './open-github-forge.ts';
import { forgeKind, openPlace, type Place } from './open-world.ts';

/** Opens the world of a drill: the repository, and branches of its own beside it. @throws ToolError as openWorld does */
export async function openDrill(
  flags: Flags,
  context: CommandContext,
): Promise<Place & { readonly scratch: Scratch }> {
  const place = await openPlace(flags, context, openRunningClock(flags));
  return { ...place, scratch: await openScratch(place.input, place.world.forge.defaultBranch) };
}

async function openScratch(input: ForgeInput, defaultBranch: string): Promise<Scratch> {
  if (forgeKind(input) === 'github') {
    const { createGitHubScratch } = await import('../adapters/github/scratch.ts');
    const { options, readerOf } = await openGitHubPlace(input);
    return createGitHubScratch({ ...options, readerOf });
  }
  const { createLocalScratch } = await import('../adapters/local/scratch.ts');
  const { directory, clock } = input;
  return createLocalScratch({ directory, clock, defaultBranch });
}
