import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFreeze, findThaw } from '../../../src/core/manifest/freeze.ts';
import { freezeSchema } from '../../../src/core/manifest/freeze-schema.ts';
import { formatLocal, isTimeZone, momentsOf, wallTime } from '../../../src/core/manifest/time-zone.ts';
import { formatInstant, type Instant, instant, parseInstant } from '../../../src/core/units.ts';

const BERLIN = 'Europe/Berlin';

function at(text: string): Instant {
  return parseInstant(text) ?? expect.fail(`${text} is no moment`);
}

function freeze(from: string, to: string, name = 'freeze') {
  return freezeSchema().parse({ name, from, to });
}

/** When the freeze that is on at a moment ends, or undefined. */
function frozenUntil(from: string, to: string, zone: string, moment: string): string | undefined {
  const frozen = findFreeze([freeze(from, to)], zone, at(moment));
  return frozen && formatInstant(frozen.until);
}

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'])('is %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', '+01:00', 'Berlin', 'Europe/Berlim', 'Mars/Olympus', '../etc'])('is not %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });

  it('tells what its clocks show, also before 1970 and within a second', () => {
    expect(wallTime(BERLIN, instant(at('2026-07-01T10:00:00Z') + 5))).toBe(Date.UTC(2026, 6, 1, 12) + 5);
    expect(wallTime('America/New_York', at('1969-12-31T23:59:59Z'))).toBe(Date.UTC(1969, 11, 31, 18, 59, 59));
    expect(formatLocal(BERLIN, at('2026-12-07T07:00:00Z'))).toBe('Mon 2026-12-07 08:00 (Europe/Berlin)');
    expect(formatLocal(BERLIN, at('9999-12-31T23:59:59Z'))).toBe('Sat 10000-01-01 00:59 (Europe/Berlin)');
  });

  it('gives back the moment of every wall time that it shows once', () => {
    const zone = fc.constantFrom('UTC', BERLIN, 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia');
    const moment = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(zone, moment, (name, value) => {
        const { first, last } = momentsOf(name, wallTime(name, instant(value)));
        expect(first).toBeLessThanOrEqual(value);
        expect(last).toBeGreaterThanOrEqual(value);
        for (const found of [first, last]) expect(wallTime(name, found)).toBe(wallTime(name, instant(value)));
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('a freeze every week', () => {
  it.each([
    // winter: Berlin is an hour ahead of UTC
    { moment: '2026-12-04T14:59:59Z', until: undefined },
    { moment: '2026-12-04T15:00:00Z', until: '2026-12-07T07:00:00Z' },
    { moment: '2026-12-06T23:59:59Z', until: '2026-12-07T07:00:00Z' },
    { moment: '2026-12-07T06:59:59Z', until: '2026-12-07T07:00:00Z' },
    { moment: '2026-12-07T07:00:00Z', until: undefined },
    { moment: '2026-12-09T12:00:00Z', until: undefined },
    // clocks go forward on Sunday 29 March: it ends an hour earlier in UTC than it would have
    { moment: '2026-03-27T15:00:00Z', until: '2026-03-30T06:00:00Z' },
    { moment: '2026-03-30T05:59:59Z', until: '2026-03-30T06:00:00Z' },
    { moment: '2026-03-30T06:00:00Z', until: undefined },
    // and back on Sunday 25 October: an hour longer
    { moment: '2026-10-23T13:59:59Z', until: undefined },
    { moment: '2026-10-23T14:00:00Z', until: '2026-10-26T07:00:00Z' },
    { moment: '2026-10-26T06:59:59Z', until: '2026-10-26T07:00:00Z' },
    { moment: '2026-10-26T07:00:00Z', until: undefined },
  ])('over the weekend, in Berlin at $moment: $until', ({ moment, until }) => {
    expect(frozenUntil('Fri 16:00', 'Mon 08:00', BERLIN, moment)).toBe(until);
  });

  it.each([
    { moment: '2026-12-02T20:59:59Z', until: undefined },
    { moment: '2026-12-02T21:00:00Z', until: '2026-12-03T05:00:00Z' },
    { moment: '2026-12-03T00:30:00Z', until: '2026-12-03T05:00:00Z' },
    { moment: '2026-12-03T05:00:00Z', until: undefined },
  ])('over midnight, in Berlin at $moment: $until', ({ moment, until }) => {
    expect(frozenUntil('Wed 22:00', 'Thu 06:00', BERLIN, moment)).toBe(until);
  });

  it('may be nearly a week long, and over the end of the week', () => {
    expect(frozenUntil('Tue 10:00', 'Tue 09:00', 'UTC', '2026-12-08T08:00:00Z')).toBe('2026-12-08T09:00:00Z');
    expect(frozenUntil('Tue 10:00', 'Tue 09:00', 'UTC', '2026-12-08T09:30:00Z')).toBeUndefined();
    expect(frozenUntil('Tue 10:00', 'Tue 09:00', 'UTC', '2026-12-08T10:00:00Z')).toBe('2026-12-15T09:00:00Z');
    expect(frozenUntil('Sat 00:00', 'Sun 00:00', 'UTC', '2026-12-05T12:00:00Z')).toBe('2026-12-06T00:00:00Z');
  });

  it('is the longer one where its end comes twice or its begin never', () => {
    // on 25 October 02:30 comes twice in Berlin: at 00:30 and at 01:30 UTC
    expect(frozenUntil('Sun 01:00', 'Sun 02:30', BERLIN, '2026-10-25T00:45:00Z')).toBe(
      '2026-10-25T01:30:00Z',
    );
    expect(frozenUntil('Sun 01:00', 'Sun 02:30', BERLIN, '2026-10-25T01:30:00Z')).toBeUndefined();
    // on 29 March there is no 02:30: the clocks jump from 02:00 to 03:00, at 01:00 UTC
    expect(frozenUntil('Sun 02:30', 'Sun 04:00', BERLIN, '2026-03-29T00:30:00Z')).toBe(
      '2026-03-29T02:00:00Z',
    );
    expect(frozenUntil('Sun 00:00', 'Sun 02:30', BERLIN, '2026-03-29T01:15:00Z')).toBe(
      '2026-03-29T01:30:00Z',
    );
  });
});

describe('a freeze of dates', () => {
  const [from, to] = ['2026-12-19 00:00', '2027-01-04 08:00'];
  it.each([
    { moment: '2026-12-18T22:59:59Z', until: undefined },
    { moment: '2026-12-18T23:00:00Z', until: '2027-01-04T07:00:00Z' },
    { moment: '2026-12-31T23:30:00Z', until: '2027-01-04T07:00:00Z' },
    { moment: '2027-01-04T07:00:00Z', until: undefined },
    { moment: '2027-12-25T12:00:00Z', until: undefined },
  ])('over the end of the year, in Berlin at $moment: $until', ({ moment, until }) => {
    expect(frozenUntil(from, to, BERLIN, moment)).toBe(until);
  });
});

describe('freezes together', () => {
  const year = freeze('2026-12-19 00:00', '2027-01-04 08:00', 'year-end');
  const weekend = freeze('Fri 16:00', 'Mon 08:00', 'weekend');
  const deploys = freeze('Mon 08:00', 'Mon 10:00', 'monday');

  it('are named after the one that ends last', () => {
    expect(findFreeze([weekend, year], BERLIN, at('2026-12-20T12:00:00Z'))?.name).toBe('year-end');
    expect(findFreeze([weekend, year], BERLIN, at('2026-12-12T12:00:00Z'))?.name).toBe('weekend');
  });

  it('thaw when none of them is on', () => {
    const thaw = (...list: (typeof year)[]) => findThaw(list, BERLIN, at('2027-01-01T12:00:00Z'));
    expect(thaw(weekend, year, deploys)).toBe(at('2027-01-04T09:00:00Z'));
    expect(thaw()).toBe(at('2027-01-01T12:00:00Z'));
    expect(findThaw([year], BERLIN, at('2027-02-01T12:00:00Z'))).toBe(at('2027-02-01T12:00:00Z'));
  });

  it('may leave no moment at all', () => {
    const halves = [freeze('Mon 00:00', 'Thu 00:00', 'a'), freeze('Thu 00:00', 'Mon 00:00', 'b')];
    expect(findThaw(halves, BERLIN, at('2027-01-01T12:00:00Z'))).toBeUndefined();
  });

  it('cover no moment at which they thaw, and every moment before it', () => {
    const moment = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) });
    fc.assert(
      fc.property(moment, fc.double({ min: 0, max: 1, noNaN: true }), (value, part) => {
        const list = [weekend, year, deploys];
        const thaw = findThaw(list, BERLIN, instant(value))!;
        expect(findFreeze(list, BERLIN, thaw)).toBeUndefined();
        const before = instant(Math.floor(value + (thaw - value) * part));
        if (before < thaw) expect(findFreeze(list, BERLIN, before)).toBeDefined();
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
