import type { FlagSpec } from './command.ts';

/** Flags of every command. */
export const COMMON_FLAGS: Readonly<Record<string, FlagSpec>> = {
  format: { type: 'string', value: 'text|json', help: 'text for people (default), json for machines' },
  debug: { type: 'boolean', help: 'more about what is done, and the stack of a fault' },
  help: { type: 'boolean', help: 'this text' },
};

/** Which repository. */
export const DIRECTORY: FlagSpec = {
  type: 'string',
  value: '<path>',
  help: 'the repository; default: this folder',
};

/** Which branch is the default one. */
export const BRANCH: FlagSpec = {
  type: 'string',
  value: '<name>',
  help: 'the default branch; default: as the event of a workflow says, else origin/HEAD, else (local) the one checked out',
};

/** As of when. */
export const NOW: FlagSpec = {
  type: 'string',
  value: '<time>',
  help: 'decide as of this moment, like 2026-11-21T08:05:00Z; for replays',
};

/** Which releases. */
export const RELEASE: FlagSpec = {
  type: 'string',
  multiple: true,
  value: '<name>',
  help: 'only this release; may be repeated',
};

/** Flags of the commands that read and write a repository. */
export const WORLD_FLAGS: Readonly<Record<string, FlagSpec>> = {
  dir: DIRECTORY,
  forge: {
    type: 'string',
    value: 'local|github',
    help: 'where changes go: this repository (default) or GitHub (default in a workflow)',
  },
  branch: BRANCH,
  now: NOW,
  'dry-run': {
    type: 'boolean',
    help: 'decide and print, write nothing; open pull requests are not looked at',
  },
};

const { 'dry-run': _, ...withoutDryRun } = WORLD_FLAGS;

/** Flags of a drill, which always writes, to branches of its own, and takes its time. */
export const DRILL_FLAGS: Readonly<Record<string, FlagSpec>> = {
  ...withoutDryRun,
  now: {
    type: 'string',
    value: '<time>',
    help: 'begin as of this moment, like 2026-11-21T08:05:00Z; the clock runs on from there, and waits are passed over',
  },
};
