import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendMarked, findMarked, replaceMarked } from '../../src/report/marked-block.ts';

const FILE = '# Words\n\n<!-- made -->\nold\n<!-- /made -->\n\nMore words.\n';

describe('a marked part', () => {
  it('is replaced, and nothing around it is', () => {
    const found = findMarked(FILE, 'made');
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(found.line).toBe(3);
    expect(replaceMarked(FILE, found, 'new')).toBe(FILE.replace('old', 'new'));
  });

  it('keeps the line ends of its file', () => {
    const file = FILE.replaceAll('\n', '\r\n');
    const found = findMarked(file, 'made');
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(replaceMarked(file, found, 'a\nb')).toBe(file.replace('old', 'a\r\nb'));
    expect(appendMarked('x\r\n', 'made', 'a')).toBe('x\r\n\r\n<!-- made -->\r\na\r\n<!-- /made -->\r\n');
  });

  it.each([
    ['', ''],
    ['words', 'words\n\n'],
    ['words\n', 'words\n\n'],
  ])('is put after all that stands in %j', (before, kept) => {
    expect(appendMarked(before, 'made', 'new')).toBe(`${kept}<!-- made -->\nnew\n<!-- /made -->\n`);
  });

  it('is found again, whatever it holds, and replacing it by itself changes nothing', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: fc.constantFrom('a', '\n', '`', '<', ' ') }),
        (before, part) => {
          const text = appendMarked(before, 'made', part);
          const found = findMarked(text, 'made');
          expect(found.kind).toBe('found');
          if (found.kind === 'found') expect(replaceMarked(text, found, part)).toBe(text);
        },
      ),
    );
  });

  it.each([
    ['the first mark alone', '<!-- made -->\nold\n', 1],
    ['the last mark alone', 'words\n<!-- /made -->\n', 2],
    ['a mark twice', `${FILE}<!-- made -->\n`, 3],
    ['the marks the wrong way round', '<!-- /made -->\n<!-- made -->\n', 2],
  ])('is not looked for behind %s', (_, text, line) => {
    expect(findMarked(text, 'made')).toMatchObject({ kind: 'broken', line });
  });

  it.each(['nothing', 'of `<!-- made -->` one may speak\n', '<!-- made of -->\n<!-- /made of -->\n'])(
    'is absent from %j',
    (text) => {
      expect(findMarked(text, 'made').kind).toBe('absent');
    },
  );
});
