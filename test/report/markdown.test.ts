import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { codeBlock, codeSpan, escapeText, joinBlocks, table } from '../../src/report/markdown.ts';

/** What GitHub's own pass makes of @name outside code. */
const MENTION = /(^|[^A-Za-z0-9])@[A-Za-z0-9]/;

function render(markdown: string): string {
  return marked.parse(markdown, { gfm: true, async: false });
}

const HOSTILE = [
  '@org/all please look',
  '<img src=https://e.example/x>',
  '</details><script>alert(1)</script>',
  '![x](https://e.example)',
  '[click](javascript:alert(1))',
  'a | b | c',
  '``` ````',
  'https://evil.example/x',
  '_https://evil.example/x',
  'a_www.evil.example',
  '1https://evil.example/x',
  'www.evil.example',
  '# heading',
  '- item\n\n> quote\n\n---',
  '&lt;b&gt; &#64;org',
  'line one\n\n| a |\n|---|',
  '~~~\ncode\n~~~',
  '$x^2$ ::: note',
];

describe('escapeText', () => {
  it.each(HOSTILE)('renders %j as plain text', (text) => {
    const html = render(`before ${escapeText(text)} after`);
    expect(html).not.toMatch(/<(?:img|a|script|h\d|ul|hr|table|blockquote|pre|code)\b/);
    expect(html.replace(/<!--.*?-->/g, '§')).not.toMatch(MENTION);
    expect(html.match(/<p>/g)).toHaveLength(1);
  });

  it('keeps a table a table, whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { minLength: 2, maxLength: 2 }),
        (cells) => {
          const html = render(table(['a', 'b'], [cells.map(escapeText)]));
          expect(html.match(/<td>/g)).toHaveLength(2);
          expect(html).not.toMatch(/<(?:img|a|script)\b/);
        },
      ),
    );
  });
});

describe('code', () => {
  it('holds any text in one span of one cell', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ minLength: 1 })), (text) => {
        fc.pre(text.trim() !== '');
        const html = render(table(['a', 'b'], [[codeSpan(text), 'x']]));
        expect(html.match(/<td>/g)).toHaveLength(2);
        expect(html).not.toMatch(/<(?:img|a|script)\b/);
      }),
    );
  });

  it('holds any text in one block', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), (text) => {
        const html = render(`${codeBlock(text)}\n\nafter`);
        expect(html.match(/<pre>/g)).toHaveLength(1);
        expect(html).toContain('<p>after</p>');
      }),
    );
  });
});

describe('joinBlocks', () => {
  it('leaves out whole blocks and says so', () => {
    const joined = joinBlocks(['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)], { limit: 30, note: 'cut' });
    expect(joined).toBe(`${'a'.repeat(10)}\n\n${'b'.repeat(10)}\n\ncut`);
    expect(joined.length).toBeLessThanOrEqual(30);
  });

  it('never exceeds the limit as long as the note fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 10 }),
        fc.integer({ min: 10, max: 200 }),
        (blocks, limit) => {
          expect(joinBlocks(blocks, { limit, note: 'cut' }).length).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
