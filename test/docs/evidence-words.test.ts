import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/core/errors.ts';
import { CHECK_SCHEMAS } from '../../src/core/judge/document/check-schemas.ts';
import { judgeDocument } from '../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../src/core/judge/document/read-evidence.ts';
import { exitCodeOfVerdict } from '../../src/report/exit-code.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/checks/evidence.md', import.meta.url)), 'utf8');

describe('docs/checks/evidence.md', () => {
  it('shows one check of each kind that can be judged', () => {
    const [, text = ''] = /```json\n([\s\S]*?)```/.exec(PAGE) ?? [];
    const reading = readEvidence(text, 'evidence.json');
    if (reading.kind !== 'read') throw new Error(reading.problems.map(formatProblem).join('; '));
    const { checks } = judgeDocument(reading.evidence, { curve: false });
    expect([...new Set(checks.map(({ kind }) => kind))].sort()).toEqual(Object.keys(CHECK_SCHEMAS).sort());
    for (const { name, verdict, ticks, reason } of checks) {
      expect([name, verdict, reason]).not.toContain('error');
      expect([name, ticks]).toEqual([name, { used: 1, dropped: [] }]);
    }
  });

  it('says the exit codes that there are', () => {
    const codes = [...PAGE.matchAll(/(\d) `(pass|fail|error)`/g)].map(([, code, verdict]) => [
      verdict,
      Number(code),
    ]);
    expect(codes).toEqual(
      (['pass', 'fail', 'error'] as const).map((verdict) => [verdict, exitCodeOfVerdict(verdict)]),
    );
    expect(PAGE).toContain(`${exitCodeOfVerdict('inconclusive')} \`inconclusive\` or \`no-data\``);
  });
});
