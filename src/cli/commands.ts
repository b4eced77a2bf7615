import type { Command, FlagSpec } from './command.ts';
import { advanceCommand } from './commands/advance.ts';
import { demoCommand } from './commands/demo.ts';
import { initCommand } from './commands/init.ts';
import { planCommand } from './commands/plan.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { schemaCommand } from './commands/schema.ts';
import { validateCommand } from './commands/validate.ts';

/** All commands, in the order in which a new user meets them. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  validateCommand,
  planCommand,
  advanceCommand,
  rollbackCommand,
  schemaCommand,
  demoCommand,
];

/** Flags of every command. */
export const COMMON_FLAGS: Readonly<Record<string, FlagSpec>> = {
  format: { type: 'string', value: 'text|json', help: 'text for people (default), json for machines' },
  debug: { type: 'boolean', help: 'more about what is done, and the stack of a fault' },
  help: { type: 'boolean', help: 'this text' },
};
