import { describe, expect, it } from 'vitest';
import { annotate } from '../../src/actions/annotate.ts';
import { neutraliseCommands } from '../../src/actions/workflow-text.ts';
import type { Problem } from '../../src/core/errors.ts';

describe('neutraliseCommands', () => {
  it.each([
    '::add-mask::a',
    '  ::error::x',
    '##[error]x',
    'a\n::set-output name=x::y',
    'a\r::stop-commands::t',
    'see ##[group]',
  ])('leaves no workflow command in %j', (text) => {
    const lines = neutraliseCommands(text).split(/\r?\n/);
    expect(lines.filter((line) => line.trimStart().startsWith('::') || line.includes('##['))).toEqual([]);
  });

  it('leaves ordinary text as it is', () => {
    expect(neutraliseCommands('a::b\nx: 1\n')).toBe('a::b\nx: 1\n');
  });
});

describe('annotate', () => {
  const problem = (line: number, severity: Problem['severity']): Problem => ({
    code: 'STEP_NOT_INCREASING',
    severity,
    at: { file: 'releases/a.yaml', line, column: 3 },
    path: 'spec',
    message: `message ${line}`,
  });

  function record(problems: readonly Problem[]) {
    const shown: { kind: string; message: string; startLine: number }[] = [];
    const write = (kind: string) => (message: string, place: { startLine: number }) => {
      shown.push({ kind, message, startLine: place.startLine });
    };
    annotate({ error: write('error'), warning: write('warning') }, problems);
    return shown;
  }

  it('puts each problem on its line', () => {
    expect(record([problem(4, 'warning'), problem(2, 'error')])).toEqual([
      { kind: 'error', message: 'spec: message 2', startLine: 2 },
      { kind: 'warning', message: 'spec: message 4', startLine: 4 },
    ]);
  });

  it('says how many it does not show, within the ten that GitHub shows', () => {
    const shown = record(Array.from({ length: 25 }, (_, index) => problem(index + 1, 'error')));
    expect(shown).toHaveLength(10);
    expect(shown[9]?.message).toBe(
      '16 more problems are not shown here; the log of this step lists all of them',
    );
  });
});
