import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createWorkflowCommands } from '../../src/actions/workflow-commands.ts';

function open(env: Readonly<Record<string, string>> = {}) {
  const written: string[] = [];
  const runner = createWorkflowCommands({ stdout: { write: (text) => written.push(text) }, env });
  return { runner, written };
}

const folder = mkdtempSync(join(tmpdir(), 'belay-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('workflow commands', () => {
  it('stand on one line, whatever the message and the file are called', () => {
    const { runner, written } = open();
    runner.error('50 % of\r\nit', { title: 'A:B,C', file: 'a,b:c\n.yaml', startLine: 3, startColumn: 7 });
    expect(written).toEqual([
      '::error title=A%3AB%2CC,file=a%2Cb%3Ac%0A.yaml,line=3,col=7::50 %25 of%0D%0Ait\n',
    ]);
  });

  it('have no place when they are about the run', () => {
    const { runner, written } = open();
    runner.report('warning', 'late');
    expect(written).toEqual(['::warning title=Belay::late\n']);
  });

  it('mask a secret of several lines as one', () => {
    const { runner, written } = open();
    runner.addMask('-----BEGIN\nabc%\n');
    expect(written).toEqual(['::add-mask::-----BEGIN%0Aabc%25%0A\n']);
  });

  it('append outputs and the summary to the files of the runner', () => {
    const env = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
    const { runner, written } = open(env);
    runner.setOutput('decision', 'hold');
    runner.setOutput('commit', '');
    runner.appendSummary('# A\n');
    expect(readFileSync(env.GITHUB_OUTPUT, 'utf8')).toBe('decision=hold\ncommit=\n');
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8')).toBe('# A\n\n');
    expect(written).toEqual([]);
  });

  it('refuse an output that could begin another one', () => {
    const { runner } = open({ GITHUB_OUTPUT: join(folder, 'refused') });
    for (const value of ['a\nchanged=true', 'a\rb'])
      expect(() => runner.setOutput('release', value)).toThrow('output release: expected one line');
  });

  it('write no file where there is no runner', () => {
    const { runner, written } = open();
    runner.setOutput('decision', 'hold');
    runner.appendSummary('x');
    expect(written).toEqual([]);
  });

  it('are those of @actions/core, to the byte', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a:b,c', '50 %\r\n::error::x', '%0A', ''));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 9_999 }), (message, file, line) => {
        const place = { title: 'SEC-06', file, startLine: line, startColumn: 3 };
        const { runner, written } = open();
        runner.error(message, place);
        runner.warning(message, place);
        runner.addMask(message);
        const theirs = capture(() => {
          core.error(message, place);
          core.warning(message, place);
          core.setSecret(message);
        });
        // The toolkit leaves out a property that is empty; the runner reads both alike.
        expect(written.join('').replaceAll(',file=,', ',')).toBe(theirs);
      }),
    );
  });
});

/** What a piece of code writes to stdout. */
function capture(run: () => void): string {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  try {
    run();
  } finally {
    spy.mockRestore();
  }
  return lines.join('').replaceAll('\r\n', '\n');
}
