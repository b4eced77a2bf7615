import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import type { ActionRun } from '../tools/composite-runner.ts';
import { openStage, type Stage } from './stage.ts';

/** Words of strangers that would be commands if any shell, log or trailer took them for some (SEC-01, SEC-02, SEC-20). */
const EVIL = [
  ['quotes', '"; touch "$RUNNER_TEMP/pwn"; touch pwn #'],
  ['single quotes', "'; touch $RUNNER_TEMP/pwn; touch pwn #"],
  ['a substitution', '$(touch $RUNNER_TEMP/pwn)`touch pwn`'],
  ['line breaks', 'x\ntouch $RUNNER_TEMP/pwn\ntouch pwn\n'],
  ['workflow commands', 'x\n::error::injected\n::set-output name=changed::injected\n##[error]injected'],
  ['a trailer', 'x\n\nBelay-Op: 0000\nBelay-Release: other'],
  ['a heredoc', 'x\nEOF\nchanged=injected\n'],
] as const;

let stage: Stage;
let workspace = '';

beforeAll(async () => {
  stage = await openStage('advancing', { metrics: 'none' });
});
afterEach(() => expect(stage.lab.takeViolations()).toEqual([]));
afterAll(() => stage?.close());

const remember = async (folder: string): Promise<void> => {
  workspace = folder;
};

/** Nothing of it was run, and nothing that a later step may paste into a script can hold it. */
function expectHarmless(run: ActionRun): void {
  expect([join(run.temp, 'pwn'), join(workspace, 'pwn'), 'pwn'].filter((path) => existsSync(path))).toEqual(
    [],
  );
  expect(run.otherCommands).toEqual([]);
  expect(run.annotations.filter(({ message }) => message.startsWith('injected'))).toEqual([]);
  for (const value of Object.values(run.outputs)) expect(value).toMatch(/^[A-Za-z0-9._:/@-]{0,128}$/);
}

describe.each(EVIL)('%s', (_, evil) => {
  it('stay text in the reason of a rollback: one line of the record and of the commit', async () => {
    const repository = await stage.createRepository();
    const inputs = { release: 'scorer', reason: evil, from: '' };
    const event = { name: 'workflow_dispatch', inputs } as const;
    const run = await stage.runJob('rollback', repository, { event, beforeAction: remember });
    expect(run).toMatchObject({ exitCode: 0, outputs: { decision: 'rollback', changed: 'true' } });
    expectHarmless(run);
    const text = await repository.read('.belay/records/scorer/0004.json');
    const record = RecordSchema.parse(JSON.parse(text ?? '{}'));
    const told = `mona: ${evil.trim().replace(/\s+/g, ' ')}`;
    expect(record.decision.reasons[0]?.text).toBe(told);
    const written = (await repository.log()).find(({ message }) => message.includes('Belay-Op: '));
    const trailers = (written?.message ?? '').split('\n').filter((line) => /^Belay-[A-Z]/.test(line));
    expect(trailers).toEqual([
      'Belay-Release: scorer',
      'Belay-Record: 0004',
      expect.stringMatching(/^Belay-Op: [0-9a-f]{64}$/),
    ]);
  });

  it('are no release, no version and no folder', async () => {
    const repository = await stage.createRepository();
    const head = await repository.head();
    const event = { name: 'workflow_dispatch' } as const;
    const given = [
      { release: evil },
      { release: 'scorer', from: evil },
      { release: 'scorer', directory: evil },
    ];
    const codes: number[] = [];
    for (const inputs of given) {
      const run = await stage.runJob('rollback', repository, { event, with: inputs, beforeAction: remember });
      expectHarmless(run);
      codes.push(run.exitCode);
    }
    expect(codes).toEqual([1, 1, 1]);
    expect(await repository.head()).toBe(head);
  });
});

describe('a branch', () => {
  it.each([
    // a schedule's event does not name the default branch: it runs on that
    ['schedule', 0],
    ['workflow_dispatch', 1],
  ] as const)('may be called what it likes in a run by %s', async (name, exitCode) => {
    const repository = await stage.createRepository();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: ${IFS} stands for a blank, which no branch may have in its name
    const branch = 'zzz";touch${IFS}pwn;$(touch${IFS}pwn);#';
    await repository.commit({ branch, files: { 'README.md': 'x\n' } });
    const ref = `refs/heads/${branch}`;
    const run = await stage.runJob('advance', repository, { ref, event: { name }, beforeAction: remember });
    expect(run.exitCode).toBe(exitCode);
    expectHarmless(run);
  });
});
