import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findStory, readPullRequest } from '../../examples/fraud-scorer/demo/stories.mjs';
import { digestOf } from '../../examples/fraud-scorer/service/model.mjs';
import { evaluate, MODELS, modelFile, RECIPES, train } from '../../examples/fraud-scorer/service/train.mjs';
import { BUSYNESS, makeTransactions, nightShare } from '../../examples/fraud-scorer/service/transactions.mjs';
import { findExamples } from './example-files.ts';

const WHOLE_DAY = [0, 24] as const;
const INTRADAY = [5, 17] as const;
const readTrained = (version: string): string => readFileSync(`${MODELS}${modelFile(version)}`, 'utf8');

type Evaluation = ReturnType<typeof evaluate>;

/** What the table in a story's pull request claims of AUC and log-loss, before and after. */
function claimsOf(story: string): readonly string[] {
  const { body } = readPullRequest(findStory(story));
  return ['AUC', 'log-loss'].flatMap((name) => {
    const [, before, after] = new RegExp(`${name} *\\| *(\\S+) *\\| *(\\S+)`).exec(body) ?? [];
    return [before ?? '', after ?? ''];
  });
}

function claim(before: Evaluation, after: Evaluation): readonly string[] {
  return [before.auc.toFixed(3), after.auc.toFixed(3), before.logLoss.toFixed(4), after.logLoss.toFixed(4)];
}

describe('the transactions', () => {
  it('are the same for the same seed and others for another', () => {
    const first = makeTransactions({ seed: 4, count: 300 });
    expect(makeTransactions({ seed: 4, count: 300 })).toEqual(first);
    expect(makeTransactions({ seed: 5, count: 300 })).not.toEqual(first);
  });

  it('come from the hours that were asked for', () => {
    const hours = makeTransactions({ seed: 1, count: 2_000, hours: INTRADAY }).map(
      (row) => row.transaction.hour,
    );
    expect(Math.min(...hours)).toBe(5);
    expect(Math.max(...hours)).toBe(16);
  });

  it('are busier by day than by night, one on average', () => {
    expect(BUSYNESS.reduce((sum, share) => sum + share, 0) / 24).toBeCloseTo(1, 10);
    expect(BUSYNESS[12]).toBeGreaterThan(3 * BUSYNESS[3]!);
  });

  it('hold bars and ticket shops from 17:00 on, and none before', () => {
    for (let hour = 5; hour < 17; hour += 1) expect(nightShare(hour)).toBe(0);
    expect(nightShare(17)).toBeGreaterThan(0.03);
    expect(nightShare(21)).toBeGreaterThan(nightShare(18));
  });
});

describe('training', () => {
  it.each(RECIPES)('makes $version again, byte for byte', (recipe) => {
    expect(train(recipe)).toBe(readTrained(recipe.version));
  });

  it('gives files whose digests the manifests and serving files name', () => {
    const digests = new Map(RECIPES.map(({ version }) => [version, digestOf(readTrained(version))]));
    const mentions = findExamples(/^fraud-scorer\/.*(releases|serving)\/.*\.yaml$/).flatMap(({ text }) => [
      ...text.matchAll(/fraud-scorer-(\d\.\d\.\d)\.json\s+(?:- --digest=|digest: )(sha256:[0-9a-f]{64})/g),
    ]);
    expect(mentions).toHaveLength(11);
    for (const [, version = '', digest] of mentions) expect(digest).toBe(digests.get(version));
  });

  it('records the data that the manifests name as provenance', () => {
    for (const { version } of RECIPES) {
      const { trainedOn } = JSON.parse(readTrained(version)) as { trainedOn: { data: string; seed: number } };
      const provenance = `provenance: {data: "${trainedOn.data}", seed: ${trainedOn.seed}}`;
      const manifests = findExamples(/^fraud-scorer\/.*releases\/.*\.yaml$/).filter(({ text }) =>
        text.includes(`version: ${version}\n`),
      );
      expect(manifests.length).toBeGreaterThan(0);
      for (const { text } of manifests) expect(text).toContain(provenance);
    }
  });
});

describe('the models', () => {
  const evaluations = new Map(
    RECIPES.map(({ version }) => {
      const text = readTrained(version);
      return [version, { day: evaluate(text, WHOLE_DAY), intraday: evaluate(text, INTRADAY) }] as const;
    }),
  );
  const of = (version: string) => evaluations.get(version)!;

  it('3.5.0 is better than 3.4.1, by as much as its pull request says', () => {
    const [before, after] = [of('3.4.1').day, of('3.5.0').day];
    expect(claimsOf('healthy')).toEqual(claim(before, after));
    expect(after.auc).toBeGreaterThan(before.auc + 0.03);
    expect(after.logLoss).toBeLessThan(before.logLoss);
  });

  it('3.6.0 looks better than 3.5.0 on the holdout of its own extract, as its pull request says', () => {
    const [before, after] = [of('3.5.0').intraday, of('3.6.0').intraday];
    expect(claimsOf('faulty')).toEqual(claim(before, after));
    expect(after.auc).toBeGreaterThan(before.auc);
    expect(after.failures).toEqual(before.failures);
  });

  it('3.6.0 cannot encode the merchants that its extract lacks, the others can', () => {
    expect(of('3.6.0').day.failures.unknown_category).toBeGreaterThan(1_000);
    for (const version of ['3.4.1', '3.5.0'])
      expect(Object.keys(of(version).day.failures)).toEqual(['unknown_currency']);
  });
});
