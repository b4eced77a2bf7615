import { assertNever } from '../../../../core/errors.ts';
import { type ParsedPattern, PatternError, parsePattern } from './parse-pattern.ts';
import { type Assertion, type CharacterRanges, inRanges, type Pattern, PERL_CLASSES } from './syntax.ts';

/** A pattern that must match a whole string, as all patterns of PromQL do. */
export interface AnchoredRegexp {
  test(text: string): boolean;
  /**
   * Start and end (UTF-16 indices) of the whole match and each capture, in turn; -1 where a capture took no part.
   * Undefined when the text does not match.
   */
  captures(text: string): readonly number[] | undefined;
  readonly captureNames: ReadonlyMap<string, number>;
}

type Instruction =
  | { readonly kind: 'characters'; readonly ranges: CharacterRanges }
  | { readonly kind: 'assertion'; readonly what: Assertion }
  /** Goes on at both places; the first one is preferred. */
  | { readonly kind: 'fork'; readonly first: number; readonly second: number }
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'match' };

/** Longest pattern in UTF-16 units, and longest program it may become (`{1000}` unrolls). */
const LONGEST_PATTERN = 1_000;
const LONGEST_PROGRAM = 10_000;

/**
 * Compiles RE2 syntax. Matching takes time in proportion to pattern × text, whatever the pattern: threads step through
 * the text side by side (Pike's machine), nothing is tried twice, so no pattern can hang a run as backtracking would.
 * Source: Russ Cox, Regular Expression Matching: the Virtual Machine Approach, 2009.
 * @throws PatternError when the pattern cannot be read or is too large
 */
export function compileAnchored(source: string): AnchoredRegexp {
  if (source.length > LONGEST_PATTERN) throw new PatternError(`is longer than ${LONGEST_PATTERN} characters`);
  const parsed = parsePattern(source);
  const program = compile(parsed);
  const slots = parsed.captureCount * 2;
  return {
    test: (text) => run({ program, text, slots: 0 }) !== undefined,
    captures: (text) => run({ program, text, slots }),
    captureNames: parsed.names,
  };
}

function compile(parsed: ParsedPattern): readonly Instruction[] {
  const program: Instruction[] = [];
  emit({ kind: 'capture', index: 0, inner: parsed.pattern }, program);
  program.push({ kind: 'match' });
  return program;
}

function emit(pattern: Pattern, program: Instruction[]): void {
  if (program.length > LONGEST_PROGRAM) throw new PatternError('repeats too much');
  switch (pattern.kind) {
    case 'characters':
    case 'assertion':
      program.push(pattern);
      return;
    case 'sequence':
      for (const part of pattern.parts) emit(part, program);
      return;
    case 'choice':
      emitChoice(pattern.parts, program);
      return;
    case 'capture':
      program.push({ kind: 'save', slot: pattern.index * 2 });
      emit(pattern.inner, program);
      program.push({ kind: 'save', slot: pattern.index * 2 + 1 });
      return;
    case 'repeat':
      emitRepeat(pattern, program);
  }
}

function emitChoice(parts: readonly Pattern[], program: Instruction[]): void {
  const exits: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, program);
      break;
    }
    const fork = reserve(program);
    emit(part, program);
    exits.push(reserve(program));
    program[fork] = { kind: 'fork', first: fork + 1, second: program.length };
  }
  for (const exit of exits) program[exit] = { kind: 'jump', to: program.length };
}

type Repeat = Extract<Pattern, { kind: 'repeat' }>;

function emitRepeat(pattern: Repeat, program: Instruction[]): void {
  const { inner, min, max, greedy } = pattern;
  const endless = max === Number.POSITIVE_INFINITY;
  for (let count = endless ? 1 : 0; count < min; count += 1) {
    const before = program.length;
    emit(inner, program);
    if (program.length === before) return;
  }
  const forks: number[] = [];
  for (let count = min; count < max && !endless; count += 1) {
    forks.push(reserve(program));
    emit(inner, program);
  }
  // x* is (x+)? where x can match nothing: only so do captures inside come out as Go has them (golang/go#46123).
  if (endless && min === 0 && !canBeEmpty(inner)) emitLoop({ inner, greedy, entry: 'check' }, program);
  else if (endless) {
    if (min === 0) forks.push(reserve(program));
    emitLoop({ inner, greedy, entry: 'once' }, program);
  }
  for (const at of forks) program[at] = fork(greedy, at + 1, program.length);
}

