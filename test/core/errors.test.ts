import { describe, expect, it } from 'vitest';
import { formatProblem, type Problem, sortProblems } from '../../src/core/errors.ts';

const problem = (change: Partial<Problem> = {}): Problem => ({
  code: 'STEP_NOT_INCREASING',
  severity: 'error',
  at: { file: 'releases/fraud.yaml', line: 14, column: 9 },
  path: 'spec.rollout.steps[2].weight',
  message: 'weight must rise, expected more than 25, got 20',
  ...change,
});

describe('formatProblem', () => {
  const cases: readonly { name: string; given: Partial<Problem>; expected: string }[] = [
    {
      name: 'gives file, line, column, path and message',
      given: {},
      expected:
        'releases/fraud.yaml:14:9 spec.rollout.steps[2].weight: weight must rise, expected more than 25, got 20',
    },
    {
      name: 'leaves the path out for the whole file',
      given: { path: '', message: 'file is empty' },
      expected: 'releases/fraud.yaml:14:9: file is empty',
    },
    {
      name: 'begins a refusal of the threat model with its id',
      given: { code: 'SEC-06', path: 'a', message: 'no' },
      expected: 'refused[SEC-06] releases/fraud.yaml:14:9 a: no',
    },
    {
      name: 'begins the milder form of such a refusal with warn',
      given: { code: 'SEC-28', severity: 'warning', path: 'a', message: 'no' },
      expected: 'warn[SEC-28] releases/fraud.yaml:14:9 a: no',
    },
    {
      name: 'marks other warnings',
      given: { severity: 'warning', path: 'a', message: 'odd' },
      expected: 'warning: releases/fraud.yaml:14:9 a: odd',
    },
    {
      name: 'stays on one line whatever the file is called',
      given: { at: { file: 'a\n::error::x\u202e.yaml', line: 1, column: 1 }, path: '', message: 'm' },
      expected: 'a\\u{a}::error::x\\u{202e}.yaml:1:1: m',
    },
  ];
  for (const { name, given, expected } of cases) {
    it(name, () => {
      expect(formatProblem(problem(given))).toBe(expected);
    });
  }
});

describe('sortProblems', () => {
  it('orders by file, line, column, then code, and leaves its argument alone', () => {
    const at = (file: string, line: number, column: number) => ({ file, line, column });
    const given = [
      problem({ at: at('b', 1, 1) }),
      problem({ at: at('a', 10, 1) }),
      problem({ at: at('a', 9, 5), code: 'B' }),
      problem({ at: at('a', 9, 5), code: 'A' }),
      problem({ at: at('a', 9, 2) }),
    ];
    const before = [...given];
    const order = sortProblems(given).map((item) => [item.at.file, item.at.line, item.at.column, item.code]);
    expect(order).toEqual([
      ['a', 9, 2, 'STEP_NOT_INCREASING'],
      ['a', 9, 5, 'A'],
      ['a', 9, 5, 'B'],
      ['a', 10, 1, 'STEP_NOT_INCREASING'],
      ['b', 1, 1, 'STEP_NOT_INCREASING'],
    ]);
    expect(given).toEqual(before);
  });
});
