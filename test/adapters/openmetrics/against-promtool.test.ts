import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOpenMetrics } from '../../../src/adapters/openmetrics/parse-openmetrics.ts';
import { findProgram } from '../../tools/find-program.ts';
import { seededRandom } from './seeded-random.ts';

const promtool = findProgram('promtool');
const TEXT = [
  '# TYPE predict counter',
  '# HELP predict what "it" is',
  'predict_total{version="3.5.0",pod="a\\n\\"b\\""} 1 1763683200 # {trace="x"} 0.5 1763683200.5',
  'predict_total{version="3.5.0",pod="a\\n\\"b\\""} 2.5e1 1763683230.5',
  '# TYPE latency_seconds histogram',
  '# UNIT latency_seconds seconds',
  'latency_seconds_bucket{le="+Inf"} 3 1763683200',
  'latency_seconds_count 3 1763683200',
  'depth NaN 1763683200',
  'depth -Inf 1763683260',
  '# EOF',
  '',
].join('\n');
const PIECES = [
  '\n',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  ',',
  '=',
  '#',
  '# ',
  '1',
  '.',
  'e',
  '-',
  '+',
  'x',
  '_',
  ':',
  'é',
  '\t',
];

describe.skipIf(promtool === undefined)('parseOpenMetrics, against promtool', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'belay-promtool-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Whether promtool makes blocks of a text. */
  async function loads(text: string): Promise<boolean> {
    const history = join(folder, 'history.om');
    await writeFile(history, text);
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '-q', history, join(folder, 'data')];
    return promisify(execFile)(promtool!, args).then(
      () => true,
      () => false,
    );
  }

  it('reads the text that it starts from', async () => {
    expect(parseOpenMetrics(TEXT, 'f').kind).toBe('series');
    expect(await loads(TEXT)).toBe(true);
  });

  it('reads nothing that promtool does not, comments aside', async () => {
    const random = seededRandom(11);
    let accepted = 0;
    for (let round = 0; accepted < 30 && round < 2000; round += 1) {
      const at = random.between(0, TEXT.length);
      const text = TEXT.slice(0, at) + random.pick(['', ...PIECES]) + TEXT.slice(at + random.between(0, 1));
      const isComment = /^# (?!HELP |TYPE |UNIT |EOF$)/m.test(text);
      if (text === TEXT || isComment || parseOpenMetrics(text, 'f').kind === 'problems') continue;
      accepted += 1;
      expect([text, await loads(text)]).toEqual([text, true]);
    }
    expect(accepted).toBe(30);
  });
});
