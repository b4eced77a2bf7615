import { createHash } from 'node:crypto';
import { createRandom } from './random.mjs';

/**
 * Card transactions with a known fraud process: the data set that the models are trained and evaluated on, and the
 * traffic that the demo sends. Nothing here comes from real people; the shapes (heavy-tailed amounts, online shops
 * without a card, evenings with other merchants than office hours) are those of real card data.
 */

/**
 * Merchant categories. `amount`: typical amount in EUR. `present`: share of payments with the card present. `risk`:
 * added to the log-odds of fraud. `when`: share of traffic, hour by hour; see HOURS.
 */
const CATEGORIES = [
  { name: 'groceries', amount: 31, present: 0.93, risk: -0.7, share: 18, when: 'day' },
  { name: 'restaurants', amount: 27, present: 0.88, risk: -0.4, share: 13, when: 'meals' },
  { name: 'fuel', amount: 54, present: 0.97, risk: -0.2, share: 8, when: 'day' },
  { name: 'public-transport', amount: 6, present: 0.72, risk: -0.6, share: 9, when: 'day' },
  { name: 'pharmacy', amount: 19, present: 0.9, risk: -0.7, share: 5, when: 'day' },
  { name: 'fashion', amount: 62, present: 0.41, risk: 0.1, share: 9, when: 'always' },
  { name: 'electronics', amount: 148, present: 0.28, risk: 0.8, share: 6, when: 'always' },
  { name: 'digital-goods', amount: 14, present: 0.02, risk: 0.7, share: 10, when: 'always' },
  { name: 'subscriptions', amount: 12, present: 0, risk: -0.3, share: 7, when: 'always' },
  { name: 'travel', amount: 236, present: 0.12, risk: 0.5, share: 4, when: 'always' },
  { name: 'utilities', amount: 84, present: 0.05, risk: -0.9, share: 4, when: 'day' },
  { name: 'jewellery', amount: 310, present: 0.55, risk: 1.1, share: 1, when: 'day' },
  { name: 'cash-withdrawal', amount: 90, present: 1, risk: 0.3, share: 5, when: 'always' },
  { name: 'ride-hailing', amount: 16, present: 0.03, risk: 0.2, share: 6, when: 'always' },
  { name: 'bars-and-clubs', amount: 38, present: 0.95, risk: 0.3, share: 8, when: 'night' },
  { name: 'event-tickets', amount: 71, present: 0.2, risk: 0.6, share: 4, when: 'night' },
];

/** How much of a category's usual share is there at each hour of the day, 0 to 23. `night` closes from 5 to 17. */
const HOURS = {
  always: [6, 4, 3, 3, 3, 4, 6, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 8, 7].map(tenth),
  day: [1, 0, 0, 0, 1, 2, 5, 9, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 10, 8, 5, 3, 2, 1].map(tenth),
  meals: [2, 1, 1, 0, 0, 1, 3, 5, 6, 6, 8, 14, 16, 13, 8, 6, 6, 8, 13, 15, 13, 9, 6, 4].map(tenth),
  night: [14, 13, 10, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 6, 9, 12, 15, 16, 15].map(tenth),
};

/** Currencies and their share of payments in percent; the last three have no rate in RATES. */
const CURRENCIES = [
  ['EUR', 71.2],
  ['GBP', 9],
  ['CHF', 6],
  ['SEK', 4],
  ['PLN', 4],
  ['CZK', 3],
  ['USD', 2.5],
  ['ISK', 0.15],
  ['RSD', 0.1],
  ['ALL', 0.05],
];

/** EUR for one unit of a currency, as the feature code knows them. */
export const RATES = { EUR: 1, GBP: 1.17, CHF: 1.04, SEK: 0.089, PLN: 0.234, CZK: 0.04, USD: 0.92 };

const CURRENCY_SHARES = CURRENCIES.map(([, share]) => share);

/** Traffic by hour of the day and category, in units that only compare. */
const WEIGHTS = HOURS.always.map((_, hour) =>
  CATEGORIES.map((category) => category.share * HOURS[category.when][hour]),
);

/** How busy each hour of the day is, 0 to 23; the mean over a day is 1. */
export const BUSYNESS = WEIGHTS.map((weights) => (24 * sum(weights)) / sum(WEIGHTS.map(sum)));

/** Share of an hour's traffic in categories that are closed from 5 to 17. */
export function nightShare(hour) {
  const night = WEIGHTS[hour].filter((_, index) => CATEGORIES[index].when === 'night');
  return sum(night) / sum(WEIGHTS[hour]);
}

/**
 * Makes transactions, each with whether it was fraud.
 * @param {{seed: number, count: number, hours?: readonly [number, number]}} options `hours` limits the hour of the day to
 *   [from, to); without it a whole day
 * @returns {{transaction: object, fraud: boolean}[]}
 */
export function makeTransactions({ seed, count, hours = [0, 24] }) {
  const random = createRandom(seed);
  const [from, to] = hours;
  const perHour = WEIGHTS.map((weights, hour) => (hour >= from && hour < to ? sum(weights) : 0));
  return Array.from({ length: count }, (_, index) => {
    const transaction = makeTransaction(random, random.pick(perHour), `${seed}-${index}`);
    return { transaction, fraud: random.next() < fraudProbability(transaction, random) };
  });
}

/** SHA-256 of a data set, as `sha256:…`: what a manifest names as the data that a version was trained on. */
export function digestOfData(rows) {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return `sha256:${hash.digest('hex')}`;
}

function makeTransaction(random, hour, id) {
  const category = CATEGORIES[random.pick(WEIGHTS[hour])];
  const [currency] = CURRENCIES[random.pick(CURRENCY_SHARES)];
  const euros = category.amount * Math.exp(0.8 * random.normal());
  const cardPresent = random.next() < category.present;
  return {
    id,
    hour,
    category: category.name,
    amount: round(euros / (RATES[currency] ?? 0.007), 2),
    currency,
    cardPresent,
    accountAgeDays: Math.floor(Math.exp(6.2 + 1.3 * random.normal())),
    paymentsLastDay: Math.floor(2.2 * Math.exp(0.9 * random.normal())),
    kilometresFromHome: round(Math.exp((cardPresent ? 1.4 : 3.1) + 1.5 * random.normal()), 1),
  };
}

// Interactions and steps on purpose: they are what trees find and a straight line does not.
function fraudProbability(transaction, random) {
  const category = CATEGORIES.find(({ name }) => name === transaction.category);
  const ratio = (transaction.amount * (RATES[transaction.currency] ?? 0.007)) / category.amount;
  const young = transaction.accountAgeDays < 60;
  const logOdds =
    -5.4 +
    category.risk +
    (ratio > 2.5 ? 1.2 : 0) +
    (ratio > 5 ? 1.1 : 0) +
    (ratio < 0.15 ? 0.9 : 0) +
    (young ? 1.1 : 0) +
    (young && !transaction.cardPresent ? 1.3 : 0) +
    (!transaction.cardPresent && transaction.kilometresFromHome > 120 ? 1.6 : 0) +
    (transaction.paymentsLastDay > 8 ? 1.4 : 0) +
    (transaction.hour < 5 ? 0.6 : 0) +
    0.4 * random.normal();
  return 1 / (1 + Math.exp(-logOdds));
}

function tenth(value) {
  return value / 10;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
