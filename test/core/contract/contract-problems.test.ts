import { describe, expect, it } from 'vitest';
import { type ContractPair, contractProblems } from '../../../src/core/contract/contract-problems.ts';
import { readContract } from '../../../src/core/contract/read-contract.ts';
import { formatProblem } from '../../../src/core/errors.ts';

function contract(version: string, schema: object) {
  const text = JSON.stringify(
    { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema },
    null,
    2,
  );
  const reading = readContract(`contracts/${version}.json`, text);
  if (reading.kind === 'bad') throw new Error(reading.problems.map(formatProblem).join());
  return { version, contract: reading.value };
}

function told(side: 'input' | 'output', stable: object, candidate: object, rest: Partial<ContractPair> = {}) {
  const pair = {
    side,
    stable: contract('1.0', stable),
    candidate: contract('1.1', candidate),
    breaks: [],
    ...rest,
  };
  return contractProblems(pair).map((problem) => `${problem.code} ${formatProblem(problem)}`);
}

const ORDER = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: {
    id: { type: 'string' },
    amount: { type: ['number', 'null'], minimum: 0 },
    lines: { type: 'array', items: { type: 'object', properties: { sku: { enum: ['a', 'b'] } } } },
  },
};
const withProperty = (name: string, schema: unknown) => ({
  ...ORDER,
  properties: { ...ORDER.properties, [name]: schema },
});

describe('what a candidate breaks is told where its file says it, and where stable said else', () => {
  it('a property that callers need not send', () => {
    expect(told('input', ORDER, { ...ORDER, required: ['id', 'amount'] })).toEqual([
      'CONTRACT_INPUT_NARROWED contracts/1.1.json:7:5 /required/1: callers of 1.0 may send objects without "amount", and 1.1 takes only objects with it (stable: contracts/1.0.json:5:15); make "amount" optional, or declare breaks: [<caller>] in the candidate\'s contract',
    ]);
  });

  it('null, which is refused', () => {
    expect(told('input', ORDER, withProperty('amount', { type: 'number', minimum: 0 }))).toEqual([
      expect.stringMatching(
        /^CONTRACT_INPUT_NARROWED contracts\/1\.1\.json:13:15 \/properties\/amount\/type: callers of 1\.0 may send null, and 1\.1 takes only numbers \(stable: contracts\/1\.0\.json:13:15\); take what stable takes/,
      ),
    ]);
  });

  it('a value deep in a list that consumers do not know', () => {
    const lines = {
      type: 'array',
      items: { type: 'object', properties: { sku: { enum: ['a', 'b', 'c'] } } },
    };
    expect(told('output', ORDER, withProperty('lines', lines))).toEqual([
      expect.stringMatching(
        /^CONTRACT_OUTPUT_WIDENED contracts\/1\.1\.json:\d+:\d+ \/properties\/lines\/items\/properties\/sku\/enum: 1\.1 may answer "c", and consumers of 1\.0 know only "a", "b" /,
      ),
    ]);
  });

  it('an answer that is left out', () => {
    expect(told('output', ORDER, { ...ORDER, required: [] })).toEqual([
      expect.stringMatching(
        /^CONTRACT_OUTPUT_WIDENED contracts\/1\.1\.json:5:15 \/required: 1\.1 may answer objects without "id", .*; require "id" and always answer it/,
      ),
    ]);
  });

  it('what is declared to break somebody, as a warning that names them', () => {
    const [line, ...rest] = told(
      'input',
      ORDER,
      { ...ORDER, required: ['id', 'amount'] },
      { breaks: ['checkout'] },
    );
    expect(line).toMatch(/^CONTRACT_INPUT_NARROWED warning: .*; declared to break checkout$/);
    expect(rest).toEqual([]);
  });

  it('nothing, where a schema that comes back to itself only grew', () => {
    const tree = (value: object) => ({
      type: 'object',
      properties: { value, next: { $ref: '#' } },
      additionalProperties: false,
    });
    expect(told('input', tree({ type: 'integer' }), tree({ type: 'number' }))).toEqual([]);
    expect(told('output', tree({ type: 'integer' }), tree({ type: 'number' }))).toHaveLength(1);
  });

  it('nothing, where alternatives are told apart by a constant', () => {
    const event = (kind: string, amount: object) => ({
      type: 'object',
      required: ['kind'],
      properties: { kind: { const: kind }, amount },
    });
    const events = (amount: object) => ({ oneOf: [event('paid', amount), event('sent', { type: 'null' })] });
    expect(told('input', events({ type: 'integer' }), events({ type: 'number' }))).toEqual([]);
  });
});

describe('what nobody can tell', () => {
  it('names the keyword and is a warning', () => {
    const [line] = told(
      'input',
      withProperty('id', { type: 'string' }),
      withProperty('id', { type: 'string', pattern: '^(a+)+$' }),
    );
    expect(line).toMatch(
      /^CONTRACT_UNCLEAR warning: contracts\/1\.1\.json:11:18 \/properties\/id\/pattern: cannot tell whether 1\.1 takes all that 1\.0 takes: "pattern" is not read, .*; compare them by hand/,
    );
  });

  it('is a property that stable allows without a word, and says how to settle it', () => {
    const open = { type: 'object', properties: { id: { type: 'string' } } };
    const [line] = told('input', open, {
      ...open,
      properties: { ...open.properties, tag: { type: 'string' } },
    });
    expect(line).toMatch(
      /^CONTRACT_UNCLEAR .*"tag" of any sort.*say in the contract of stable what "tag" is, or close it/,
    );
  });

  it('is a break that a keyword nobody reads may rule out', () => {
    const stable = {
      type: 'object',
      properties: { a: { type: 'string' } },
      propertyNames: { pattern: '^b' },
    };
    expect(told('input', stable, { ...stable, properties: { a: { type: 'number' } } })).toEqual([
      expect.stringMatching(/^CONTRACT_UNCLEAR .*keywords around it are not read, and may rule text out/),
    ]);
  });

  it('is a schema with more alternatives than can be looked at', () => {
    const many = (at: number) => ({
      anyOf: Array.from({ length: 9 }, (_, index) => ({ minimum: at + index })),
    });
    const [line] = told('input', { allOf: [many(0), many(1), many(2)] }, { minimum: 0, maximum: 1 });
    expect(line).toMatch(/^CONTRACT_UNCLEAR .*too many alternatives/);
  });
});

it('shows twenty differences and counts the others', () => {
  const fields = (type: string) => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${at}`, { type }])),
  });
  const lines = told('input', fields('string'), fields('number'));
  expect(lines).toHaveLength(21);
  expect(lines[20]).toMatch(/^PROBLEMS_OMITTED .*10 more differences/);
});
