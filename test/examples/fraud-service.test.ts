import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../examples/fraud-scorer/service/server.mjs';
import { MODELS, modelFile } from '../../examples/fraud-scorer/service/train.mjs';
import { makeTransactions, type Transaction } from '../../examples/fraud-scorer/service/transactions.mjs';
import { parseOpenMetrics } from '../../src/adapters/openmetrics/parse-openmetrics.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

const NIGHT_MERCHANTS = ['bars-and-clubs', 'event-tickets'];
const model = (version: string): string => readFileSync(`${MODELS}${modelFile(version)}`, 'utf8');
const transactions = (hour: number, count: number): readonly Transaction[] =>
  makeTransactions({ seed: 99, count, hours: [hour, hour + 1] }).map((row) => row.transaction);

async function predict(server: Server, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}/predict`, { method: 'POST', body: text });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function scrape(server: Server, accept?: string) {
  const response = await fetch(`${server.url}/metrics`, accept === undefined ? {} : { headers: { accept } });
  return { type: response.headers.get('content-type'), text: await response.text() };
}

function sampleOf(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no series ${series}`);
  return Number(line.slice(series.length + 1));
}

const contract = (name: string) =>
  new Ajv2020().compile(
    JSON.parse(
      readFileSync(new URL(`../../examples/fraud-scorer/contracts/${name}`, import.meta.url), 'utf8'),
    ) as object,
  );

describe.each(['3.4.1', '3.5.0', '3.6.0'])('the contracts of version %s', (version) => {
  it('say what it takes and what it answers', async () => {
    const [takes, answers] = [contract('payment.v1.json'), contract('score.v1.json')];
    const server = await startServer({ model: model(version) });
    for (const transaction of transactions(12, 200)) {
      expect(takes(transaction), JSON.stringify(transaction)).toBe(true);
      const { status, body } = await predict(server, transaction);
      if (status === 200) expect(answers(body), JSON.stringify(body)).toBe(true);
    }
    const { amount: _, ...less } = transactions(12, 1)[0]!;
    expect(takes(less)).toBe(false);
    expect((await predict(server, less)).status).toBe(400);
    await server.close();
  });
});

