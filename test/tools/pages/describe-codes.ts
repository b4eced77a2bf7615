import type { Decision, ReasonCode } from '../../../src/core/decision/decision.ts';
import { reasonsForPerson } from '../../../src/core/decision/decision.ts';
import type { ToolErrorCode } from '../../../src/core/errors.ts';
import { percent } from '../../../src/core/units.ts';
import { exitCodeOfFault } from '../../../src/report/exit-code.ts';
import { collectCodes, type SaidCode } from './collect-codes.ts';
import { BLOCKS, FAULTS, NOT_OURS, OTHERS, REASONS } from './reason-words.ts';
import { table } from './table.ts';

/** So many of the sentences that a code has are shown. */
const SHOWN = 2;

/** Where the user's files are judged: a code that is also a reason says something of its own there. */
const IS_PROBLEM = /^(?:core\/(?:manifest|record|contract)|targets|app\/(?:check|read|render))/;

/** The tables of the page on codes, by the name of their place. */
export function describeCodes(
  source: string,
): Readonly<Record<'reasons' | 'blocks' | 'faults' | 'problems', string>> {
  return {
    reasons: table(
      ['code', 'waits for a person', 'what it means, and what to do'],
      byName(REASONS).map(([code, text]) => [
        `\`${code}\``,
        isForPerson(code as ReasonCode) ? 'yes' : '',
        text,
      ]),
    ),
    blocks: table(
      ['code', 'what it means, and what to do'],
      byName(BLOCKS).map(([code, text]) => [`\`${code}\``, text]),
    ),
    faults: table(
      ['code', 'exit code', 'what it means, and what to do'],
      byName(FAULTS).map(([code, text]) => [
        `\`${code}\``,
        String(exitCodeOfFault(code as ToolErrorCode)),
        text,
      ]),
    ),
    problems: table(
      ['code', 'what it says'],
      [...problemCodes(source)].map(([code, sentences]) => [`\`${code}\``, sentences.join(' · ')]),
    ),
  };
}

/** Codes of problems and findings with what they say, in alphabetical order; empty where nothing is known to be said. */
export function problemCodes(source: string): ReadonlyMap<string, readonly string[]> {
  const said = collectCodes(source).filter(
    ({ code, file, sentence }) =>
      !isElsewhere(code) || (sentence !== undefined && IS_PROBLEM.test(file) && !NOT_OURS.has(code)),
  );
  const names = [...new Set([...said.map(({ code }) => code), ...Object.keys(OTHERS)])].sort();
  return new Map(names.map((code) => [code, sentencesOf(code, said)]));
}

function sentencesOf(code: string, said: readonly SaidCode[]): readonly string[] {
  const written = OTHERS[code];
  if (written !== undefined) return [written];
  const own = said
    .filter((one) => one.code === code)
    .flatMap(({ sentence }) => sentence ?? [])
    .filter((sentence) => /[a-z]{3}/.test(sentence));
  return [...new Set(own)].slice(0, SHOWN).map((sentence) => sentence.replace(/([<*_])/g, '\\$1'));
}

function isElsewhere(code: string): boolean {
  return (
    [REASONS, BLOCKS, FAULTS].some((words) => Object.hasOwn(words, code)) ||
    NOT_OURS.has(code) ||
    /^BELAY_/.test(code)
  );
}

function isForPerson(code: ReasonCode): boolean {
  const decision: Decision = {
    kind: 'hold',
    from: percent(0),
    to: percent(0),
    reasons: [{ code, text: '' }],
  };
  return reasonsForPerson(decision).length > 0;
}

function byName(words: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(words).sort(([a], [b]) => (a < b ? -1 : 1));
}
