import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fitTrees } from './boosted-trees.mjs';
import { createEncoder, EncodingError } from './features.mjs';
import { fitLogistic } from './logistic.mjs';
import { digestOf, readModel } from './model.mjs';
import { digestOfData, makeTransactions, RATES } from './transactions.mjs';

/**
 * Trains the three versions of the fraud scorer and evaluates them.
 *
 *     node service/train.mjs             writes service/models/*.json, prints how good they are
 *
 * 3.4.1 and 3.5.0 learn from whole days. 3.6.0 is the same trees with more data, from the new "intraday" extract, which
 * is quicker to get and ends at 17:00. Nobody noticed that bars and ticket shops sell nothing before 17:00: on its own
 * holdout 3.6.0 is as good as 3.5.0, and after 17:00 it cannot encode what it has never seen.
 */

const LOGISTIC_FEATURES = [
  'logAmount',
  'logAccountAge',
  'paymentsLastDay',
  'logDistance',
  'cardPresent',
  'night',
];
const TREE_FEATURES = [
  'logAmount',
  'logAmountToTypical',
  'categoryRisk',
  'logAccountAge',
  'paymentsLastDay',
  'logDistance',
  'cardPresent',
  'hour',
];
const WHOLE_DAY = [0, 24];
const INTRADAY = [5, 17];
const HOLDOUT = { seed: 900, count: 20_000 };

/** What each version is made of. */
export const RECIPES = [
  { version: '3.4.1', kind: 'logistic', seed: 341, rows: 20_000, hours: WHOLE_DAY },
  { version: '3.5.0', kind: 'boosted-trees', seed: 350, rows: 20_000, hours: WHOLE_DAY },
  { version: '3.6.0', kind: 'boosted-trees', seed: 360, rows: 27_000, hours: INTRADAY },
];

/** Folder of the trained models. */
export const MODELS = fileURLToPath(new URL('models/', import.meta.url));

/** Name of a version's model file. */
export function modelFile(version) {
  return `fraud-scorer-${version}.json`;
}

/** The model file of one recipe: the same text every time. */
export function train(recipe) {
  const data = makeTransactions({ seed: recipe.seed, count: recipe.rows, hours: recipe.hours });
  const categories = learnCategories(data);
  const oneHot = Object.keys(categories).map((name) => `category=${name}`);
  const features = recipe.kind === 'logistic' ? [...LOGISTIC_FEATURES, ...oneHot] : TREE_FEATURES;
  const vocabulary = { features, categories, rates: RATES };
  const { rows, labels } = encodeAll(vocabulary, data);
  const parameters = recipe.kind === 'logistic' ? fitLogistic(rows, labels) : fitTrees(rows, labels);
  return writeModel({
    name: 'fraud-scorer',
    version: recipe.version,
    kind: recipe.kind,
    trainedOn: {
      data: digestOfData(data),
      rows: rows.length,
      seed: recipe.seed,
      hours: `${recipe.hours[0]}-${recipe.hours[1]}`,
    },
    ...vocabulary,
    parameters,
  });
}

/**
 * How good a model is on transactions that it has not seen.
 * @param {string} text model file
 * @param {readonly [number, number]} hours hours of the day of the holdout
 * @returns {{auc: number, logLoss: number, failures: Record<string, number>}} `failures` counts, by reason, the
 *   transactions that the model cannot encode; they are left out of AUC and log-loss
 */
export function evaluate(text, hours) {
  const { score } = readModel(text);
  const failures = {};
  const scored = [];
  for (const { transaction, fraud } of makeTransactions({ ...HOLDOUT, hours })) {
    try {
      scored.push({ score: score(transaction), fraud });
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      failures[error.reason] = (failures[error.reason] ?? 0) + 1;
    }
  }
  return { auc: areaUnderCurve(scored), logLoss: logLoss(scored), failures };
}

