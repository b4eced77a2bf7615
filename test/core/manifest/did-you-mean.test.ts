import { describe, expect, it } from 'vitest';
import { didYouMean, suggest } from '../../../src/core/manifest/did-you-mean.ts';

const KEYS = ['strategy', 'weight', 'paused', 'steps', 'deadline'];

describe('didYouMean', () => {
  it.each([
    ['weigth', 'weight'],
    ['deadlin', 'deadline'],
    ['deadlines', 'deadline'],
    ['step', 'steps'],
    ['Paused', 'paused'],
    ['PAUSED', 'paused'],
    ['dead-line', 'deadline'],
    ['dead_line', 'deadline'],
  ])('takes %s for %s', (typed, meant) => {
    expect(didYouMean(typed, KEYS)).toBe(meant);
  });

  it.each(['retries', 'hold', '', 'w', 'x'.repeat(100)])('takes "%s" for nothing', (typed) => {
    expect(didYouMean(typed, KEYS)).toBeUndefined();
  });

  it('prefers the nearest word, and of equally near ones the first', () => {
    expect(didYouMean('max', ['min', 'maxx', 'max'])).toBe('max');
    expect(didYouMean('mox', ['max', 'mix'])).toBe('max');
  });

  it('does not take a single letter for another', () => {
    expect(didYouMean('a', ['b'])).toBeUndefined();
  });
});

describe('suggest', () => {
  it('is a question, or nothing', () => {
    expect(suggest('weight')).toBe('; did you mean "weight"?');
    expect(suggest(undefined)).toBe('');
  });
});
