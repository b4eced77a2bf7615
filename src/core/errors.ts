/**
 * Three sorts of trouble that never mix: a Problem (the user's file is wrong: collected and returned), a
 * Verdict (the world is unhealthy or unseen: a value, see analysis) and a ToolError (an outside call or our own logic
 * broke: thrown).
 */

/** A place in a file of the repository; line and column count from 1, column in UTF-16 code units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something in the user's files that must (error) or may (warning) be changed. */
export interface Problem {
  /** Stable code, NOUN_CONDITION or a refusal id (`SEC-06`); tests assert it, people search for it. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly at: Position;
  /** Dotted path inside the document, e.g. `spec.rollout.steps[2].weight`; empty for the whole file. */
  readonly path: string;
  /** What is wrong with expected and got, then what to do; lower case, values quoted. One line. */
  readonly message: string;
}

/**
 * The one way a problem is written for people, on one line: `file:line:column path: message`. Refusals of the threat model
 * begin with `refused[SEC-nn] ` (`ML-nn` for models), their milder form with `warn[SEC-nn] `, any other warning with `warning: `.
 */
export function formatProblem(problem: Problem): string {
  const { file, line, column } = problem.at;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return onOneLine(`${problemMark(problem)}${file}:${line}:${column}${path}: ${problem.message}`);
}

function problemMark({ code, severity }: Problem): string {
  if (/^(?:SEC|ML)-/.test(code)) return `${severity === 'error' ? 'refused' : 'warn'}[${code}] `;
  return severity === 'error' ? '' : 'warning: ';
}

// Paths and messages quote what they show, a file name comes as it is: none may begin a line of its own in a log.
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Problems in reading order: by file, line, column, then code. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) =>
      compareText(a.at.file, b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      compareText(a.code, b.code),
  );
}

/** Errors before warnings, refusals of the threat model before the others, each in reading order: for places with room for a few. */
export function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  return [...sortProblems(problems)].sort((a, b) => badness(b) - badness(a));
}

function badness({ severity, code }: Problem): number {
  return (severity === 'error' ? 2 : 0) + (/^(?:SEC|ML)-/.test(code) ? 1 : 0);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why a run ended early; each code maps to one exit code. */
export type ToolErrorCode =
  /** The request itself cannot be done and a person can fix it (bad flag, no such release, wrong branch). Exit 1. */
  | 'REFUSED'
  /** The files cannot be edited as the manifest asks (no match, two matches, an alias). Exit 1. */
  | 'TARGET_MISMATCH'
  /** The branch moved on every attempt; the next run decides again. Exit 0 with a notice. */
  | 'HEAD_MOVED'
  /** The forge refuses by rule or permission. Exit 1. */
  | 'FORGE_REFUSED'
  /** The forge asks to wait longer than this run may; nothing is broken, and the next run goes on. Exit 2. */
  | 'RATE_LIMITED'
  /** The forge rejected the token. Exit 3. */
  | 'UNAUTHORISED'
  /** The forge could not be reached or answered nonsense, retries used up. Exit 3. */
  | 'FORGE_UNAVAILABLE'
  /** The forge answers, and one write or one pull request of it does not come to an end; passes by itself. Exit 3. */
  | 'UNSETTLED'
  /** What was read contradicts itself (a broken record chain, an impossible answer). Exit 3. */
  | 'CORRUPT'
  /** Our own logic broke. Exit 3. */
  | 'BUG';

/** An outside call or our own logic broke. The message says where, what was expected, what came, what to do. */
export class ToolError extends Error {
  readonly code: ToolErrorCode;
  constructor(fault: { readonly code: ToolErrorCode; readonly message: string; readonly cause?: unknown }) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.name = 'ToolError';
    this.code = fault.code;
  }
}

/** Marks a switch as complete; reaching it is a bug. */
export function assertNever(value: never): never {
  throw new ToolError({ code: 'BUG', message: `unexpected value ${JSON.stringify(value)}` });
}