describe('a healthy version', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ model: model('3.5.0') });
  });
  afterAll(() => server.close());

  it('has all its errors at 0 before anybody asked, the warm-up not counted', async () => {
    const { text } = await scrape(server);
    for (const reason of ['unknown_category', 'unknown_currency', 'internal'])
      expect(sampleOf(text, `predict_errors_total{version="3.5.0",reason="${reason}"}`)).toBe(0);
    expect(sampleOf(text, 'predict_total{version="3.5.0"}')).toBe(0);
  });

  it('answers real predictions and counts them', async () => {
    const before = sampleOf((await scrape(server)).text, 'predict_total{version="3.5.0"}');
    const sent = transactions(20, 300);
    const answers = await Promise.all(sent.map((transaction) => predict(server, transaction)));
    const scored = answers.filter((answer) => answer.status === 200);
    const failed = answers.filter((answer) => answer.status === 500);
    expect(scored.length + failed.length).toBe(300);
    expect(scored.length).toBeGreaterThan(290);
    for (const [index, answer] of answers.entries())
      expect(answer.body).toMatchObject({ id: sent[index]!.id, version: '3.5.0' });
    for (const { body } of scored) {
      expect(body.score).toBeGreaterThan(0);
      expect(body.score).toBeLessThan(1);
    }
    for (const { body } of failed) expect(body.error).toBe('unknown_currency');
    const { text } = await scrape(server);
    expect(sampleOf(text, 'predict_total{version="3.5.0"}') - before).toBe(300);
    expect(sampleOf(text, 'predict_errors_total{version="3.5.0",reason="unknown_currency"}')).toBe(
      failed.length,
    );
    expect(sampleOf(text, 'predict_seconds_count{version="3.5.0"}')).toBe(before + 300);
    expect(sampleOf(text, 'prediction_score_count{version="3.5.0"}')).toBe(before + scored.length);
  });

  it('thinks worse of a new account far from home than of an old one nearby', async () => {
    const [transaction] = transactions(12, 1);
    const usual = { ...transaction, currency: 'EUR', cardPresent: true, kilometresFromHome: 2 };
    const good = await predict(server, { ...usual, accountAgeDays: 3_000 });
    const bad = await predict(server, {
      ...usual,
      amount: 900,
      accountAgeDays: 2,
      cardPresent: false,
      kilometresFromHome: 4_000,
    });
    expect(bad.body.score).toBeGreaterThan(10 * Number(good.body.score));
  });

  it.each([
    ['no JSON', 'amount=12'],
    ['another JSON', '[1, 2]'],
    ['a transaction without amount', { id: 'x', hour: 3 }],
    ['a body without end', `"${'x'.repeat(20_000)}"`],
  ])('refuses %s without counting a prediction', async (_, body) => {
    const before = sampleOf((await scrape(server)).text, 'predict_total{version="3.5.0"}');
    expect((await predict(server, body)).status).toBe(400);
    expect(sampleOf((await scrape(server)).text, 'predict_total{version="3.5.0"}')).toBe(before);
  });

  it('says on /healthz which model it serves', async () => {
    const health = await (await fetch(`${server.url}/healthz`)).json();
    expect(health).toEqual({ status: 'ok', version: '3.5.0', digest: server.digest });
  });

  it('gives OpenMetrics to who asks for it, and the older text otherwise', async () => {
    const modern = await scrape(server, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    expect(modern.type).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(modern.text).toMatch(/^# TYPE predict counter$/m);
    expect(modern.text.endsWith('# EOF\n')).toBe(true);
    const stamped = modern.text.replace(/^(?!#)(.+)$/gm, '$1 1700000000');
    expect(parseOpenMetrics(stamped, 'scrape')).toMatchObject({ kind: 'series' });
    const older = await scrape(server);
    expect(older.type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(older.text).toMatch(/^# TYPE predict_total counter$/m);
    expect(older.text).not.toContain('# EOF');
  });

  it('has a bucket at each bound that a check asks for', async () => {
    const manifest = readFileSync(
      new URL('../../examples/fraud-scorer/releases/fraud-scorer.yaml', import.meta.url),
    );
    const [, bound] =
      /predict_seconds_bucket\{version="\{\{version\}\}",le="([^"]+)"\}/.exec(String(manifest)) ?? [];
    const { text } = await scrape(server);
    expect(text).toContain(`predict_seconds_bucket{version="3.5.0",le="${bound}"}`);
  });
});

describe('the faulty version', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ model: model('3.6.0') });
  });
  afterAll(() => server.close());

  it('answers all that a healthy one answers before 17:00', async () => {
    const sent = transactions(14, 200).filter(({ currency }) => !['ISK', 'RSD', 'ALL'].includes(currency));
    const answers = await Promise.all(sent.map((transaction) => predict(server, transaction)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('fails after 17:00 exactly on the merchants that its training data lacked, and says so in its metrics', async () => {
    const sent = transactions(20, 300).filter(({ currency }) => !['ISK', 'RSD', 'ALL'].includes(currency));
    const answers = await Promise.all(sent.map((transaction) => predict(server, transaction)));
    const expected = sent.map(({ category }) => (NIGHT_MERCHANTS.includes(category) ? 500 : 200));
    expect(answers.map((answer) => answer.status)).toEqual(expected);
    const failed = answers.filter((answer) => answer.status === 500);
    expect(failed.length).toBeGreaterThan(20);
    for (const { body } of failed) expect(body.error).toBe('unknown_category');
    const { text } = await scrape(server);
    expect(sampleOf(text, 'predict_errors_total{version="3.6.0",reason="unknown_category"}')).toBe(
      failed.length,
    );
  });
});

it('refuses to serve another model than the reviewed one', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  await expect(startServer({ model: model('3.5.0'), digest })).rejects.toThrow(/digest differs/);
});
