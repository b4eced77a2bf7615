import { describe, expect, it } from 'vitest';
import { CompensatedSum } from '../../../../src/adapters/openmetrics/promql/summation.ts';
import { WINDOW_FUNCTIONS } from '../../../../src/adapters/openmetrics/promql/window-functions.ts';

type Samples = readonly (readonly [seconds: number, value: number])[];

/** A function over the window [0 s, 60 s]. */
function over60(name: string, samples: Samples, parameter = Number.NaN): number | undefined {
  const times = Float64Array.from(samples, ([seconds]) => seconds * 1000);
  const values = Float64Array.from(samples, ([, value]) => value);
  const window = { times, values, from: 0, to: samples.length, start: 0, end: 60_000, at: 60_000 };
  return WINDOW_FUNCTIONS.get(name)?.(window, parameter);
}

describe('increase, rate and delta', () => {
  it.each<[string, Samples, number | undefined]>([
    [
      'gives the change when samples stand on both ends',
      [
        [0, 10],
        [30, 20],
        [60, 40],
      ],
      30,
    ],
    // 20 in 40 s, 10 s short at either end (less than 1.1 × 20 s): stands for 60 s.
    [
      'extrapolates to ends that are near',
      [
        [10, 100],
        [30, 110],
        [50, 120],
      ],
      30,
    ],
    // 10 in 10 s, 1 s distance; both ends far: half a distance each.
    [
      'extrapolates by half a distance to ends that are far',
      [
        [25, 100],
        [30, 105],
        [35, 110],
      ],
      15,
    ],
    // The start is 20.5 s off, 1.05 times the distance of 19.5 s: still near.
    [
      'takes an end for near up to 1.1 distances',
      [
        [20.5, 100],
        [40, 101],
        [59.5, 102],
      ],
      2 * (60 / 39),
    ],
    // 20 in 40 s from 2: was 0 four seconds before, not ten.
    [
      'goes back no farther than to zero',
      [
        [10, 2],
        [30, 12],
        [50, 22],
      ],
      20 * (54 / 40),
    ],
    [
      'counts from 0 after a reset',
      [
        [0, 10],
        [20, 15],
        [40, 3],
        [60, 8],
      ],
      13,
    ],
    [
      'adds up every reset',
      [
        [0, 10],
        [20, 5],
        [40, 4],
        [60, 4],
      ],
      9,
    ],
    [
      'does not go back to zero when nothing happened',
      [
        [10, 0],
        [50, 0],
      ],
      0,
    ],
    ['needs two samples', [[30, 5]], undefined],
  ])('increase %s', (_, samples, expected) => {
    const got = over60('increase', samples);
    if (expected === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(expected, 12);
    const rate = over60('rate', samples);
    if (expected === undefined) expect(rate).toBeUndefined();
    else expect(rate).toBeCloseTo(expected / 60, 12);
  });

  it('delta takes a fall for a fall', () => {
    expect(
      over60('delta', [
        [0, 10],
        [60, 4],
      ]),
    ).toBe(-6);
    expect(
      over60('delta', [
        [10, 1],
        [30, 11],
        [50, 21],
      ]),
    ).toBe(30);
  });
});

describe('functions of windows', () => {
  const samples: Samples = [
    [0, 4],
    [10, 1],
    [20, 1],
    [40, 7],
    [55, 2],
  ];
  const infinite: Samples = [
    [0, 1],
    [10, Number.POSITIVE_INFINITY],
    [20, 1],
  ];

  it.each<[string, Samples, number | undefined]>([
    ['irate', samples, 2 / 15],
    [
      'irate',
      [
        [0, 4],
        [10, 9],
      ],
      0.5,
    ],
    ['idelta', samples, -5],
    ['idelta', [[0, 4]], undefined],
    ['resets', samples, 2],
    ['changes', samples, 3],
    [
      'changes',
      [
        [0, Number.NaN],
        [1, Number.NaN],
        [2, 1],
      ],
      1,
    ],
    ['sum_over_time', samples, 15],
    [
      'sum_over_time',
      [
        [0, 1e17],
        [1, 1],
        [2, -1e17],
      ],
      1,
    ],
    ['sum_over_time', infinite, Number.POSITIVE_INFINITY],
    ['avg_over_time', samples, 3],
    ['avg_over_time', infinite, Number.POSITIVE_INFINITY],
    ['avg_over_time', [...infinite, [30, Number.NEGATIVE_INFINITY]], Number.NaN],
    [
      'avg_over_time',
      [
        [0, 1.7e308],
        [1, 1.7e308],
      ],
      1.7e308,
    ],
    ['min_over_time', samples, 1],
    ['max_over_time', samples, 7],
    [
      'max_over_time',
      [
        [0, Number.NaN],
        [1, -3],
      ],
      -3,
    ],
    ['count_over_time', samples, 5],
    ['last_over_time', samples, 2],
    ['present_over_time', samples, 1],
    [
      'stdvar_over_time',
      [
        [0, 2],
        [1, 4],
        [2, 6],
      ],
      8 / 3,
    ],
    [
      'stddev_over_time',
      [
        [0, 1],
        [1, 3],
      ],
      1,
    ],
    [
      'deriv',
      [
        [0, 0],
        [10, 5],
        [20, 10],
      ],
      0.5,
    ],
    [
      'deriv',
      [
        [0, 3],
        [10, 3],
      ],
      0,
    ],
    ['deriv', [[0, 3]], undefined],
  ])('%s of %j is %d', (name, given, expected) => {
    const got = over60(name, given);
    if (expected === undefined || Number.isNaN(expected)) expect(got).toBe(expected);
    else expect(got).toBeCloseTo(expected, 12);
  });

  it('take their parameter', () => {
    expect(over60('quantile_over_time', samples, 0.5)).toBe(2);
    // The line 5 + t/10 at the end of the window is 11, a minute later 17.
    expect(
      over60(
        'predict_linear',
        [
          [0, 5],
          [10, 6],
          [20, 7],
        ],
        60,
      ),
    ).toBeCloseTo(17, 12);
  });
});

describe('CompensatedSum', () => {
  it('keeps what addition rounds away, in either order of size', () => {
    const sum = new CompensatedSum();
    for (const term of [1, 1e100, 1, -1e100]) sum.add(term);
    expect([sum.plain, sum.value]).toEqual([0, 2]);
  });
});
