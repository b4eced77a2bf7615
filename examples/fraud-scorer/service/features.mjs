/**
 * From a transaction to the numbers that a model sees. Training and serving use this one file: what the model learned
 * from is what it is asked about.
 */

/** A transaction that this model cannot turn into numbers. `reason` is a metric label. */
export class EncodingError extends Error {
  /** @param {'unknown_category' | 'unknown_currency'} reason */
  constructor(reason, detail) {
    super(`${reason}: ${detail}`);
    this.name = 'EncodingError';
    this.reason = reason;
  }
}

/** All features by name; each is a function of the transaction, its amount in EUR and what the model knows of its category. */
const FEATURES = {
  logAmount: (_, euros) => Math.log(1 + euros),
  logAmountToTypical: (_, euros, category) => Math.log((0.01 + euros) / category.typicalAmount),
  categoryRisk: (_, __, category) => category.risk,
  logAccountAge: (transaction) => Math.log(1 + transaction.accountAgeDays),
  paymentsLastDay: (transaction) => transaction.paymentsLastDay,
  logDistance: (transaction) => Math.log(1 + transaction.kilometresFromHome),
  cardPresent: (transaction) => (transaction.cardPresent ? 1 : 0),
  hour: (transaction) => transaction.hour,
  night: (transaction) => (transaction.hour < 5 ? 1 : 0),
};

/**
 * The encoder of a model: the features it lists, in its order; `category=x` is 1 for that category.
 * @param {{features: string[], categories: Record<string, object>, rates: Record<string, number>}} vocabulary
 * @returns {(transaction: object) => Float64Array} throws EncodingError for a category or currency that the model does
 *   not know: a guess about money is worse than no answer
 */
export function createEncoder({ features, categories, rates }) {
  const known = new Map(Object.entries(categories));
  const rateOf = new Map(Object.entries(rates));
  const columns = features.map((name) => {
    const [, category] = /^category=(.+)$/.exec(name) ?? [];
    if (category) return (transaction) => (transaction.category === category ? 1 : 0);
    const feature = FEATURES[name];
    if (!feature) throw new Error(`model: unknown feature "${name}"`);
    return feature;
  });
  return (transaction) => {
    const rate = rateOf.get(transaction.currency);
    if (rate === undefined) throw new EncodingError('unknown_currency', transaction.currency);
    const category = known.get(transaction.category);
    if (category === undefined) throw new EncodingError('unknown_category', transaction.category);
    const euros = transaction.amount * rate;
    return Float64Array.from(columns, (column) => column(transaction, euros, category));
  };
}
