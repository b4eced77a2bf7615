import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

/** Text made of what YAML gives a meaning to. */
const yamlish = fc.string({
  unit: fc.constantFrom(
    ...[
      'a',
      'b',
      ':',
      ' ',
      '  ',
      '\n',
      '\r\n',
      '- ',
      '? ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '#',
      '&',
      '*',
    ],
    ...[
      '!',
      '%',
      '---',
      '...',
      '<<',
      '0x1',
      '1e9',
      '~',
      'no',
      '\t',
      '\\',
      '@',
      '`',
      '\uFEFF',
      '\u2028',
      '\0',
      '\u0002',
    ],
    ...['\u0018', '\u001f', 'a: ', '__proto__', '"\\u202e"', '🙂', '\ud800'],
  ),
  maxLength: 60,
});

/** Data that a strict file can hold. */
const data = fc.letrec((tie) => ({
  scalar: fc.oneof(
    fc.boolean(),
    fc.constant(null),
    fc.integer({ min: -1e9, max: 1e9 }).filter((number) => !Object.is(number, -0)),
    fc.string({ unit: fc.constantFrom(...'ab -:#{}[]&*!|>%@`\'"\\\n\t,0159.~') }),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom('a', 'b c', 'd:', '1', '-', 'x#', 'true'), tie('any'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('scalar'), tie('list'), tie('map')),
})).map;

describe('reading anything', () => {
  it('never throws, and is bad exactly when there is a problem', () => {
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
        const reading = readYaml('a.yaml', text);
        expect(reading.problems.length > 0).toBe(reading.kind === 'bad');
        const lines = text.split('\n').length;
        for (const { at, message } of reading.problems) {
          expect(at.line).toBeGreaterThanOrEqual(1);
          expect(at.line).toBeLessThanOrEqual(lines);
          expect(at.column).toBeGreaterThanOrEqual(1);
          expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('never changes a prototype', () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '__proto__',
            'constructor',
            'prototype',
            ': ',
            '{',
            '}',
            '\n',
            ' ',
            'a',
            '? ',
          ),
        }),
        (text) => {
          readYaml('a.yaml', text);
          expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('reads what it accepts as the YAML library does, whatever the style', () => {
    fc.assert(
      fc.property(yamlish, (text) => {
        const reading = readYaml('a.yaml', text);
        if (reading.kind === 'bad') return;
        const document = parseDocument(text, {
          version: '1.2',
          schema: 'core',
          stringKeys: true,
          merge: false,
        });
        expect(document.errors).toEqual([]);
        expect(reading.value.value).toEqual(document.toJS());
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back data that was written, in either style', () => {
    fc.assert(
      fc.property(data, fc.boolean(), (written, isFlow) => {
        const text = stringify(written, {
          aliasDuplicateObjects: false,
          collectionStyle: isFlow ? 'flow' : 'block',
        });
        // yaml 2.9.1 writes some strings so that it cannot read them back itself, such as ':\na' in flow style.
        const document = parseDocument(text);
        fc.pre(document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(written));
        const reading = readYaml('a.yaml', text);
        expect(reading.problems).toEqual([]);
        if (reading.kind === 'ok') expect(reading.value.value).toEqual(written);
      }),
      { numRuns: 1_000, seed: 20261121 },
    );
  });
});