/** A loop that runs at least once (x+), or that checks first whether to run (x*). */
function emitLoop(
  loop: { readonly inner: Pattern; readonly greedy: boolean; readonly entry: 'once' | 'check' },
  program: Instruction[],
): void {
  if (loop.entry === 'once') {
    const start = program.length;
    emit(loop.inner, program);
    program.push(fork(loop.greedy, start, program.length + 1));
    return;
  }
  const check = reserve(program);
  emit(loop.inner, program);
  program.push({ kind: 'jump', to: check });
  program[check] = fork(loop.greedy, check + 1, program.length);
}

function fork(greedy: boolean, inside: number, outside: number): Instruction {
  return greedy
    ? { kind: 'fork', first: inside, second: outside }
    : { kind: 'fork', first: outside, second: inside };
}

function canBeEmpty(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'characters':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return pattern.parts.every(canBeEmpty);
    case 'choice':
      return pattern.parts.some(canBeEmpty);
    case 'capture':
      return canBeEmpty(pattern.inner);
    case 'repeat':
      return pattern.min === 0 || canBeEmpty(pattern.inner);
    default:
      return assertNever(pattern);
  }
}

function reserve(program: Instruction[]): number {
  program.push({ kind: 'match' });
  return program.length - 1;
}

/** A place in the program, and where the captures began and ended on the way there. */
interface Thread {
  readonly at: number;
  readonly saved: readonly number[];
}

interface Run {
  readonly program: readonly Instruction[];
  readonly text: string;
  /** How many capture indices to keep; 0 when only the answer counts. */
  readonly slots: number;
}

function run(given: Run): readonly number[] | undefined {
  const { program, text } = given;
  let threads = follow({ ...given, index: 0, from: [{ at: 0, saved: new Array(given.slots).fill(-1) }] });
  for (let index = 0; index < text.length && threads.length > 0; ) {
    const point = text.codePointAt(index) ?? 0;
    const from: Thread[] = [];
    for (const thread of threads) {
      const instruction = program[thread.at];
      if (instruction?.kind === 'characters' && inRanges(instruction.ranges, point))
        from.push({ at: thread.at + 1, saved: thread.saved });
    }
    index += point > 0xffff ? 2 : 1;
    threads = follow({ ...given, index, from });
  }
  // Threads stand in order of preference, and only a match that ends with the text counts.
  return threads.find((thread) => program[thread.at]?.kind === 'match')?.saved;
}

/** Where the threads get to without reading a character, in order of preference, each place once. */
function follow(given: Run & { readonly index: number; readonly from: readonly Thread[] }): Thread[] {
  const { program, text, index } = given;
  const seen = new Uint8Array(program.length);
  const reached: Thread[] = [];
  const stack = [...given.from].reverse();
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    const { at, saved } = thread;
    const instruction = program[at];
    if (instruction === undefined || seen[at] === 1) continue;
    seen[at] = 1;
    if (instruction.kind === 'jump') stack.push({ at: instruction.to, saved });
    else if (instruction.kind === 'fork')
      stack.push({ at: instruction.second, saved }, { at: instruction.first, saved });
    else if (instruction.kind === 'save')
      stack.push({
        at: at + 1,
        saved: instruction.slot < saved.length ? saved.with(instruction.slot, index) : saved,
      });
    else if (instruction.kind === 'assertion') {
      if (holds(instruction.what, text, index)) stack.push({ at: at + 1, saved });
    } else reached.push(thread);
  }
  return reached;
}

function holds(what: Assertion, text: string, index: number): boolean {
  if (what === 'begin') return index === 0;
  if (what === 'end') return index === text.length;
  const isBoundary = isWord(text.charCodeAt(index - 1)) !== isWord(text.charCodeAt(index));
  return isBoundary === (what === 'boundary');
}

function isWord(code: number): boolean {
  return inRanges(PERL_CLASSES.w ?? [], code);
}
