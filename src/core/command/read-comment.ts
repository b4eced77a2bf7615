import { ORDERS } from '../record/order-schema.ts';
import { quote } from '../yaml/yaml-path.ts';
import { type Command, type CommandWords, readCommand, refuseCommand, UNSOUND } from './command.ts';

/** Longest first line of a comment that is read, in characters. */
const MAX_LINE = 600;

/**
 * The command that a comment gives: its first line, from its first character on. Undefined for a comment that gives none and says
 * nothing like one; what stands after the first line is for people.
 * @throws ToolError REFUSED (SEC-18) for what looks like a command and is not written like one
 */
export function readComment(body: string): Command | undefined {
  const [first = '', ...rest] = body.split(/\r\n|\n|\r/);
  if (isCommand(first)) return readCommand(readWords(first));
  const meant = [first, ...rest].find(looksLikeCommand);
  if (meant === undefined) return undefined;
  throw refuseCommand(
    `a command is the first line of a comment, without anything before it; ${where(first)}`,
  );
}

function isCommand(line: string): boolean {
  return /^\/belay(?: |$)/.test(line);
}

/** A line that would be a command, were it not quoted, indented, marked up, or below others. */
function looksLikeCommand(line: string): boolean {
  const name = /^[\s>`*_~"'#-]*\/belay\s+([a-z-]+)/.exec(line)?.[1];
  return name !== undefined && ORDERS.some((known) => known === name);
}

function where(first: string): string {
  if (/^\s*>/.test(first)) return 'this one stands in a quote';
  if (/^\s*(?:```|~~~)/.test(first) || /^(?: {4}|\t)/.test(first) || /^\s*`/.test(first))
    return 'this one stands in a block of code';
  return 'this one stands elsewhere';
}

/** A blank, then an option with its value, or a word. */
const TOKEN = / +(?:--([a-z]+) +(?:"([^"]*)"|([^\s"“”„«»]+))|([^\s"-][^\s"]*))/y;

function readWords(line: string): CommandWords {
  if (line.length > MAX_LINE) throw refuseCommand(`the first line has more than ${MAX_LINE} characters`);
  const hidden = UNSOUND.exec(line)?.[0].codePointAt(0);
  if (hidden !== undefined)
    throw refuseCommand(
      `the line holds U+${hidden.toString(16).toUpperCase().padStart(4, '0')}, which nobody sees`,
    );
  const words: string[] = [];
  const options = new Map<string, string>();
  const text = line.trimEnd();
  TOKEN.lastIndex = '/belay'.length;
  for (let at = TOKEN.lastIndex; at < text.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) throw refuseCommand(`cannot read ${quote(text.slice(at).trim())}${hintAt(text.slice(at))}`);
    const [, option, quoted, bare, word] = match;
    if (option === undefined) words.push(word ?? '');
    else if (!OPTIONS.includes(option))
      throw refuseCommand(`there is no --${option}; expected --reason, --until, --from or --to`);
    else if (options.has(option)) throw refuseCommand(`--${option} stands there twice`);
    else options.set(option, quoted ?? bare ?? '');
  }
  const [name = '', release, version, more] = words;
  if (more !== undefined)
    throw refuseCommand(`cannot read ${quote(more)}; a reason stands in quotes: --reason "…"`);
  const option = (key: string) => options.get(key);
  return {
    name,
    release,
    version,
    reason: option('reason'),
    until: option('until'),
    from: option('from'),
    to: option('to'),
  };
}

const OPTIONS: readonly string[] = ['reason', 'until', 'from', 'to'];

function hintAt(rest: string): string {
  if (/[“”„«»]/.test(rest)) return '; write plain double quotes';
  if (/"/.test(rest)) return '; a reason begins and ends with a double quote, and holds none';
  return '';
}
