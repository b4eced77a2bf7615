import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeEvents } from '../../../src/core/judge/whole-events.ts';
import { announceSeed } from '../stats/seeded-random.ts';

const seed = announceSeed('whole events', 11);
const of = (...events: readonly number[]) => events.map((count) => ({ events: count, exposure: 10.5 }));
const eventsOf = (counts: readonly { readonly events: number }[]) => counts.map(({ events }) => events);

describe('whole events', () => {
  it.each([
    { rounding: 'down', given: [0.4, 0.4, 0.4, 2.9], expected: [0, 0, 1, 3] },
    { rounding: 'up', given: [0.4, 0.4, 0.4, 2.9], expected: [1, 0, 1, 3] },
    { rounding: 'down', given: [1, 2, 3], expected: [1, 2, 3] },
    { rounding: 'up', given: [1, 2, 3], expected: [1, 2, 3] },
    { rounding: 'down', given: Array(10).fill(0.1), expected: [...Array(9).fill(0), 1] },
    { rounding: 'up', given: Array(10).fill(0.1), expected: [1, ...Array(9).fill(0)] },
  ] as const)('are the running total rounded $rounding: $given', ({ rounding, given, expected }) => {
    expect(eventsOf(wholeEvents(of(...given), rounding))).toEqual(expected);
  });

  it('are whole, never negative, less than one away in all, and leave exposure alone', () => {
    const counts = fc.array(
      fc.record({ events: fc.double({ min: 0, max: 50, noNaN: true }), exposure: fc.constant(60.6) }),
    );
    fc.assert(
      fc.property(counts, fc.constantFrom('down', 'up'), (given, rounding) => {
        const whole = wholeEvents(given, rounding);
        for (const { events } of whole) expect(Number.isInteger(events) && events >= 0).toBe(true);
        const sum = (all: readonly { readonly events: number }[]) =>
          all.reduce((total, { events }) => total + events, 0);
        const moved = sum(whole) - sum(given);
        expect(rounding === 'down' ? -moved : moved).toBeGreaterThanOrEqual(-1e-5);
        expect(Math.abs(moved)).toBeLessThan(1 + 1e-5);
        expect(whole.map(({ exposure }) => exposure)).toEqual(given.map(({ exposure }) => exposure));
      }),
      { seed },
    );
  });
});
