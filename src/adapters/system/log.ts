import type { Log } from '../../ports/log.ts';
import type { Secrets } from '../../ports/secrets.ts';

export interface LogOptions {
  /** Where lines go, e.g. `process.stderr`. */
  readonly stream: { write(text: string): unknown };
  readonly secrets: Secrets;
  /** Writes debug lines too. Default: they are dropped. */
  readonly debug?: boolean;
}

/**
 * A log of plain lines: `warning: ` before a warning, `debug: ` before a debug line. Secrets are masked; control
 * characters become blanks, so that one call is one line; and nothing that is written is a workflow command to a GitHub
 * Actions runner, which obeys lines of any stream that begin with `::` or hold `##[`.
 */
export function createLog({ stream, secrets, debug = false }: LogOptions): Log {
  const write = (prefix: string, line: string): void => {
    // Masked twice: the fold takes a line break out of a secret, but also what a server put between its letters.
    const shown = secrets.mask(oneLine(secrets.mask(line)));
    stream.write(`${withoutCommands(prefix + shown)}\n`);
  };
  return {
    info: (line) => write('', line),
    warn: (line) => write('warning: ', line),
    debug: (line) => {
      if (debug) write('debug: ', line);
    },
  };
}

/** Also drops invisible characters: they turn text around in a terminal, and the runner skips them before `::`. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/\p{Cf}/gu, '');
}

/** Source: actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2 (`::` after leading blanks) and TryParse (`##[`). */
function withoutCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## [');
}
