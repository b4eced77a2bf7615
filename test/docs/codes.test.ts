import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectCodes } from '../tools/pages/collect-codes.ts';
import { problemCodes } from '../tools/pages/describe-codes.ts';
import { NOT_OURS, OTHERS } from '../tools/pages/reason-words.ts';
import { ROOT, readPage } from './pages.ts';

const PAGE = readPage('docs/reference/codes.md');
const SAID = collectCodes(join(ROOT, 'src'));
const listed = new Map(
  [...PAGE.matchAll(/^\| `([A-Z0-9_-]+)` \|(.*)\|$/gm)].map(([, code = '', rest = '']) => [code, rest]),
);

describe('docs/reference/codes.md', () => {
  it('lists every code that the source says, with words', () => {
    const ours = SAID.map(({ code }) => code).filter(
      (code) => !NOT_OURS.has(code) && !code.startsWith('BELAY_'),
    );
    expect(new Set(ours).size).toBeGreaterThan(250);
    expect([...new Set(ours)].filter((code) => !/[a-z]{3}/.test(listed.get(code) ?? ''))).toEqual([]);
  });

  it('has words for every problem', () => {
    const silent = [...problemCodes(join(ROOT, 'src'))].filter(([, sentences]) => sentences.length === 0);
    expect(silent.map(([code]) => code)).toEqual([]);
  });

  it('lists every refusal that stands anywhere in the source or in the pages', () => {
    const pages = ['README.md', 'docs/validate.md', 'docs/alerts.md', 'docs/commands.md', 'docs/drills.md'];
    const named = pages.flatMap((page) => readPage(page).match(/\b(?:SEC|ML)-\d\d\b/g) ?? []);
    expect([...new Set(named)].filter((code) => !listed.has(code))).toEqual([]);
  });

  it('keeps no words for codes that nothing says any more', () => {
    const said = new Set(SAID.map(({ code }) => code));
    expect([...NOT_OURS].filter((code) => !said.has(code))).toEqual([]);
    const inTemplates = ['SEC-17', 'SEC-32'];
    expect(Object.keys(OTHERS).filter((code) => !said.has(code) && !inTemplates.includes(code))).toEqual([]);
  });

  it('lists every exit code', () => {
    for (const code of ['0', '1', '2', '3', '4', '5'])
      expect(PAGE).toMatch(new RegExp(`^\\| \`${code}\` \\|`, 'm'));
  });
});
