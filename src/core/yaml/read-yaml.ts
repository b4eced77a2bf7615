import type { Document } from 'yaml';
import { type Position, type Problem, sortProblems } from '../errors.ts';
import { type ForbiddenCharacter, findForbiddenCharacters } from './forbidden-characters.ts';
import { LineIndex } from './line-index.ts';
import { type Finding, parseGuarded, parseSound } from './parse-guarded.ts';
import { toPlain } from './to-plain.ts';
import { formatPath, locate, type YamlPath } from './yaml-path.ts';

export type { YamlPath } from './yaml-path.ts';

/** A result with everything that was noticed: `ok` may carry warnings, `bad` carries at least one error. */
export type Reading<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly kind: 'bad'; readonly problems: readonly Problem[] };

/** A file read strictly, with positions. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  /** Plain data: ordinary objects with own keys only, arrays, scalars. */
  readonly value: unknown;
  /** Where a value stands, or its key, or the nearest ancestor that exists. */
  positionOf(path: YamlPath, what?: 'key' | 'value'): Position;
  /** Line and column of an offset in UTF-16 code units. */
  positionAt(offset: number): Position;
  /** Lets go of the document, which is many times as large as the text. Who asks where something stands has it parsed again. */
  rest(): void;
}

/** What could be read of a file: `source` is there when the text is one sound YAML document, whatever else is wrong. */
export interface Inspection {
  readonly source: YamlSource | undefined;
  /** All of severity error, in no order. */
  readonly problems: readonly Problem[];
  /** Dotted paths of the values that a problem is about already. */
  readonly blamed: ReadonlySet<string>;
}

/** Bytes of UTF-8. */
const SIZE_LIMIT = 64 * 1024;
const PROBLEM_LIMIT = 100;
const CHARACTER_LIMIT = 20;

/**
 * Reads one YAML document strictly: nothing that a reviewer sees otherwise than the parser. Refused are more than
 * 64 KiB, 1,000 values or 20 levels, anchors, aliases, tags, directives, merge keys, duplicate keys, prototype keys,
 * numbers other than plain decimals, invisible characters (SEC-06, SEC-07, SEC-12), and all that is not valid YAML 1.2.
 */
export function readYaml(file: string, text: string): Reading<YamlSource> {
  const { source, problems } = inspectYaml(file, text);
  if (source && problems.length === 0) return { kind: 'ok', value: source, problems: [] };
  return { kind: 'bad', problems: limitProblems(problems) };
}

/** Reads as `readYaml` does, but hands out the data beside the problems, so that its shape can be judged as well. */
export function inspectYaml(file: string, text: string): Inspection {
  const lines = new LineIndex(file, text);
  const blamed = new Set<string>();
  const problem = (code: string, offset: number, message: string, path = ''): Problem => {
    if (path !== '') blamed.add(path);
    return { code, severity: 'error', at: lines.positionAt(offset), path, message };
  };
  const size = utf8Length(text);
  if (size > SIZE_LIMIT) {
    const message = `file is ${Math.ceil(size / 1024)} KiB; limit ${SIZE_LIMIT / 1024} KiB; shorten it, a file describes one thing`;
    return { source: undefined, problems: [problem('SEC-06', 0, message)], blamed };
  }
  const characters = findForbiddenCharacters(text);
  const problems = characterFindings(characters).map((found) =>
    problem(found.code, found.offset, found.message),
  );
  // A control character is not YAML, and the lexer uses some as marks of its own.
  if (characters.some(({ sort }) => sort === 'control')) return { source: undefined, problems, blamed };
  const { document, findings } = parseGuarded(text);
  problems.push(...findings.map((found) => problem(found.code, found.offset, found.message)));
  if (!document || findings.length > 0) return { source: undefined, problems, blamed };
  const plain = toPlain(document, {
    positionText: (offset) => placeText(lines.positionAt(offset)),
    isClean: characters.length === 0,
  });
  for (const { code, offset, message, path } of plain.findings)
    problems.push(problem(code, offset, message, formatPath(path)));
  if (!plain.isComplete) return { source: undefined, problems, blamed };
  return { source: new Source({ file, text, document, value: plain.value, lines }), problems, blamed };
}

/** Problems in reading order; from the hundredth on they are counted, not shown. */
export function limitProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = sortProblems(problems);
  if (sorted.length <= PROBLEM_LIMIT) return sorted;
  const shown = sorted.slice(0, PROBLEM_LIMIT - 1);
  const [first, ...others] = sorted.slice(PROBLEM_LIMIT - 1);
  if (!first) return shown;
  const message = `${others.length + 1} more problems from here on; mend those above first`;
  return [...shown, { ...first, code: 'PROBLEMS_OMITTED', path: '', message }];
}

class Source implements YamlSource {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly #lines: LineIndex;
  #document: Document.Parsed | undefined;

  constructor(
    parts: Pick<YamlSource, 'file' | 'text' | 'document' | 'value'> & { readonly lines: LineIndex },
  ) {
    this.file = parts.file;
    this.text = parts.text;
    this.value = parts.value;
    this.#document = parts.document;
    this.#lines = parts.lines;
  }

  get document(): Document.Parsed {
    this.#document ??= parseSound(this.text);
    return this.#document;
  }

  rest(): void {
    this.#document = undefined;
  }

  positionAt(offset: number): Position {
    return this.#lines.positionAt(offset);
  }

  positionOf(path: YamlPath, what: 'key' | 'value' = 'value'): Position {
    const { key, value, depth } = locate(this.document, path);
    const wanted = what === 'value' && depth === path.length ? (value ?? key) : (key ?? value);
    return this.positionAt(wanted?.range?.[0] ?? 0);
  }
}

function characterFindings(found: readonly ForbiddenCharacter[]): readonly Finding[] {
  return found.slice(0, CHARACTER_LIMIT).map(({ offset, name, sort }, index) => {
    const rest = index === CHARACTER_LIMIT - 1 ? found.length - CHARACTER_LIMIT : 0;
    const more = rest > 0 ? `, and ${rest} more such characters below` : '';
    return { code: 'SEC-12', offset, message: `contains ${name} (${sort}); delete it${more}` };
  });
}

function placeText({ line, column }: Position): string {
  return `${line}:${column}`;
}

function utf8Length(text: string): number {
  let length = text.length;
  if (length > SIZE_LIMIT) return length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A pair takes four bytes: two for each half.
    if (unit > 0x7f) length += unit > 0x7ff && !(unit >= 0xd800 && unit <= 0xdfff) ? 2 : 1;
  }
  return length;
}
