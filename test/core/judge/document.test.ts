import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/core/errors.ts';
import { type AssessmentDocument, judgeDocument } from '../../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';
import { announceSeed } from '../stats/seeded-random.ts';

const tick = (bad: number, all: number, stableBad: number, stableAll: number) => ({
  candidate: { events: bad, exposure: all },
  stable: { events: stableBad, exposure: stableAll },
});
const errors = {
  name: 'errors',
  kind: 'proportion',
  harm: { ratio: 1.1 },
  safe: { ratio: 1.25, difference: 0.0025 },
};
const MOST = Number.MAX_SAFE_INTEGER;
const document = (checks: readonly unknown[], head: object = {}) =>
  JSON.stringify({
    apiVersion: 'belay.dev/v1',
    kind: 'Evidence',
    falseRollbackRate: 0.05,
    falseAdvanceRate: 0.05,
    ...head,
    checks,
  });

function assess(text: string, options = { curve: false }): AssessmentDocument {
  const reading = readEvidence(text, 'evidence.json');
  if (reading.kind !== 'read') throw new Error(reading.problems.map(formatProblem).join('; '));
  return judgeDocument(reading.evidence, options);
}

function refusal(text: string): string {
  const reading = readEvidence(text, 'evidence.json');
  if (reading.kind === 'read') throw new Error('it was read');
  return reading.problems.map(formatProblem).join('\n');
}

