import { describe, expect, it } from 'vitest';
import { readOrderedPause } from '../../../src/core/record/ordered.ts';
import type { BelayRecord } from '../../../src/core/record/record-schema.ts';
import { minute } from '../../builders/release.ts';

type Step = readonly [code: 'PAUSED_BY_PERSON' | 'LOOKS_WRONG' | 'RESUMED_BY_PERSON', until?: number];

/** Records of orders, as far as a pause is read from them. */
function recordsOf(steps: readonly Step[]): readonly BelayRecord[] {
  return steps.map(
    ([code, until], index) =>
      ({
        sequence: index + 1,
        at: minute(index),
        decision: { kind: code === 'RESUMED_BY_PERSON' ? 'resume' : 'pause', reasons: [{ code, text: '' }] },
        trigger: { order: until === undefined ? {} : { until: minute(until) } },
      }) as unknown as BelayRecord,
  );
}

describe('of several pauses by people', () => {
  it.each<[string, readonly Step[], number | undefined]>([
    ['the one without an end holds', [['PAUSED_BY_PERSON'], ['PAUSED_BY_PERSON', 9]], 1],
    [
      'the one that ends last holds',
      [
        ['PAUSED_BY_PERSON', 90],
        ['PAUSED_BY_PERSON', 9],
      ],
      1,
    ],
    [
      'a longer one takes the place',
      [
        ['PAUSED_BY_PERSON', 9],
        ['PAUSED_BY_PERSON', 90],
      ],
      2,
    ],
    ['the first of equals holds', [['PAUSED_BY_PERSON'], ['PAUSED_BY_PERSON']], 1],
    ['what looks wrong stays said', [['LOOKS_WRONG'], ['PAUSED_BY_PERSON']], 1],
    ['what looks wrong is said', [['PAUSED_BY_PERSON'], ['LOOKS_WRONG']], 2],
    ['none is left when somebody resumed', [['PAUSED_BY_PERSON'], ['RESUMED_BY_PERSON']], undefined],
    ['those since then count', [['PAUSED_BY_PERSON'], ['RESUMED_BY_PERSON'], ['PAUSED_BY_PERSON', 9]], 3],
  ])('%s', (_, steps, record) => {
    expect(readOrderedPause(recordsOf(steps))?.record).toBe(record);
  });

  it.each<[string, readonly Step[], number]>([
    [
      'the first of those without a gap',
      [['PAUSED_BY_PERSON', 2], ['PAUSED_BY_PERSON', 9], ['LOOKS_WRONG']],
      1,
    ],
    ['its own begin after a gap', [['PAUSED_BY_PERSON', 1], ['PAUSED_BY_PERSON'], ['LOOKS_WRONG']], 2],
    ['its own begin after a word to go on', [['LOOKS_WRONG'], ['RESUMED_BY_PERSON'], ['LOOKS_WRONG']], 3],
  ])('the release is paused since %s', (_, steps, record) => {
    expect(readOrderedPause(recordsOf(steps))?.since).toEqual({ record, at: minute(record - 1) });
  });
});
