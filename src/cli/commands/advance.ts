import { advance } from '../../app/advance.ts';
import { type Command, hasFlag, listFlag } from '../command.ts';
import { openWorld, WORLD_FLAGS } from '../open-world.ts';
import { runResult } from '../run-result.ts';

export const advanceCommand: Command = {
  name: 'advance',
  summary: 'one tick: start, advance, promote, pause or roll back every release under way',
  positionals: '[<release>...]',
  maxPositionals: 100,
  flags: {
    ...WORLD_FLAGS,
    release: { type: 'string', multiple: true, value: '<name>', help: 'only this release; may be repeated' },
  },
  async run({ flags, positionals }, context) {
    const world = await openWorld(flags, context);
    const only = [...positionals, ...listFlag(flags, 'release')];
    const report = await advance(world, { only, dryRun: hasFlag(flags, 'dry-run') });
    return runResult(report);
  },
};
