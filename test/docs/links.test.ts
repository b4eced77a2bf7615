import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, proseOf, ROOT } from './pages.ts';

interface Link {
  readonly page: string;
  readonly written: string;
  /** From the root. */
  readonly target: string;
  readonly anchor: string | undefined;
}

/** Links to places of this repository. */
const LINKS: readonly Link[] = PAGES.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].map(
    ([written, path = '', anchor]) => ({
      page,
      written,
      target: path === '' ? page : posix.join(posix.dirname(page), path),
      anchor,
    }),
  ),
);

/** Anchors of a page as GitHub makes them; a heading that stands twice gets a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, head = '']) => {
    const slug = head
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(anchors);
}

const written = ({ page, written }: Link): string => `${page}: ${written}`;

describe('links', () => {
  it('are found', () => {
    expect(LINKS.length).toBeGreaterThan(200);
    expect(LINKS.filter(({ anchor }) => anchor !== undefined).length).toBeGreaterThan(10);
  });

  it('lead to what is there', () => {
    const broken = LINKS.filter(({ target }) => !existsSync(join(ROOT, target)));
    expect(broken.map(written)).toEqual([]);
  });

  it('lead to headings that are there', () => {
    const broken = LINKS.filter(
      ({ target, anchor }) =>
        anchor !== undefined && (!target.endsWith('.md') || !anchorsOf(target).has(anchor)),
    );
    expect(broken.map(written)).toEqual([]);
  });

  it('of the index lead to every page of docs, and of README to the index', () => {
    const fromIndex = new Set(
      LINKS.filter(({ page }) => page === 'docs/README.md').map(({ target }) => target),
    );
    const missing = PAGES.filter(
      (page) => page.startsWith('docs/') && page !== 'docs/README.md' && !fromIndex.has(page),
    );
    expect(missing).toEqual([]);
    expect(LINKS.some(({ page, target }) => page === 'README.md' && target === 'docs/README.md')).toBe(true);
  });

  it('to a folder lead to one with a page', () => {
    const folders = LINKS.filter(
      ({ target }) => existsSync(join(ROOT, target)) && statSync(join(ROOT, target)).isDirectory(),
    );
    const bare = folders.filter(({ target }) => !existsSync(join(ROOT, target, 'README.md')));
    expect(bare.map(written)).toEqual([]);
  });
});