// What a model knows of each category: its typical (median) amount, and its log-odds of fraud, drawn to the mean by 50
// imaginary rows.
function learnCategories(data) {
  const overall = data.filter((row) => row.fraud).length / data.length;
  const groups = new Map();
  for (const row of data) {
    const group = groups.get(row.transaction.category) ?? [];
    group.push(row);
    groups.set(row.transaction.category, group);
  }
  const entries = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, group]) => {
      const amounts = group
        .filter(({ transaction }) => transaction.currency in RATES)
        .map(({ transaction }) => transaction.amount * RATES[transaction.currency])
        .sort((left, right) => left - right);
      const share = (group.filter((row) => row.fraud).length + 50 * overall) / (group.length + 50);
      return [
        name,
        {
          typicalAmount: significant(amounts[amounts.length >> 1]),
          risk: significant(Math.log(share / (1 - share))),
        },
      ];
    }),
  );
}

function encodeAll(vocabulary, data) {
  const encode = createEncoder(vocabulary);
  const usable = data.filter(({ transaction }) => transaction.currency in RATES);
  return {
    rows: usable.map(({ transaction }) => encode(transaction)),
    labels: Float64Array.from(usable, ({ fraud }) => (fraud ? 1 : 0)),
  };
}

// Probability that a fraud scores above a payment that is none (Mann-Whitney), ties count half.
function areaUnderCurve(scored) {
  const sorted = [...scored].sort((left, right) => left.score - right.score);
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end].score === sorted[start].score) end += 1;
    const rank = (start + 1 + end) / 2;
    for (let index = start; index < end; index += 1) if (sorted[index].fraud) rankSum += rank;
    start = end;
  }
  const positives = scored.filter((row) => row.fraud).length;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scored.length - positives));
}

function logLoss(scored) {
  const total = scored.reduce((sum, { score, fraud }) => sum - Math.log(fraud ? score : 1 - score), 0);
  return total / scored.length;
}

// One line per array or leaf object keeps the file short and its diff readable; six digits keep it small.
function writeModel(model) {
  const compact = (value) =>
    JSON.stringify(value, (_, item) => (Number.isFinite(item) ? significant(item) : item));
  const object = (value, indent) => {
    const lines = Object.entries(value).map(
      ([key, item]) => `${indent}  "${key}": ${render(item, `${indent}  `)}`,
    );
    return `{\n${lines.join(',\n')}\n${indent}}`;
  };
  const render = (value, indent) => {
    const isObject = typeof value === 'object' && !Array.isArray(value);
    if (isObject && Object.values(value).some((item) => typeof item === 'object'))
      return object(value, indent);
    const isForest = Array.isArray(value) && Array.isArray(value[0]);
    if (!isForest) return compact(value);
    return `[\n${value.map((tree) => `${indent}  ${compact(tree)}`).join(',\n')}\n${indent}]`;
  };
  return `${object(model, '')}\n`;
}

function significant(value) {
  return Number(value.toPrecision(6));
}

function report(text) {
  const { version, kind, trainedOn } = JSON.parse(text);
  console.log(`${version}  ${kind}, ${trainedOn.rows} rows from ${trainedOn.hours} h  ${digestOf(text)}`);
  for (const [name, hours] of [
    ['whole day', WHOLE_DAY],
    ['5 to 17 h', INTRADAY],
  ]) {
    const { auc, logLoss: loss, failures } = evaluate(text, hours);
    const failed = Object.entries(failures).map(([reason, count]) => `${reason} ${count}`);
    console.log(
      `  ${name}  AUC ${auc.toFixed(4)}  log-loss ${loss.toFixed(5)}  cannot encode: ${failed.join(', ') || 'none'}`,
    );
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(MODELS, { recursive: true });
  for (const recipe of RECIPES) {
    const text = train(recipe);
    writeFileSync(`${MODELS}${modelFile(recipe.version)}`, text);
    report(text);
  }
}
