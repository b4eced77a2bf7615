/**
 * What GitHub's runner makes of the lines that a step prints.
 * Source: actions/runner, src/Runner.Common/ActionCommand.cs and src/Runner.Worker/ActionCommandManager.cs.
 */

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  /** `title`, `file`, `line`, `col` and the like, as they were given. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface StepLog {
  /** As people see it: commands carried out, secrets masked. */
  readonly shown: string;
  /** All lines that are not `add-mask`, without any mask: for tests that no secret is printed at all. */
  readonly unmasked: string;
  readonly masks: readonly string[];
  /** The ten of each level that GitHub keeps. */
  readonly annotations: readonly Annotation[];
  /** How many it dropped. */
  readonly dropped: number;
  /** Commands that do something else than mask or annotate: none of ours. */
  readonly otherCommands: readonly string[];
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const KNOWN = [
  ...['add-mask', 'error', 'warning', 'notice', 'debug', 'group', 'endgroup', 'echo', 'add-matcher'],
  ...['remove-matcher', 'set-output', 'save-state', 'set-env', 'add-path', 'stop-commands'],
];
const LEVELS = ['error', 'warning', 'notice'] as const;
const KEPT = 10;

/** Reads the output of a step; `secrets` are masked from the beginning, as those of the `secrets` context are. */
export function readStepLog(output: string, secrets: readonly string[] = []): StepLog {
  const masks = [...secrets];
  const shown: string[] = [];
  const unmasked: string[] = [];
  const annotations: Annotation[] = [];
  const otherCommands: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    const command = parseCommand(line);
    if (command?.name === 'add-mask') {
      if (command.data.trim() !== '') masks.push(command.data);
      continue;
    }
    unmasked.push(line);
    const level = LEVELS.find((known) => known === command?.name);
    if (command && level) annotations.push({ level, message: command.data, properties: command.properties });
    else if (command) otherCommands.push(command.name);
    shown.push(maskAll(command ? `${command.name}: ${command.data}` : line, masks));
  }
  const kept = annotations.filter(
    (one, index) => annotations.slice(0, index).filter((other) => other.level === one.level).length < KEPT,
  );
  return {
    shown: shown.join('\n'),
    unmasked: unmasked.join('\n'),
    masks,
    annotations: kept,
    dropped: annotations.length - kept.length,
    otherCommands,
  };
}

/** `::name key=value,key=value::data` after blanks, or the older `##[name key=value;]data` anywhere in the line. */
function parseCommand(line: string): Command | undefined {
  const now = /^\s*::([^\s:]+)(?:\s+(.*?))?::(.*)$/.exec(line);
  const [, name = '', list = '', rest = ''] = now ?? /##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)$/.exec(line) ?? [];
  if (!KNOWN.includes(name)) return undefined;
  const properties = list
    .split(now ? ',' : ';')
    .map((pair) => /^\s*([^=]+)=(.+)$/.exec(pair))
    .flatMap((pair) => (pair?.[1] && pair[2] ? [[pair[1], unescapeProperty(pair[2])] as const] : []));
  return { name, properties: Object.fromEntries(properties), data: unescapeData(rest) };
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

/** The percent sign last: what it stood for is not unescaped again. */
function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function maskAll(line: string, masks: readonly string[]): string {
  return [...masks]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, mask) => rest.replaceAll(mask, '***'), line);
}
