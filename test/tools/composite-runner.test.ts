// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows look like that
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { holds, interpolate } from './actions-expressions.ts';
import { type ActionRun, type GitHubContext, runAction, type UsesStep } from './composite-runner.ts';
import { readFileCommands } from './file-commands.ts';
import { readStepLog } from './workflow-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-runner-test-'));
const litter = [folder];
afterAll(() => {
  for (const path of litter) rmSync(path, { recursive: true });
});

async function perform(step: UsesStep): Promise<ActionRun> {
  const run = await runAction(step);
  litter.push(run.temp);
  return run;
}

const github: GitHubContext = {
  token: 'ghs_runner',
  repository: 'acme/models',
  ref: 'refs/heads/main',
  ref_name: 'main',
  sha: '0'.repeat(40),
  event_name: 'schedule',
  event: { repository: { default_branch: 'main' } },
  actor: 'mona',
  workspace: folder,
  api_url: 'http://127.0.0.1:9/api',
  graphql_url: 'http://127.0.0.1:9/graphql',
  server_url: 'http://127.0.0.1:9',
};

let count = 0;
function writeAction(lines: readonly string[]): string {
  count += 1;
  const own = join(folder, `action-${count}`);
  mkdirSync(own);
  writeFileSync(join(own, 'action.yml'), ['name: test', 'description: test', ...lines, ''].join('\n'));
  return join(own, 'action.yml');
}

const ECHO = [
  'inputs:',
  '  who: {description: who, required: true}',
  '  token: {description: token, default: "${{ github.token }}"}',
  'outputs:',
  '  said: {description: what, value: "${{ steps.say.outputs.said }}"}',
  'runs:',
  '  using: composite',
  '  steps:',
  '    - id: say',
  '      shell: bash',
  '      env: {WHO: "${{ inputs.who }}", TOKEN: "${{ inputs.token }}"}',
  '      run: |',
  '        echo "said=$WHO" >> "$GITHUB_OUTPUT"',
  '        echo "::warning file=a.yaml,line=3::for $TOKEN"',
  '        echo "# $WHO" >> "$GITHUB_STEP_SUMMARY"',
  '        env | grep -c ^INPUT_ || echo none',
  '        false | true',
  '        echo not reached',
];

describe('the composite runner', () => {
  it('passes inputs, takes outputs, annotations and the summary, and stops where bash stops', async () => {
    const action = writeAction(ECHO);
    const run = await perform({ action, with: { who: 'mona' }, github });
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { said: 'mona' },
      summary: '# mona\n',
      annotations: [
        { level: 'warning', message: 'for ghs_runner', properties: { file: 'a.yaml', line: '3' } },
      ],
    });
    expect(run.shown).toContain('warning: for ***');
    expect(run.shown).toContain('none');
    expect(run.shown).not.toContain('not reached');
  });

  it('does not insist on inputs that are required, and gives them as empty', async () => {
    expect((await perform({ action: writeAction(ECHO), github })).outputs).toEqual({ said: '' });
  });

  it('refuses what it could not do as GitHub does', async () => {
    const uses = writeAction(['runs: {using: composite, steps: [{uses: actions/checkout@v4}]}']);
    await expect(runAction({ action: uses, github })).rejects.toThrow('cannot do "uses"');
    const broken = writeAction(['runs: {using: composite, steps: [{run: a}]}']);
    await expect(runAction({ action: broken, github })).rejects.toThrow(
      /Required property is missing: shell/,
    );
    const known = writeAction(ECHO);
    await expect(runAction({ action: known, with: { whom: 'x' }, github })).rejects.toThrow("'whom'");
  });
});

describe('expressions', () => {
  const contexts = { github: { event: { a: null, 'if-failing': 'true' } }, inputs: { release: '' } };

  it.each([
    ['x ${{ inputs.release || github.event.if-failing }} y', 'x true y'],
    ["${{ github.event.a }}${{ github.event.none || '}}' }}", '}}'],
    ['no expression', 'no expression'],
  ])('%s gives %s', (text, expected) => {
    expect(interpolate(text, contexts)).toBe(expected);
  });

  it('refuse a context that is not there', () => {
    expect(() => interpolate('${{ secrets.A }}', contexts)).toThrow();
  });

  it('decide on an if', () => {
    expect(
      [undefined, "${{ inputs.release != '' }}", "inputs.release == ''"].map((one) => holds(one, contexts)),
    ).toEqual([true, false, true]);
  });
});

describe('the log of a step', () => {
  it('carries commands out wherever the runner does, and masks from then on', () => {
    const log = readStepLog(
      'a s3cret\n  ::add-mask::s3cret\nb s3cret\n::set-output name=x::y\nsee ##[error]late\n',
    );
    expect(log.shown).toBe('a s3cret\nb ***\nset-output: y\nerror: late\n');
    expect(log.unmasked).toContain('b s3cret');
    expect(log.otherCommands).toEqual(['set-output']);
    expect(log.annotations).toEqual([{ level: 'error', message: 'late', properties: {} }]);
  });

  it('keeps ten annotations of a level', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `::error line=${index}::${index}`);
    const log = readStepLog(['::warning::w', ...lines].join('\n'));
    expect(log.annotations).toHaveLength(11);
    expect(log.dropped).toBe(2);
  });

  it('gives back what was escaped', () => {
    const [one] = readStepLog('::error title=a%3Ab%2Cc::50%25 %250A%0Aof').annotations;
    expect(one).toMatchObject({ message: '50% %0A\nof', properties: { title: 'a:b,c' } });
  });
});

describe('files of outputs', () => {
  it('hold lines and blocks', () => {
    const text = 'a=1\nb<<END\nx=2\n\ny\nEND\nc=\nd=e<<f\n';
    expect(readFileCommands(text)).toEqual({ a: '1', b: 'x=2\n\ny', c: '', d: 'e<<f' });
  });

  it.each(['loose', 'a<<END\nx\n', '<<END\nEND\n'])('fail the step: %j', (text) => {
    expect(() => readFileCommands(text)).toThrow(/invalid/);
  });
});
