import { describe, expect, it } from 'vitest';
import { PAGES, proseOf, readPage } from './pages.ts';

/** Words that promise nothing. */
const DOUBTFUL = /\b(?:should work|for now|todo|fixme|coming soon|hopefully|work in progress|wip|tbd)\b/i;

const DOCS = PAGES.filter((page) => page.startsWith('docs/'));

describe('the pages', () => {
  it('use no words that cost trust', () => {
    const found = PAGES.filter((page) => page !== 'src/README.md').flatMap((page) =>
      readPage(page)
        .split('\n')
        .filter((line) => DOUBTFUL.test(line))
        .map((line) => `${page}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it.each(DOCS)('%s has one title, and says below it what it is for', (page) => {
    const lines = proseOf(page).split('\n');
    expect(lines[0]).toMatch(/^# \S/);
    expect(lines.filter((line) => /^# /.test(line))).toHaveLength(1);
    const [first = ''] = lines.slice(1).filter((line) => line.trim() !== '');
    expect(first).toMatch(/^(?:This page is|For )/);
  });
});
