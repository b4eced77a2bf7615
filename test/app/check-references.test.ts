import { describe, expect, it } from 'vitest';
import { findFileLinks } from '../../src/core/manifest/runbook-links.ts';
import { parseInstant } from '../../src/core/units.ts';
import { MANIFEST } from '../builders/world.ts';
import { BASE, problemsOf } from './directory.ts';

const RUNBOOK = 'docs/runbooks/scorer.md';
const codes = async (files: Readonly<Record<string, string>>) =>
  (await problemsOf({ ...BASE, ...files })).map(
    ({ code, at }) => `${code} ${at.file}:${at.line}:${at.column}`,
  );

describe('owners of a release', () => {
  it.each(['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'])('are looked for in %s', async (path) => {
    expect(await codes({ [path]: '# owners\n* @Acme/Risk-ML # all\n' })).toEqual([]);
    const found = await codes({ [path]: '# @acme/risk-ml\n* @acme/other\n' });
    expect(found).toEqual([expect.stringMatching(/^OWNER_UNKNOWN releases\/scorer\.yaml:6:7$/)]);
  });

  it('are looked for in the file that GitHub reads, and nothing is said without one', async () => {
    expect(await codes({})).toEqual([]);
    const both = { CODEOWNERS: '* @acme/risk-ml\n', '.github/CODEOWNERS': '* @acme/other\n' };
    expect(await codes(both)).toHaveLength(1);
  });
});

describe('links of a runbook', () => {
  it('lead to files or folders of the repository', async () => {
    const text = [
      '# What to do [top](#top) ![graph](graph.png "title")',
      '[serving](/serving/) [route](../../serving/scorer.yaml#L3) <https://acme.dev> [x](https://acme.dev/x)',
      '`[code](nowhere.md)`',
      '```',
      '[fenced](nowhere.md)',
      '```',
      '[by name]: <../notes%20old.md> "old"',
      '[root](../..)',
    ].join('\n');
    const files = { [RUNBOOK]: text, 'docs/runbooks/graph.png': 'x', 'docs/notes old.md': 'x' };
    expect(await codes(files)).toEqual([]);
    const { 'docs/notes old.md': _, ...less } = files;
    expect(await codes(less)).toEqual([`RUNBOOK_LINK_BROKEN ${RUNBOOK}:7:13`]);
  });

  it('do not lead out of it', async () => {
    const [problem] = await problemsOf({ ...BASE, [RUNBOOK]: 'See [this](../../../etc/passwd).\n' });
    expect(problem).toMatchObject({ code: 'RUNBOOK_LINK_BROKEN', at: { line: 1, column: 12 } });
    expect(problem!.message).toContain('"../../../etc/passwd" leads out of the repository');
  });

  it('are found in time that grows with the text', () => {
    for (const piece of ['[', '](', '[](', '![', '`', '<', '[a]: ', '[a'])
      expect(findFileLinks('a.md', piece.repeat(200_000 / piece.length)).length).toBeLessThan(100_000);
  });
});

describe('the day of a waiver', () => {
  const waived = (until: string) => ({
    [MANIFEST]: `${BASE[MANIFEST]!.replaceAll(/uri: (s3:\S+)/g, 'uri: $1/model.pkl')}  waivers:\n    - rule: ML-02\n      reason: until the exporter can write onnx\n      owner: "@acme/risk-ml"\n      until: ${until}\n`,
  });
  const now = parseInstant('2026-11-21T23:59:59Z');
  const on = async (until: string) =>
    (await problemsOf({ ...BASE, ...waived(until) }, { now })).map(({ code, severity }) => [code, severity]);

  it.each([
    ['2027-03-01', []],
    ['2026-12-05', [['WAIVER_ENDING', 'warning']]],
    ['2026-11-21', [['WAIVER_ENDING', 'warning']]],
    ['2026-11-20', [['WAIVER_EXPIRED', 'error']]],
    ['2027-11-23', [['WAIVER_TOO_LONG', 'error']]],
  ])('%s is judged by today', async (until, expected) => {
    expect(await on(until)).toEqual(expected);
  });

  it('is not judged where there is no clock', async () => {
    expect(await problemsOf({ ...BASE, ...waived('2020-01-01') })).toEqual([]);
  });
});
