import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';

function mask(secret: string, text: string): string {
  const secrets = createSecrets();
  secrets.add(secret);
  return secrets.mask(text);
}

describe('createSecrets', () => {
  it('leaves everything as it is while nothing is secret, and for an empty secret', () => {
    expect(createSecrets().mask('all of this')).toBe('all of this');
    expect(mask('', 'all of this')).toBe('all of this');
    expect(mask(' \n', 'all of this')).toBe('all of this');
  });

  it('masks every occurrence, and overlapping secrets as one', () => {
    const secrets = createSecrets();
    for (const secret of ['abcd', 'cdef', 'efab']) secrets.add(secret);
    expect(secrets.mask('abcdef, abcd, cdefabcd. cd')).toBe('***, ***, ***. cd');
  });

  it('does not count blanks around a secret', () => {
    expect(mask(' tok_12345\n', 'a tok_12345 b')).toBe('a *** b');
  });

  it('masks base64 of the secret alone, with and without padding', () => {
    expect(mask('tok_12345x', 'dG9rXzEyMzQ1eA== dG9rXzEyMzQ1eA')).toBe('*** ***');
  });

  it('masks the secret inside longer base64, whatever its offset', () => {
    for (const before of ['', 'j', 'jo', 'jo:'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${before}tok_?>12345`).toString(encoding);
        const masked = mask('tok_?>12345', text).replaceAll('=', '');
        expect(masked).toContain('***');
        // Characters that hold bits of a neighbour may stay: one on each side at most.
        expect(masked.length - '***'.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6) + 2);
      }
  });

  it.each([
    ['in an address', 'q=a%2Fb%20c%2Bd', 'q=***'],
    ['in an address in lower case', 'q=a%2fb%20c%2bd', 'q=***'],
    ['in a form', 'q=a%2Fb+c%2Bd&r=1', 'q=***&r=1'],
  ])('masks the secret %s', (_, text, expected) => {
    expect(mask('a/b c+d', text)).toBe(expected);
  });

  it('does not mask what is too short to be a secret, nor short pieces of base64: both occur by chance', () => {
    for (const secret of ['a', 'up', 'api'])
      expect(mask(secret, 'the api was up: a')).toBe('the api was up: a');
    expect(mask('abcd', 'YWJjZA== and WJj, abcd')).toBe('*** and WJj, ***');
  });

  it('tells every form once', () => {
    const told: string[] = [];
    const secrets = createSecrets({ announce: (form) => told.push(form) });
    secrets.add('a/b c+d');
    const first = [...told];
    expect(first).toEqual(expect.arrayContaining(['a/b c+d', 'a%2Fb%20c%2Bd', 'YS9iIGMrZA==']));
    expect(new Set(first).size).toBe(first.length);
    secrets.add('a/b c+d');
    expect(told).toEqual(first);
  });

  it('leaves no form of any secret in any text, and takes nothing else away', () => {
    const secret = fc.string({ minLength: 8, unit: 'grapheme-ascii' }).map((text) => `${text.trim()}0aB/+`);
    const part = fc.string({ unit: fc.constantFrom('0', 'a', 'B', '/', '+', ' ') });
    fc.assert(
      fc.property(secret, part, part, (token, before, later) => {
        const spellings = [
          token,
          encodeURIComponent(token),
          Buffer.from(token).toString('base64'),
          Buffer.from(token).toString('base64url'),
          JSON.stringify(token).slice(1, -1),
        ];
        for (const spelling of spellings) {
          const masked = mask(token, `${before}<${spelling}>${later}`);
          expect(masked).not.toContain(spelling);
          expect(masked).toContain('<***>');
        }
      }),
    );
  });

  it('copes with text that is no Unicode', () => {
    expect(mask('abc\ud800def', 'x abc\ud800def y')).toBe('x *** y');
  });
});
