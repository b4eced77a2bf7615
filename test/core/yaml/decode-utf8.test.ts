import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from '../../../src/core/yaml/decode-utf8.ts';

const decode = (...bytes: readonly number[]) => decodeUtf8('a.yaml', Uint8Array.from(bytes));
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

describe('decodeUtf8', () => {
  it('gives the text, a byte order mark included', () => {
    expect(decode(0xef, 0xbb, 0xbf, ...bytesOf('a: Größe 価格 🙂'))).toEqual({
      kind: 'ok',
      value: '\uFEFFa: Größe 価格 🙂',
      problems: [],
    });
  });

  it('names the first byte that is wrong, from 0, and its line and column', () => {
    expect(decode(...bytesOf('a: 1\nä: '), 0xff, 0x31)).toEqual({
      kind: 'bad',
      problems: [
        {
          code: 'SEC-12',
          severity: 'error',
          at: { file: 'a.yaml', line: 2, column: 4 },
          path: '',
          message: 'not valid UTF-8 at byte 9; write what stands there again and save the file as UTF-8',
        },
      ],
    });
  });

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong slash of three bytes', [0xe0, 0x80, 0xaf]],
    ['half of a pair', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a continuation byte alone', [0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['Latin-1', [0x47, 0x72, 0xf6, 0xdf, 0x65]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
  ])('refuses %s', (_, bytes) => {
    expect(decode(...bytes).kind).toBe('bad');
  });

  it('agrees with the decoder of the platform on every sequence of bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.constantFrom(0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4).map((byte) => Uint8Array.of(byte, 0x80, 0xbf)),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = Uint8Array.from(pieces.flatMap((part) => [...part]));
        const reading = decodeUtf8('a.yaml', bytes);
        let expected: string | undefined;
        try {
          expected = strict.decode(bytes);
        } catch {
          expected = undefined;
        }
        expect(reading.kind === 'ok' ? reading.value : undefined).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads a long file in pieces', () => {
    const text = 'é🙂a'.repeat(20_000);
    expect(decodeUtf8('a.yaml', new TextEncoder().encode(text))).toMatchObject({ kind: 'ok', value: text });
  });
});
