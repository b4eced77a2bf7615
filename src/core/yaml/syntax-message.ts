import type { YAMLError } from 'yaml';

type Code = YAMLError['code'];

/** What is wrong and what to do, for the mistakes that people make; the parser's own words tell the others. */
const BY_CODE: Partial<Record<Code, string>> = {
  TAB_AS_INDENT: 'a tab in the indentation; indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on one line; put text that holds it in quotes',
  NON_STRING_KEY: 'a map or list where a key is expected; put text that begins with { or [ in quotes',
  BAD_DQ_ESCAPE: 'an unknown escape after \\; single quotes take a backslash as it is',
  MULTILINE_IMPLICIT_KEY: 'a key that does not end on its line; a ":" or a quote is missing',
  BLOCK_IN_FLOW: 'an indented block inside {…} or […]; close the bracket, or write it within one line',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters; a ":" or a quote is missing before',
  UNEXPECTED_TOKEN: 'something here that does not belong; check the brackets, quotes and commas before it',
  RESOURCE_EXHAUSTION: 'nested too deep; write it flatter',
};

/** Beginnings of the parser's words where one code stands for several mistakes. */
const BY_WORDS: readonly (readonly [beginning: string, message: string])[] = [
  ['Missing closing', 'the closing quote is missing'],
  ['Implicit map keys', 'a line without ": "; write key: value'],
  ['Flow ', 'a bracket that is not closed, or closed too far left'],
  ['All ', 'a line that is indented differently than the entries beside it; align it'],
  ['Sequence item without', 'a list entry without its "- "'],
  ['Comments must be separated', 'a comment needs a space before #'],
];

/**
 * Says what is not valid YAML, in one line.
 * @param character  what stands at the error's place
 */
export function syntaxMessage(
  { code, message }: Pick<YAMLError, 'code' | 'message'>,
  character: string,
): string {
  if (code === 'BAD_SCALAR_START')
    return `not valid YAML: text cannot begin with ${JSON.stringify(character)}; put it in quotes`;
  const known = BY_WORDS.find(([beginning]) => message.startsWith(beginning))?.[1] ?? BY_CODE[code];
  return `not valid YAML: ${known ?? lowerFirst(message)}`;
}

/** A bracket or quote without its end. */
export function isUnclosed({ message }: Pick<YAMLError, 'message'>): boolean {
  return /^(?:Missing closing|Flow )/.test(message);
}

function lowerFirst(text: string): string {
  const line = text.replace(/\s+/g, ' ').slice(0, 200);
  return line.charAt(0).toLowerCase() + line.slice(1);
}
