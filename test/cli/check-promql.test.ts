import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { applyEdits, type QueryPurpose } from '../../src/core/manifest/query-check.ts';
import { mutateQuery } from '../adapters/openmetrics/mutate-query.ts';
import { pinTo, randomQuery } from '../adapters/openmetrics/random-query.ts';
import { seededRandom } from '../adapters/openmetrics/seeded-random.ts';
import { findProgram } from '../tools/find-program.ts';

/** The query as it is written out once more. */
function mend(query: string, purpose?: QueryPurpose): string {
  return applyEdits(
    query,
    checkPromql(query, purpose).flatMap(({ edits }) => edits),
  );
}

describe('checkPromql', () => {
  it.each([
    ['sum(rate(a[5m])', 15],
    ['sum(rate(a[5m])))', 16],
    ['', 0],
    ['a +', 3],
    ['a b', 2],
    ['rate(a[5min])', 7],
    ['rate(a[$interval])', 7],
    ['a{b="c}', 4],
    ['a{b=c}', 3],
    ['a{b="c" d="e"}', 8],
    ['a && b', 2],
    ['a = b', 2],
    ['a * / b', 4],
    ['sum(a,)', 6],
    ['sum(a, b)', 0],
    ['rate(a[5m]) by (b)', 12],
    ['a{b=“c”}', 4],
    ['{}', 0],
    ['a{b="c"[5m]', 7],
    ['sum(rate(a{b="c"[5m]))', 16],
  ])('finds what no version reads: %s', (query, at) => {
    expect(checkPromql(query)).toMatchObject([{ code: 'QUERY_MALFORMED', at }]);
  });

  it.each([
    ['sum(rate(a{b="c"[5m]))', 'sum(rate(a{b="c"}[5m]))'],
    ['sum(increase(a[5m])', 'sum(increase(a[5m]))'],
    ['sum(rate(a[5m])))', 'sum(rate(a[5m]))'],
    ['incrase(a[5m])', 'increase(a[5m])'],
    ['a / on (b) histgram_quantile(0.9, a)', 'a / on (b) histogram_quantile(0.9, a)'],
  ])('mends %s', (query, mended) => {
    expect(mend(query)).toBe(mended);
  });

  it.each([['a +'], ['a b'], ['a{b=c}'], ['sum(some_function(a, "rat(b)"))']])(
    'leaves it to a person to mend %s',
    (query) => {
      expect(checkPromql(query)).toMatchObject([{ edits: [] }]);
    },
  );

  it.each([
    ['incrase(a[5m])', 0],
    ['sum(some_function(a, "rat(b)"))', 4],
    ['a / on (b) histgram_quantile(0.9, a)', 11],
  ])('refuses a function that no server has: %s', (query, at) => {
    expect(checkPromql(query)).toMatchObject([{ code: 'FUNCTION_UNKNOWN', at }]);
    expect(checkPromql(query)[0]).not.toHaveProperty('severity');
  });

  it.each([
    ['sum(increase_pure(a[5m]))', 'VictoriaMetrics'],
    ['sum(xincrease(a[5m]))', 'Thanos'],
  ])('only warns of a function of another server: %s', (query, server) => {
    expect(checkPromql(query)).toMatchObject([
      { code: 'FUNCTION_FOREIGN', severity: 'warning', message: expect.stringContaining(server) },
    ]);
  });

  it.each([
    ['sum by (job) (rate(a{b=~"c.*"}[5m] offset 1h)) > bool 0.5'],
    ['a[5m:]'],
    ['rate(a[300])'],
    ['rate(a[5m * 2])'],
    ['a offset 60'],
    ['a offset -(5m)'],
    ['{"my.metric", "my.label"="x"}'],
    ['a{"my.label"="x"}'],
    ['sum by ("my.label") (a)'],
    ['limitk(2, a)'],
    ['limit_ratio by (b) (0.5, a)'],
    ['increase(a[5m] anchored)'],
    ['a + on () fill (0) b'],
    ['a atan2 b'],
    ['a{b=~"\\\\p{Greek}+"}'],
    ['a{b="\\xff"}'],
    ['1_000'],
    ['a </ 5'],
  ])('has no opinion on what a newer server or a setting allows: %s', (query) => {
    expect(checkPromql(query)).toEqual([]);
  });
});

