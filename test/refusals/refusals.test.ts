import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotate } from '../../src/actions/annotate.ts';
import { createWorkflowCommands } from '../../src/actions/workflow-commands.ts';
import { neutraliseCommands } from '../../src/actions/workflow-text.ts';
import { formatProblem, type Problem } from '../../src/core/errors.ts';
import { listProblems, problemBlocks } from '../../src/report/summary.ts';
import { lintAction } from '../tools/lint-workflow.ts';
import { type ExpectedProblem, type RefusalCase, settleCase } from './case.ts';
import { JSON_CASES } from './json-cases.ts';
import { judgeFile } from './judge-file.ts';
import { PLACE_CASES } from './place-cases.ts';
import { POLICY_CASES } from './policy-cases.ts';
import { TEXT_CASES } from './text-cases.ts';
import { YAML_CASES } from './yaml-cases.ts';

/** Every hostile file is refused for what it is, where it is, at once, and does no harm on the way. */

const FOLDER = fileURLToPath(new URL('../fixtures/refusals/', import.meta.url));
const CASES: readonly RefusalCase[] = [
  ...YAML_CASES,
  ...TEXT_CASES,
  ...PLACE_CASES,
  ...JSON_CASES,
  ...POLICY_CASES,
];

/** What stands beside a file. */
interface Expectation {
  readonly source: string;
  readonly as: NonNullable<RefusalCase['as']>;
  readonly path: string;
  readonly mode?: RefusalCase['mode'];
  readonly problems: readonly ExpectedProblem[];
}

function expectationOf(one: RefusalCase): Expectation {
  const { source, as = 'release', mode } = one;
  const path = {
    release: 'releases/fraud-scorer.yaml',
    tiered: 'releases/fraud-scorer.yaml',
    config: '.belay/config.yaml',
    action: 'action.yml',
    rollout: 'releases/scorer.yaml',
    contract: 'contracts/input.json',
  }[as];
  return {
    source,
    as,
    path: one.path ?? path,
    ...(mode ? { mode } : {}),
    problems: settleCase(one).problems,
  };
}

const folders = () =>
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

function write(): void {
  for (const folder of folders()) rmSync(join(FOLDER, folder), { recursive: true });
  for (const one of CASES) {
    mkdirSync(join(FOLDER, one.source), { recursive: true });
    writeFileSync(join(FOLDER, one.source, `${one.name}.yaml`), settleCase(one).bytes);
    const text = `${JSON.stringify(expectationOf(one), null, 2)}\n`;
    writeFileSync(join(FOLDER, one.source, `${one.name}.expected.json`), text);
  }
}

if (process.env.BELAY_UPDATE_GOLDEN === '1') write();

const files = folders()
  .sort()
  .flatMap((folder) =>
    readdirSync(join(FOLDER, folder))
      .sort()
      .map((name) => `${folder}/${name}`),
  )
  .filter((name) => name.endsWith('.yaml'));
const readCase = (name: string) => ({
  bytes: readFileSync(join(FOLDER, name)),
  expected: JSON.parse(
    readFileSync(join(FOLDER, name.replace(/\.yaml$/, '.expected.json')), 'utf8'),
  ) as Expectation,
});

/** Problems of each file, to be looked at from several sides. */
const found = new Map<string, readonly Problem[]>();
const times: (readonly [ms: number, name: string])[] = [];
const prototype = JSON.stringify(
  [Object.prototype, Array.prototype].map((one) => Object.getOwnPropertyNames(one)),
);

beforeAll(async () => {
  for (const name of files) {
    const { bytes, expected } = readCase(name);
    if (expected.as === 'action') continue;
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round += 1) {
      const { problems, milliseconds } = await judgeFile(bytes, expected);
      found.set(name, problems);
      best = Math.min(best, milliseconds);
    }
    times.push([best, name]);
  }
});
afterAll(() => {
  const slowest = [...times].sort(([a], [b]) => b - a).slice(0, 5);
  const list = slowest.map(([ms, name]) => `${name} ${ms.toFixed(1)} ms`).join(', ');
  console.log(`${files.length} hostile files; the slowest: ${list}`);
});

describe('hostile files', () => {
  it('are what their cases say, and are many', () => {
    expect(files.length).toBeGreaterThanOrEqual(150);
    expect(files).toEqual(CASES.map(({ source, name }) => `${source}/${name}.yaml`).sort());
    for (const one of CASES) {
      const { bytes, expected } = readCase(`${one.source}/${one.name}.yaml`);
      expect(Buffer.compare(bytes, settleCase(one).bytes), one.name).toBe(0);
      expect(expected).toEqual(expectationOf(one));
    }
  });

  it.each(files)('%s', (name) => {
    const { bytes, expected } = readCase(name);
    if (expected.as === 'action') {
      const findings = lintAction(name, bytes.toString('utf8'));
      expect(findings.length > 0).toBe(expected.problems.length > 0);
      for (const { code } of expected.problems) expect(findings.join('\n')).toContain(code);
      return;
    }
    const places = found.get(name)!.map(({ code, at }) => ({ code, line: at.line, column: at.column }));
    expect(places).toEqual(expected.problems);
  });

  it('are judged at once: none costs what work costs that grows with the square of a file', () => {
    for (const [ms, name] of times) expect(ms, name).toBeLessThan(2_000);
  });

  it('leave prototypes alone', () => {
    const now = JSON.stringify(
      [Object.prototype, Array.prototype].map((one) => Object.getOwnPropertyNames(one)),
    );
    expect(now).toBe(prototype);
    expect(({} as { paused?: unknown }).paused).toBeUndefined();
  });
});

describe('what is said about a hostile file', () => {
  const all = () =>
    [...found].flatMap(([name, problems]) => problems.map((problem) => [name, problem] as const));

  it('is one line of printable text that says what to do', () => {
    for (const [name, problem] of all()) {
      const line = formatProblem(problem);
      expect(line, name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(problem.message.length, name).toBeLessThan(500);
      expect(problem.message, name).not.toMatch(/zod|invalid input|received|undefined|\[object|hunter2/i);
    }
  });

  it('is no command in a workflow log, and annotations are all that the runner hears', () => {
    for (const [name, problems] of found) {
      const text = neutraliseCommands(listProblems(problems).join('\n'));
      expect(text, name).not.toMatch(/^\s*::|##\[/m);
      let out = '';
      annotate(
        createWorkflowCommands({ stdout: { write: (line: string) => (out += line) }, env: {} }),
        problems,
      );
      for (const line of out.split('\n').slice(0, -1))
        expect(line, name).toMatch(
          /^::(?:error|warning) title=[A-Z][A-Z0-9_-]+,file=[^:]*,line=\d+,col=\d+::/,
        );
    }
  });

  it('is neither markup nor a mention in the job summary', () => {
    for (const [name, problems] of found) {
      const text = problemBlocks('Problems', problems).join('\n').replaceAll('<!-- -->', '\0');
      const bare = text.replace(/(`+)[^`]+?\1/g, '');
      expect(bare, name).not.toMatch(/(?<!\\)<|(?<![\\\0])!?\[[^\]]*\]\(|@(?!\0)/);
      for (const row of bare.split('\n').filter((line) => line.startsWith('| ')))
        expect(row.replace(/\\\|/g, '').split('|').length, name).toBe(6);
    }
  });
});

it('covers every id that it has to', () => {
  const ids = new Set(CASES.map(({ source }) => source));
  for (const number of [1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 20, 21, 28, 29])
    expect(ids).toContain(`SEC-${String(number).padStart(2, '0')}`);
});
