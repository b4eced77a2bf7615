import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrangeGroups, type LabelledLine } from '../../../src/core/analysis/arrange-groups.ts';
import type { PointAbsence } from '../../../src/core/analysis/observation.ts';

const show = (text: string): string => text.replaceAll('s3cret', '***');
type Values = readonly (number | PointAbsence)[];

function line(labels: Readonly<Record<string, string>>, ...values: Values): LabelledLine {
  return { labels, values };
}

function arrange(by: string, ...lines: readonly LabelledLine[]) {
  return arrangeGroups(lines, { by, show });
}

describe('the groups of an answer', () => {
  it.each<[string, Values, Values, Values]>([
    ['two counts are added', [1, 2], [10, 20], [11, 22]],
    ['one stands for both where the other is not there', [1, 'missing'], ['missing', 2], [1, 2]],
    ['neither is there', ['missing', 1], ['missing', 1], ['missing', 2]],
    ['one is no number', ['not-a-number', 'infinite'], [1, 'not-a-number'], ['not-a-number', 'not-a-number']],
    ['one is infinite', ['infinite', 1], [1, 'infinite'], ['infinite', 'infinite']],
    ['the sum is too large', [1e308, 1], [1e308, 1], ['infinite', 2]],
  ])('are one for a bound in two spellings: %s', (_, a, b, sum) => {
    expect(arrange('le', line({ le: '1' }, ...a), line({ le: '1.0' }, ...b))).toEqual({
      kind: 'grouped',
      groups: [{ value: '1', values: sum }],
    });
  });

  it('keep values apart that are the same number, unless they are bounds', () => {
    expect(arrange('bin', line({ bin: '1' }, 1), line({ bin: '1.0' }, 2))).toMatchObject({
      groups: [{ value: '1' }, { value: '1.0' }],
    });
  });

  it('may have other labels, as long as the value tells them apart', () => {
    const lines = [line({ team: 'b', tier: '1' }, 1), line({ team: 'a', tier: '2' }, 2)];
    expect(arrange('team', ...lines)).toMatchObject({ groups: [{ value: 'a' }, { value: 'b' }] });
  });

  it('are not told by an inherited property, nor by an empty label', () => {
    expect(arrange('constructor', line({ a: 'b' }, 1))).toMatchObject({ reason: 'many-series' });
    expect(arrange('bin', line({ bin: '' }, 1))).toMatchObject({ reason: 'many-series' });
    expect(arrange('__proto__', line(JSON.parse('{"__proto__":"x"}'), 1))).toMatchObject({
      groups: [{ value: 'x' }],
    });
  });

  it('are refused when one series came twice', () => {
    expect(arrange('le', line({ le: '1' }, 1), line({ le: '1' }, 1))).toMatchObject({
      reason: 'many-series',
    });
  });

  it('are refused with a message that is short, on one line and without secrets', () => {
    const pods = Array.from({ length: 6 }, (_, index) =>
      line({ bin: 's3cret', pod: `${index}${'p'.repeat(300)}`, zone: 'z', a: 's3cret', b: '\n' }, 1),
    );
    const given = arrange('bin', ...pods);
    if (given.kind !== 'absent') throw new Error('grouped');
    expect(given.detail).toContain('bin="***"');
    expect(given.detail).toContain('and 3 more; aggregate by (bin)');
    expect(given.detail).not.toContain('zone');
    expect(given.detail).toMatch(/^[^\p{Cc}]{10,600}$/u);
  });

  it('do not depend on the order of the series', () => {
    const values = fc.array(
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom<PointAbsence>('missing', 'infinite', 'not-a-number'),
      ),
      { minLength: 3, maxLength: 3 },
    );
    const lines = fc.uniqueArray(
      fc.record({ labels: fc.record({ le: fc.constantFrom('1', '1.0', '1e0', '2', '+Inf', 'x') }), values }),
      { selector: ({ labels }) => labels.le, maxLength: 6 },
    );
    fc.assert(
      fc.property(lines, fc.constantFrom('le', 'bin'), (given, by) => {
        const forth = arrange(by, ...given);
        expect(arrange(by, ...given.toReversed())).toEqual(forth);
        if (forth.kind === 'grouped')
          for (const group of forth.groups) {
            expect(group.values).toHaveLength(3);
            for (const value of group.values)
              expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
          }
      }),
    );
  });
});
