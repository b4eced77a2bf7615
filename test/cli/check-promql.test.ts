import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { mutateQuery } from '../adapters/openmetrics/mutate-query.ts';
import { pinTo, randomQuery } from '../adapters/openmetrics/random-query.ts';
import { seededRandom } from '../adapters/openmetrics/seeded-random.ts';
import { findProgram } from '../tools/find-program.ts';

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
    expect(checkPromql(query)?.at).toBe(at);
  });

  it.each([
    ['incrase(a[5m])', 0, 'did you mean "increase"?'],
    ['sum(some_function(a, "rat(b)"))', 4, 'another server may'],
    ['a / on (b) histgram_quantile(0.9, a)', 11, 'did you mean "histogram_quantile"?'],
  ])('warns of a function that no version has: %s', (query, at, hint) => {
    expect(checkPromql(query)).toMatchObject({ kind: 'stranger', at });
    expect(checkPromql(query)?.message).toContain(hint);
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
    expect(checkPromql(query)).toBeUndefined();
  });
});

const promtool = findProgram('promtool');

describe.skipIf(promtool === undefined)('checkPromql, against promtool', () => {
  it('refuses nothing that Prometheus reads', async () => {
    const random = seededRandom(5);
    const refused: string[] = [];
    for (let round = 0; refused.length < 1_500 && round < 20_000; round += 1) {
      const query = mutateQuery(pinTo(randomQuery(random), 1e9), random);
      if (checkPromql(query)) refused.push(query);
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
