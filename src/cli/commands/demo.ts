import { createLocalForge } from '../../adapters/local/local-forge.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag, textFlag } from '../command.ts';
import type { DemoRepository } from '../demo/demo-repository.ts';
import type { StoryBook } from '../demo/stories.ts';
import type { Teller } from '../demo/teller.ts';

/** Tells the stories of the example, while they happen; to stderr when stdout is for JSON. */
export async function runDemo({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { openStoryBook } = await import('../demo/stories.ts');
  const { createTeller } = await import('../demo/teller.ts');
  const book = await openStoryBook();
  const teller = createTeller(textFlag(flags, 'format') === 'json' ? context.stderr : context.stdout);
  const repository = hasFlag(flags, 'live')
    ? await (await import('../demo/live-demo.ts')).playLive(book, teller)
    : await replay(book, teller);
  const pulls = await createLocalForge({ directory: repository.directory, clock: systemClock }).pulls();
  for (const pull of pulls) {
    teller.heading(
      `The revert pull request, as a reviewer sees it: #${pull.number} ${pull.title} (${pull.state})`,
    );
    teller.say(pull.description);
  }
  teller.heading('git log --first-parent: the trail');
  teller.say(
    await repository.git(['log', '--first-parent', '--date=format:%m-%d %H:%M', '--pretty=%h %ad %an: %s']),
  );
  await repository.keep();
  teller.say(
    `The repository stays until the next demo: ${repository.directory}. Look around with git log -p, cat .belay/records/fraud-scorer/*.json`,
  );
  const json = {
    directory: repository.directory,
    ticks: teller.told,
    pulls: pulls.map(({ number, title, state }) => ({ number, title, state })),
  };
  return { exitCode: 0, text: '', json, summary: '', problems: [], outputs: {} };
}

async function replay(book: StoryBook, teller: Teller): Promise<DemoRepository> {
  const { createStage, HISTORY_PATH, playStory } = await import('../demo/replay-demo.ts');
  const stage = await createStage(book);
  teller.say(
    `A repository with fraud-scorer 3.4.1 in production, and metrics that were recorded from its model service (${HISTORY_PATH}).`,
  );
  for (const story of book.STORIES) {
    teller.heading(`${story.name}: ${book.readPullRequest(story).title}`);
    await playStory(stage, { book, story, teller });
  }
  return stage.repository;
}