describe('checkPromql, of a query that is asked by a label', () => {
  const X = 'increase(x_bucket{v="1"}[5m])';
  it.each([
    [`sum(${X})`, `sum by (le) (${X})`, 0],
    [`sum by (pod) (${X})`, `sum by (pod, le) (${X})`, 0],
    [`sum without (le, pod) (${X})`, `sum without (pod) (${X})`, 0],
    [`1 * sum(max(${X}))`, `1 * sum by (le) (max by (le) (${X}))`, 4],
    [`sum by (le) (${X}) or vector(0)`, undefined, 47],
    [`sum by (le) (${X}) or sum(${X})`, `sum by (le) (${X}) or sum by (le) (${X})`, 47],
    [`histogram_quantile(0.9, sum by (le) (${X}))`, undefined, 0],
    [`sum(${X}) by (pod)`, undefined, 0],
    [`sum by (le) (${X}) / on () group_left sum(${X})`, 'accepted', 0],
    [`sum by (le) (${X}) / ignoring (le) sum by (le) (${X})`, undefined, 44],
    [`label_replace(sum(${X}), "le", "1", "", "")`, 'accepted', 0],
    [
      `label_replace(sum(${X}), "pod", "1", "", "")`,
      `label_replace(sum by (le) (${X}), "pod", "1", "", "")`,
      14,
    ],
    [`count_values("le", ${X})`, 'accepted', 0],
    [`topk(3, ${X})`, 'accepted', 0],
    [`sum by (le) (${X})`, 'accepted', 0],
    [X, 'accepted', 0],
    // a native histogram has its buckets in it
    ['sum(increase(x{v="1"}[5m]))', 'accepted', 0],
    ['count(increase(x{v="1"}[5m]))', 'count by (le) (increase(x{v="1"}[5m]))', 0],
    // a function that is not known may do anything
    [`union(sum(${X}))`, 'accepted', 0],
  ])('by le: %s', (query, mended, at) => {
    const found = checkPromql(query, { key: 'buckets', by: 'le' }).filter(
      ({ code }) => code === 'QUERY_DROPS_LABEL',
    );
    expect(found.map((finding) => finding.at)).toEqual(mended === 'accepted' ? [] : [at]);
    if (mended !== 'accepted') expect(mend(query, { by: 'le' })).toBe(mended ?? query);
  });

  it('is held to another label in the same way, without regard to histograms', () => {
    expect(checkPromql('sum(increase(x[5m]))', { key: 'bad', by: 'region' })).toMatchObject([
      { code: 'QUERY_DROPS_LABEL', at: 0 },
    ]);
    expect(mend('sum(increase(x[5m]))', { by: 'region' })).toBe('sum by (region) (increase(x[5m]))');
    expect(checkPromql('sum by (region) (increase(x[5m]))', { by: 'region' })).toEqual([]);
  });
});

describe('checkPromql, of a query that counts', () => {
  it.each([
    ['sum(rate(x[5m]))', 'sum(increase(x[5m]))'],
    ['sum(irate(x[5m]) or vector(0))', 'sum(increase(x[5m]) or vector(0))'],
    ['sum(rate(x[5m])) - sum(rate(y[5m]))', 'sum(increase(x[5m])) - sum(increase(y[5m]))'],
    ['clamp_min(sum(rate(x[5m])), 0)', 'clamp_min(sum(increase(x[5m])), 0)'],
    ['sum(rate(x[5m]) > 0)', 'sum(increase(x[5m]) > 0)'],
  ])('%s gives events per second', (query, mended) => {
    expect(checkPromql(query, { counts: true })).toMatchObject([{ code: 'QUERY_PER_SECOND' }]);
    expect(mend(query, { counts: true })).toBe(mended);
    expect(checkPromql(query)).toEqual([]);
  });

  it.each([
    ['sum(rate(x[5m])) * 300'],
    ['300 * sum(rate(x[5m]))'],
    ['sum(rate(x[5m]) > bool 0)'],
    ['count(rate(x[5m]) > 0)'],
    ['sum_over_time(sum(rate(x[1m]))[5m:1m])'],
    ['sum(increase(x[5m])) + sum(rate(y[5m]))'],
    ['sum(rate_of_requests)'],
  ])('%s may be a count', (query) => {
    expect(checkPromql(query, { counts: true })).toEqual([]);
  });

  it('is mended in both ways at once', () => {
    expect(mend('sum(rate(x_bucket[5m]))', { by: 'le', counts: true })).toBe(
      'sum by (le) (increase(x_bucket[5m]))',
    );
  });
});

const promtool = findProgram('promtool');

describe.skipIf(promtool === undefined)('checkPromql, against promtool', () => {
  it('refuses nothing that Prometheus reads', async () => {
    const random = seededRandom(5);
    const refused: string[] = [];
    for (let round = 0; refused.length < 1_500 && round < 20_000; round += 1) {
      const query = mutateQuery(pinTo(randomQuery(random), 1e9), random);
      if (checkPromql(query).some(({ code }) => code === 'QUERY_MALFORMED')) refused.push(query);
    }
    expect(refused.length).toBe(1_500);
    const rules = refused.map((expr, index) => ({ record: `rule${index}`, expr }));
    const folder = await mkdtemp(join(tmpdir(), 'belay-promtool-'));
    try {
      const file = join(folder, 'rules.json');
      await writeFile(file, JSON.stringify({ groups: [{ name: 'g', rules }] }));
      const output = await promisify(execFile)(promtool!, ['check', 'rules', file]).then(
        () => '',
        (error: { readonly stderr: string; readonly stdout: string }) => `${error.stdout}${error.stderr}`,
      );
      const named = new Set(Array.from(output.matchAll(/"rule(\d+)": /g), ([, index]) => Number(index)));
      // an empty expression is refused before it is parsed, without a name
      expect(refused.filter((query, index) => !named.has(index) && query.trim() !== '')).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
