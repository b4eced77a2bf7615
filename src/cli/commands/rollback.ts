import { rollback } from '../../app/rollback.ts';
import { ToolError } from '../../core/errors.ts';
import { type Command, hasFlag, textFlag } from '../command.ts';
import { openWorld, WORLD_FLAGS } from '../open-world.ts';
import { runResult } from '../run-result.ts';

export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'restore the last good manifest of a release by a revert pull request',
  positionals: '<release>',
  maxPositionals: 1,
  flags: {
    ...WORLD_FLAGS,
    release: { type: 'string', value: '<name>', help: 'the release, instead of the argument' },
    reason: {
      type: 'string',
      value: '<text>',
      help: 'why, in one line; stands in the record and the pull request',
    },
    from: {
      type: 'string',
      value: '<version>',
      help: 'only when this version is tried or, settled, served; needed to leave a promoted version',
    },
    'if-failing': { type: 'boolean', help: 'look first: roll back only when the checks prove harm' },
  },
  async run({ flags, positionals }, context) {
    const release = positionals[0] ?? textFlag(flags, 'release');
    if (release === undefined)
      throw new ToolError({ code: 'REFUSED', message: 'rollback: expected the name of a release, got none' });
    const world = await openWorld(flags, context);
    const report = await rollback(world, {
      release,
      reason: (textFlag(flags, 'reason') ?? 'no reason given').replace(/\s+/g, ' ').slice(0, 500),
      from: textFlag(flags, 'from'),
      onlyIfFailing: hasFlag(flags, 'if-failing'),
      dryRun: hasFlag(flags, 'dry-run'),
    });
    return runResult(report);
  },
};
