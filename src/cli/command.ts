import type { Problem } from '../core/errors.ts';
import type { ExitCode } from '../report/exit-code.ts';

/** What a command gives back; terminal, JSON and workflow print the same value. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  /** For people at a terminal. */
  readonly text: string;
  /** For machines: serialised as it is. */
  readonly json: unknown;
  /** For code scanning; only of commands that say so. */
  readonly sarif?: unknown;
  /** Markdown for the job summary. */
  readonly summary: string;
  /** What is annotated on the files. */
  readonly problems: readonly Problem[];
  /** Outputs of the action: enumerations, numbers and ids only. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a command may take from outside. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Progress for people. */
  readonly stderr: { write(text: string): unknown };
  /** Only `demo` tells its story while it runs; everything else answers at the end. */
  readonly stdout: { write(text: string): unknown };
  /** Told each form of each secret before anything is printed: a workflow log masks what it was told. */
  readonly announceSecret?: (form: string) => void;
}

/** Values of the flags: strings and lists of strings from the line, true for switches. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface FlagSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** Shown in the help, e.g. `--dir <path>`. */
  readonly value?: string;
  readonly help: string;
}

/** What one command line asks for. */
export interface CommandInput {
  readonly flags: Flags;
  readonly positionals: readonly string[];
}

/** One subcommand. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** How positionals are written in the help, e.g. `<release>`. */
  readonly positionals: string;
  readonly maxPositionals: number;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** It can print its problems as SARIF, too. */
  readonly hasSarif?: true;
  run(input: CommandInput, context: CommandContext): Promise<CommandResult>;
}

/** A flag's text; undefined when it was not given. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** All texts of a flag that may be repeated; commas separate, too. */
export function listFlag(flags: Flags, name: string): readonly string[] {
  const value = flags[name];
  const texts = Array.isArray(value)
    ? (value as readonly string[])
    : typeof value === 'string'
      ? [value]
      : [];
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** Whether a switch was given. */
export function hasFlag(flags: Flags, name: string): boolean {
  return flags[name] === true;
}
