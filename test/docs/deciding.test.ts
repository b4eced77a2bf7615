import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PAGES, PICTURES } from '../tools/draw-pictures.ts';
import { fillPage } from '../tools/pictures/fill-page.ts';

const FOLDER = fileURLToPath(new URL('../../docs/deciding', import.meta.url));
const MOST_BYTES = 60_000;
const read = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');

/** About where the letters of a text are, from its length: 13 px, titles 15 px. */
function textBoxes(svg: string) {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)<\/text>/g)].map(
    ([, x, y, how = '', written = '']) => {
      const text = written.replace(/&[a-z]+;/g, '&');
      const width = text.length * (how.includes('font-size="15"') ? 7.8 : 6.4);
      const back = how.includes('"end"') ? width : how.includes('"middle"') ? width / 2 : 0;
      const left = Number(x) - back;
      return { text, left, right: left + width, top: Number(y) - 10, bottom: Number(y) + 2 };
    },
  );
}

describe('the pictures of docs/deciding', () => {
  it.each(Object.entries(PICTURES))(
    '%s is what the code draws now (npm run pictures)',
    async (name, draw) => {
      const drawn = await draw();
      expect(read(`pictures/${name}`)).toBe(drawn);
      expect(drawn.length).toBeLessThan(MOST_BYTES);
      expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
    },
  );

  it.each(Object.keys(PICTURES))('%s has its words within its edges, and none over others', (name) => {
    const svg = read(`pictures/${name}`);
    const [, width = ''] = /viewBox="0 0 (\d+) /.exec(svg) ?? [];
    const boxes = textBoxes(svg);
    expect(boxes.length).toBeGreaterThan(5);
    expect(boxes.filter(({ left, right }) => left < 0 || right > Number(width))).toEqual([]);
    const overlaps = boxes.flatMap((one, index) =>
      boxes
        .slice(index + 1)
        .filter(
          (other) =>
            one.left < other.right &&
            other.left < one.right &&
            one.top < other.bottom &&
            other.top < one.bottom,
        )
        .map((other) => `${one.text} | ${other.text}`),
    );
    expect(overlaps).toEqual([]);
  });

  it('are all shown, each with words for those who do not see it', () => {
    const shown = PAGES.flatMap((page) => [...read(page).matchAll(/!\[(.*?)\]\(pictures\/(.*?)\)/g)]);
    expect(shown.map(([, , name]) => name).sort()).toEqual(readdirSync(join(FOLDER, 'pictures')).sort());
    expect(Object.keys(PICTURES).sort()).toEqual(shown.map(([, , name]) => name).sort());
    for (const [, words] of shown) expect(words!.length).toBeGreaterThan(10);
  });
});

describe('the pages of docs/deciding', () => {
  it.each(PAGES)('%s shows what its commands print now (npm run pictures)', async (page) => {
    const text = read(page);
    expect(await fillPage(text)).toBe(text);
  });

  it('README.md explains sentences that are on the page', () => {
    const [, parts = ''] = /\| part \| says \|\n([\s\S]*?)\n\n/.exec(read('README.md')) ?? [];
    const quoted = parts
      .split('\n')
      .slice(1)
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
    expect(quoted.length).toBeGreaterThan(5);
    const printed = [...read('README.md').matchAll(/```text\n([\s\S]*?)```/g)]
      .map(([, text]) => text)
      .join('');
    const pieces = quoted.flatMap((text) => text.split('…').map((piece) => piece.trim()));
    expect(pieces.filter((piece) => !printed.includes(piece))).toEqual([]);
  });

  it.each([...PAGES, 'mixture.md'])('%s links only to what is there', (page) => {
    for (const [, path = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path === '' ? join(FOLDER, page) : join(dirname(join(FOLDER, page)), path);
      expect(existsSync(target), `${page}: ${path}`).toBe(true);
      if (anchor === undefined) continue;
      const heads = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, head]) => slug(head!));
      expect(heads, `${page}: ${path}`).toContain(anchor);
    }
  });
});

function slug(head: string): string {
  return head
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s+/g, '-');
}