describe('a document of evidence', () => {
  it('fails when harm is proven, passes when every check is safe, and is inconclusive between', () => {
    const verdict = (ticks: readonly unknown[]) => assess(document([{ ...errors, ticks }])).verdict;
    expect(verdict([tick(30, 1_000, 90, 9_000)])).toBe('fail');
    expect(verdict([tick(0, 5_000, 0, 95_000)])).toBe('pass');
    expect(verdict([tick(1, 100, 9, 900)])).toBe('inconclusive');
    expect(verdict([])).toBe('no-data');
    expect(verdict([{ candidate: null, stable: null }])).toBe('no-data');
  });

  it('joins its checks by their weights', () => {
    const check = (name: string, weight: number) => ({
      ...errors,
      name,
      weight,
      ticks: [tick(name === 'a' ? 20 : 10, 1_000, 90, 9_000)],
    });
    const alone = (name: string) => Math.exp(assess(document([check(name, 1)])).logHarm);
    const both = assess(document([check('a', 3), check('b', 1)]));
    expect(both.logHarm).toBeCloseTo(Math.log(0.75 * alone('a') + 0.25 * alone('b')), 12);
    expect(both.checks.map(({ logHarm }) => Math.exp(logHarm!))).toEqual([
      expect.closeTo(alone('a'), 9),
      expect.closeTo(alone('b'), 9),
    ]);
  });

  it('drops ticks after a counter reset and lists them, and goes on with the others', () => {
    const ticks = [
      tick(3, 100, 9, 900),
      tick(-1, 100, 9, 900),
      tick(3, 2, 9, 900),
      { candidate: null, stable: tick(0, 0, 9, 900).stable },
      tick(3, 100, 9, 900),
    ];
    const [check] = assess(document([{ ...errors, ticks }])).checks;
    expect(check!.ticks).toEqual({
      used: 2,
      dropped: [
        { index: 1, reason: 'candidate: -1 events of 100, as after a counter reset' },
        { index: 2, reason: 'candidate: 3 events of 2, as after a counter reset' },
        { index: 3, reason: 'candidate: no data' },
      ],
    });
    const [clean] = assess(document([{ ...errors, ticks: [ticks[0], ticks[4]] }])).checks;
    expect(check!.logHarm).toBe(clean!.logHarm);
  });

  it.each<[string, object, string]>([
    ['a ratio beyond all numbers', { harm: { ratio: 1e300 } }, 'checks[0].harm.ratio'],
    ['a margin below nothing', { harm: { difference: -5 } }, 'checks[0].harm.difference'],
    [
      'a group that is named twice',
      { kind: 'fairness', groups: ['a', 'a'], ticks: [] },
      'checks[0].groups: expected each name once',
    ],
    [
      'a bin that is named twice',
      { kind: 'calibration', bins: ['x', 'x'], tolerance: 0.1, ticks: [] },
      'checks[0].bins: expected each name once',
    ],
    [
      'a reference without a share',
      { kind: 'distribution', reference: [0, 0], ticks: [] },
      'checks[0].reference: expected a share above 0',
    ],
  ])('does not judge a check with %s', (_, more, says) => {
    const base = { name: 'c', kind: 'proportion', ticks: [tick(5, 50, 9, 950)] };
    const [check] = assess(document([{ ...base, ...more }])).checks;
    expect(check!.verdict).toBe('error');
    expect(check!.reason).toContain(says);
  });

  it.each<[string, object, readonly unknown[]]>([
    ['the largest counts', {}, [tick(MOST, MOST, 0, MOST), tick(0, MOST, MOST, MOST)]],
    ['counts next to nothing', {}, [tick(1e-300, 1e-300, 0, 1e-300)]],
    ['a thousand million requests', {}, Array.from({ length: 3 }, () => tick(1e6, 1e9, 1e6, 1e9))],
    ['no events at all', {}, Array.from({ length: 300 }, () => tick(0, 50, 0, 950))],
    ['one tick with one request', {}, [tick(0, 1, 0, 1)]],
    ['nothing but failures', {}, Array.from({ length: 20 }, () => tick(50, 50, 950, 950))],
    ['every tick forgiven', { trim: 1_000 }, [tick(40, 50, 9, 950)]],
    ['all events in one clump', { dispersion: 1e300 }, [tick(40, 50, 9, 950)]],
    ['next to no weight', { weight: 5e-324 }, [tick(40, 50, 9, 950)]],
    ['100,000 ticks', {}, Array.from({ length: 100_000 }, (_, index) => tick(index % 2, 50, index % 9, 950))],
  ])('says something finite of %s', (_, more, ticks) => {
    for (const rates of [{}, { falseRollbackRate: 5e-324, falseAdvanceRate: 5e-324 }]) {
      const found = assess(document([{ ...errors, ...more, ticks }], rates));
      expect(JSON.stringify(found)).not.toMatch(/NaN|Infinity|undefined/);
      const [check] = found.checks;
      for (const number of [
        found.logHarm,
        found.thresholds.safe,
        check!.logHarm,
        check!.logSafe,
        check!.safeThreshold,
      ])
        expect(Number.isFinite(number)).toBe(true);
      expect(check!.verdict).not.toBe('error');
    }
  });

  it('is an error as a whole when no check can be used, and proves nothing', () => {
    expect(assess(document([{ name: 'a', kind: 'vibes' }, 7, null, []]))).toMatchObject({
      verdict: 'error',
      logHarm: 0,
    });
  });

  it.each([
    {
      kind: 'proportion',
      bad: { events: 40, exposure: 100 },
      says: /^160 of 400 \(40%\); above the limit of 2%/,
    },
    { kind: 'rate', bad: { events: 40, exposure: 100 }, says: /above the limit/ },
    { kind: 'latency', bad: { buckets: { 0.1: 60, '+Inf': 100 } }, says: /above the limit of 2%/ },
  ])('counts as used what a limit of kind $kind rests on while stable is not seen', ({ kind, bad, says }) => {
    const bound = kind === 'latency' ? { bound: 0.1 } : {};
    const ticks = Array.from({ length: 4 }, () => ({ candidate: bad, stable: null }));
    const [check] = assess(document([{ name: 'c', kind, limit: 0.02, ...bound, ticks }])).checks;
    expect(check!.verdict).toBe('fail');
    expect(check!.reason).toMatch(says);
    expect(check!.ticks.used).toBe(4);
    expect(check!.ticks.dropped[0]).toEqual({
      index: 0,
      reason: 'stable: no data; counts for the limit alone',
    });
    const [without] = assess(
      document(
        [{ name: 'c', kind, bound: 0.1, ticks }].map(({ bound: b, ...one }) => ({
          ...one,
          ...(kind === 'latency' ? { bound: b } : {}),
        })),
      ),
    ).checks;
    expect([without!.verdict, without!.ticks.used]).toEqual(['no-data', 0]);
  });

  it('judges groups, and drops the tick in which one was reset', () => {
    const groups = (fr: number) => ({
      groups: { de: { events: 5, exposure: 500 }, fr: { events: fr, exposure: 500 } },
    });
    const stable = { groups: { de: { events: 95, exposure: 9_500 }, fr: { events: 95, exposure: 9_500 } } };
    const of = (fr: readonly number[], more: object = {}) =>
      assess(
        document([
          {
            name: 'fair',
            kind: 'fairness',
            groups: ['de', 'fr'],
            harm: { ratio: 1.1 },
            safe: { ratio: 1.25, difference: 0.0025 },
            ...more,
            ticks: fr.map((events) => ({ candidate: groups(events), stable })),
          },
        ]),
      ).checks[0]!;
    const worse = of(Array.from({ length: 12 }, (_, index) => (index === 3 ? 501 : 20)));
    expect(worse).toMatchObject({
      verdict: 'fail',
      ticks: {
        used: 11,
        dropped: [{ index: 3, reason: 'candidate: group "fr": 501 events of 500, as after a counter reset' }],
      },
    });
    expect(worse.reason).toMatch(/^group fr: 220 of 5,500 \(4%\) against 1,045 of 104,500 \(1%\)/);
    expect(of(Array.from({ length: 80 }, () => 5)).verdict).toBe('pass');
    expect(
      of(
        Array.from({ length: 2 }, () => 5),
        { disparity: { ratio: 1.25 } },
      ).verdict,
    ).toBe('inconclusive');
    expect(of([], { groups: [] })).toMatchObject({
      verdict: 'error',
      reason: expect.stringContaining('checks[0].groups'),
    });
  });

  it('judges claims bin by bin, and drops a tick with other bins than were named', () => {
    const bin = (events: number, exposure: number, claimed: number) => ({ events, exposure, claimed });
    const stable = { bins: [bin(400, 2_000, 0.2), bin(1_600, 2_000, 0.8)] };
    const of = (high: number, more: object = {}) =>
      assess(
        document([
          {
            name: 'worth',
            kind: 'calibration',
            bins: ['0.2', '0.8'],
            tolerance: 0.02,
            safe: { tolerance: 0.05 },
            ...more,
            ticks: [
              { candidate: { bins: [bin(20, 100, 0.2)] }, stable },
              ...Array.from({ length: 40 }, () => ({
                candidate: { bins: [bin(20, 100, 0.2), bin(high, 100, 0.8)] },
                stable,
              })),
            ],
          },
        ]),
      ).checks[0]!;
    expect(of(60)).toMatchObject({
      verdict: 'fail',
      interval: { of: 'value', level: 0.95 },
      ticks: { used: 40, dropped: [{ index: 0, reason: 'candidate: 1 bins, expected 2' }] },
    });
    expect(of(60).reason).toMatch(
      /^bin 0\.8: 2,400 of 4,000 came true \(60%\) where 80% is claimed; with stable 80%/,
    );
    expect(of(80).verdict).toBe('pass');
    expect(of(60, { against: 'claims' }).reason).not.toContain('with stable');
    expect(of(60, { tolerance: 2 })).toMatchObject({
      verdict: 'error',
      reason: expect.stringContaining('checks[0].tolerance'),
    });
  });

  it('gives a check that cannot be used the verdict error with the path, and judges the others', () => {
    const usable = { ...errors, ticks: [tick(0, 5_000, 0, 95_000)] };
    const { verdict, checks } = assess(
      document([
        usable,
        { name: 'torn', kind: 'limit', ticks: [{ candidate: { events: '1', exposure: 5 } }] },
        { name: 'odd', kind: 'vibes' },
        7,
      ]),
    );
    expect(verdict).toBe('error');
    expect(checks.map((check) => check.verdict)).toEqual(['pass', 'error', 'error', 'error']);
    expect(checks[1]!.reason).toMatch(
      /^cannot be used: evidence\.json:1:\d+ checks\[1\]\.max: expected number, got nothing; evidence\.json:1:\d+ checks\[1\]\.ticks\[0\]\.candidate\.events: expected number, got "1"$/,
    );
    expect(checks[2]!.reason).toMatch(
      /^cannot be used: evidence\.json:1:\d+ checks\[2\]\.kind: expected proportion, .*got "vibes"$/,
    );
    expect(checks[3]!.name).toBe('checks[3]');
  });

  it('says what the words of a manifest are in a document', () => {
    const reasons = assess(
      document([
        { ...errors, name: 'asked', kind: 'errors' },
        { ...errors, name: 'keys', ticks: [tick(0, 5_000, 0, 95_000)], bad: 1, total: 2, other: 3 },
      ]),
    ).checks.map(({ reason }) => reason);
    expect(reasons[0]).toMatch(/got "errors"; write "kind": "proportion", "question": "errors"$/);
    expect(reasons[1]).toMatch(
      /^cannot be used: evidence\.json:1:\d+ checks\[1\]: has no "bad", "total", "other"; write "events" for "bad", "exposure" for "total"$/,
    );
  });

  it.each([
    [
      { harm: { ratio: 1.5 }, safe: { ratio: 1.25 } },
      /\.safe\.ratio: expected at least harm\.ratio, 1\.5, got 1\.25; /,
    ],
    [
      { harm: { difference: 0.01 }, safe: { ratio: 2 } },
      /\.safe\.difference: expected at least harm\.difference, 0\.01, got 0; /,
    ],
  ])('says that what is harm is not within what is safe: %j', (margins, says) => {
    const written = document([{ ...errors, ...margins, ticks: [tick(5, 5_000, 95, 95_000)] }]);
    const [check] = assess(written).checks;
    expect(check).toMatchObject({ verdict: 'error', reason: expect.stringMatching(says) });
  });

  it.each([
    ['{', /^evidence\.json:1:2: not JSON: expected a key in double quotes, got the end of the file; /],
    ['[]', /^evidence\.json:1:1: expected a map, got an empty list$/],
    [document([]), /^evidence\.json:1:\d+ checks: expected a list of at least 1, got an empty list$/],
    [document([errors, errors]), /^evidence\.json:1:\d+ checks\[1\]\.name: two checks are named "errors"/],
    [
      document([errors], { falseRollbackRate: 0 }),
      /^evidence\.json:1:68 falseRollbackRate: expected number to be >0, got 0$/,
    ],
    [
      document([errors], { kind: 'Release' }),
      /^evidence\.json:1:37 kind: expected "Evidence", got "Release"$/,
    ],
    [document([errors], { extra: 1 }), /extra/],
  ])('is refused as a whole with the path: %s', (text, says) => {
    expect(refusal(text)).toMatch(says);
  });

  it('reads every kind in the form that the page shows', () => {
    const buckets = (fast: number, within: number, all: number) => ({
      buckets: { '1e-1': fast, '0.40': within, '+Inf': all },
    });
    const { checks } = assess(
      document([
        {
          name: 'latency',
          kind: 'latency',
          bound: 0.4,
          harm: { ratio: 1 },
          safe: { ratio: 1.2 },
          ticks: [
            { candidate: buckets(20, 48, 50), stable: buckets(400, 930, 950) },
            { candidate: buckets(20, 10, 50), stable: buckets(400, 930, 950) },
            { candidate: { buckets: { x: 1 } }, stable: null },
          ],
        },
        { name: 'both', kind: 'latency', bound: 0.1, quantile: 0.9, ticks: [] },
        { name: 'neither', kind: 'latency', ticks: [] },
        {
          name: 'crashes',
          kind: 'rate',
          harm: { ratio: 1.5 },
          ticks: [{ candidate: { events: 40, exposure: 5.0 }, stable: { events: 1, exposure: 95.0 } }],
        },
      ]),
    );
    expect(checks.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'no-data', 'error', 'fail']);
    expect(checks[0]).toMatchObject({
      reason: expect.stringMatching(/^above 0\.4: 2 of 50 \(4%\) against 20 of 950 \(2\.11%\); /) as string,
      interval: { of: 'ratio' },
      ticks: {
        used: 1,
        dropped: [
          { index: 1, reason: 'candidate: 10 up to 0.4 after 20, as after a counter reset' },
          { index: 2, reason: 'candidate: a bound that is no number: "x"' },
        ],
      },
    });
    expect(checks[2]!.reason).toMatch(
      /^cannot be used: evidence\.json:1:\d+ checks\[2\]: expected bound, quantile or both, got neither$/,
    );
    expect(checks[3]!.reason).toMatch(/^40 in 5 \(8 per unit\) against 1 in 95 \(0\.0105 per unit\); /);
  });

  it('shows the evidence after each tick as it was known then', () => {
    const ticks = [tick(3, 100, 9, 900), tick(5, 100, 9, 900), tick(1, 100, 9, 900)];
    const { checks } = assess(document([{ ...errors, ticks }]), { curve: true });
    const [whole] = checks;
    expect(whole!.curve!.map((point) => point.ticks)).toEqual([1, 2, 3]);
    expect(whole!.curve!.at(-1)).toEqual({ ticks: 3, logHarm: whole!.logHarm, logSafe: whole!.logSafe });
    const [first] = assess(document([{ ...errors, ticks: ticks.slice(0, 1) }])).checks;
    expect(whole!.curve![0]).toEqual({ ticks: 1, logHarm: first!.logHarm, logSafe: first!.logSafe });
  });

  it('ends each curve where the assessment of all checks together stands', () => {
    const ticks = Array.from({ length: 20 }, () => tick(9, 1_000, 60, 19_000));
    const three = ['a', 'b', 'c'].map((name) => ({ ...errors, name, ticks }));
    for (const check of assess(document(three), { curve: true }).checks)
      expect(check.curve!.at(-1)).toEqual({ ticks: 20, logHarm: check.logHarm, logSafe: check.logSafe });
  });

  it('gives the same output for the same input, whatever the numbers, and never NaN', () => {
    const seed = announceSeed('evidence documents', 20261121);
    const count = fc.oneof(
      fc.integer({ min: -2, max: 1_000_000_000 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
    );
    const arm = fc.option(fc.record({ events: count, exposure: count }), { nil: null });
    const check = fc.record({
      kind: fc.constantFrom('proportion', 'limit'),
      max: fc.constant(0.02),
      ticks: fc.array(fc.record({ candidate: arm, stable: arm }), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(check, { minLength: 1, maxLength: 4 }), (checks) => {
        const text = document(
          checks.map(({ max, ...one }, index) => ({
            ...one,
            ...(one.kind === 'limit' ? { max } : {}),
            name: `c${index}`,
          })),
        );
        const first = JSON.stringify(assess(text));
        expect(JSON.stringify(assess(text))).toBe(first);
        expect(first).not.toMatch(/NaN|Infinity|undefined/);
        // a number that is not finite is written as null by JSON, where the format has no null
        for (const one of assess(text).checks) {
          expect(Number.isFinite(one.logHarm ?? 0)).toBe(true);
          expect(Number.isFinite(one.interval?.low ?? 0)).toBe(true);
        }
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe('a problem of a document', () => {
  const check = {
    name: 'slo',
    kind: 'limit',
    max: 0.01,
    ticks: [{ candidate: { events: '3', exposure: 100 } }],
  };
  const head = { apiVersion: 'belay.dev/v1', kind: 'Evidence' };

  function reasonsOf(text: string, file: string): readonly string[] {
    const reading = readEvidence(text, file);
    if (reading.kind !== 'read') return reading.problems.map(formatProblem);
    return judgeDocument(reading.evidence, { curve: false }).checks.map(({ reason }) => reason);
  }

  it('has its line and column in JSON', () => {
    const text = JSON.stringify({ ...head, checks: [check] }, undefined, 2);
    const line = text.slice(0, text.indexOf('"3"')).split('\n').length;
    const says = `cannot be used: -:${line}:23 checks[0].ticks[0].candidate.events: expected number, got "3"`;
    expect(reasonsOf(text, '-')).toEqual([says]);
    expect(reasonsOf(text.replaceAll('\n', '\r\n'), '-')).toEqual([says]);
    expect(reasonsOf(`\uFEFF${text}`, '-')).toEqual([says]);
  });

  it('has its line and column in YAML', () => {
    const text = [
      'apiVersion: belay.dev/v1',
      'kind: Evidence',
      'checks:',
      '  - name: slo',
      '    kind: limit',
      '    max: 0.01',
      '    ticks:',
      '      - candidate: {events: many, exposure: 100}',
      '        total: 7',
    ].join('\n');
    const path = 'checks[0].ticks[0]';
    const says = `cannot be used: evidence.yaml:8:29 ${path}.candidate.events: expected number, got "many"; evidence.yaml:9:9 ${path}: has no "total"; write "exposure" for "total"`;
    expect(reasonsOf(text, 'evidence.yaml')).toEqual([says]);
    // without a name it is told by its first character
    expect(reasonsOf(text, '-')).toEqual([says.replaceAll('evidence.yaml', '-')]);
    const sound = text.replace('many', '3').split('\n').slice(0, -1).join('\n');
    expect(reasonsOf(sound, '-')[0]).toMatch(/^3 of 100 \(3%\); not proven within the limit of 1%/);
  });

  it('has the place of its file where that is neither', () => {
    expect(reasonsOf('{\n  "kind": Evidence\n}', '-')[0]).toMatch(
      /^-:2:11: not JSON: expected a value, got "E"; /,
    );
    expect(reasonsOf('kind: [Evidence\n', 'evidence.yml')[0]).toMatch(/^evidence\.yml:[12]:\d+: /);
    expect(reasonsOf('', '-')).toEqual(['-:1:1: expected a map, got null']);
  });

  it('says that what is too large for YAML may be JSON', () => {
    const ticks = '      - candidate: {events: 1, exposure: 100}\n'.repeat(400);
    const text = `apiVersion: belay.dev/v1\nkind: Evidence\nchecks:\n  - name: slo\n    kind: limit\n    max: 0.01\n    ticks:\n${ticks}`;
    expect(reasonsOf(text, '-')[0]).toMatch(
      /^refused\[SEC-06\] -:\d+:\d+.*; JSON may be as large as you need$/,
    );
  });

  it('is the second of two checks with one name', () => {
    const text = JSON.stringify({ ...head, checks: [check, check] });
    expect(reasonsOf(text, 'e.json')).toEqual([
      `e.json:1:${text.lastIndexOf('"slo"') + 1} checks[1].name: two checks are named "slo"; give each its own name`,
    ]);
  });

  it('is found in a document of any size in one pass', () => {
    const ticks = Array.from({ length: 50_000 }, () => ({ candidate: { events: 1, exposure: 100 } }));
    const broken = Array.from({ length: 200 }, (_, index) => ({ ...check, name: `c${index}` }));
    const text = JSON.stringify(
      { ...head, checks: [{ ...check, name: 'long', ticks }, ...broken] },
      undefined,
      1,
    );
    const reasons = reasonsOf(text, 'e.json');
    expect(reasons).toHaveLength(201);
    const line = text.slice(0, text.lastIndexOf('"3"')).split('\n').length;
    expect(reasons.at(-1)).toContain(`e.json:${line}:17 checks[200].ticks[0].candidate.events: `);
  });
});

describe('ticks that are left out', () => {
  const reason = (ticks: readonly unknown[], more: object = {}): string =>
    assess(document([{ ...errors, ...more, ticks }])).checks[0]!.reason;
  const bad = tick(90, 250, 24, 4_750);

  it('are said to be why nothing is proven', () => {
    expect(reason([bad])).not.toContain('forgiven');
    expect(reason([bad], { trim: 1 })).toContain(
      '; the only tick so far is forgiven (trim 1), so nothing can be proven before a second one; 0% of the evidence',
    );
    expect(reason([bad, bad], { trim: 2 })).toContain(
      '; each of the 2 ticks so far is forgiven (trim 2), so nothing can be proven before there are 3; ',
    );
    // a tick without traffic is one with the next: of these nothing counts either
    expect(reason([tick(0, 0, 24, 4_750), bad], { trim: 1 })).toContain('; the only tick so far is forgiven');
  });

  it('are counted beside those that count', () => {
    expect(reason([bad, bad, bad], { trim: 1 })).toMatch(
      /; 1 of 3 ticks is forgiven \(trim 1\): the one that proves most does not count as evidence$/,
    );
    expect(reason([bad, bad, bad], { trim: 2 })).toMatch(
      /; 2 of 3 ticks are forgiven \(trim 2\): those that prove most do not count as evidence$/,
    );
  });

  it('are listed by why they cannot be compared', () => {
    const none = { candidate: null, stable: null };
    expect(reason([bad, none, bad, none, tick(-3, 100, 5, 100), bad])).toMatch(
      /; 3 of 6 ticks left out \(2 candidate: no data, 1 candidate: -3 events of 100, as after a counter reset\)$/,
    );
    expect(reason([none])).toBe('no data to judge by: 1 of 1 tick left out (1 candidate: no data)');
    expect(reason([])).toBe('no data: it has no ticks; add what was seen');
    const all = ['a', 'b', 'c', 'd', 'e'].map((_, index) => tick(-1 - index, 100, 5, 100));
    expect(reason([bad, ...all])).toMatch(/; 5 of 6 ticks left out \(.*, 2 for other reasons\)$/);
  });

  it('are no matter where a multiple of nothing can never be proven', () => {
    const nobody = Array.from({ length: 5 }, () => tick(0, 500, 0, 9_500));
    const hopeless = 'of none there is no multiple: safety needs an absolute part (difference) in safe';
    expect(reason(nobody, { safe: { ratio: 1.25 } })).toContain(hopeless);
    expect(reason(nobody)).not.toContain(hopeless);
  });
});
