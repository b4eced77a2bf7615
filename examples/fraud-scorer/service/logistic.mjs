/** Logistic regression by gradient descent with momentum on standardised columns. Deterministic. */

const ROUNDS = 200;
const RATE = 0.8;
const MOMENTUM = 0.9;

/**
 * @param {Float64Array[]} rows encoded transactions
 * @param {Float64Array} labels 1 for fraud
 * @returns {{bias: number, means: number[], scales: number[], weights: number[]}}
 */
export function fitLogistic(rows, labels) {
  const width = rows[0].length;
  const means = columnOf(width, (column) => mean(rows, (row) => row[column]));
  const scales = columnOf(
    width,
    (column) => Math.sqrt(mean(rows, (row) => (row[column] - means[column]) ** 2)) || 1,
  );
  const scaled = rows.map((row) => row.map((value, column) => (value - means[column]) / scales[column]));
  const weights = new Float64Array(width);
  const speed = new Float64Array(width + 1);
  let bias = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const gradient = new Float64Array(width + 1);
    for (let index = 0; index < scaled.length; index += 1) {
      const error = sigmoid(bias + dot(weights, scaled[index])) - labels[index];
      for (let column = 0; column < width; column += 1) gradient[column] += error * scaled[index][column];
      gradient[width] += error;
    }
    for (let column = 0; column <= width; column += 1) {
      speed[column] = MOMENTUM * speed[column] - (RATE * gradient[column]) / rows.length;
      if (column < width) weights[column] += speed[column];
    }
    bias += speed[width];
  }
  return { bias, means, scales, weights: [...weights] };
}

/** Probability of fraud. */
export function scoreLogistic({ bias, means, scales, weights }, row) {
  let total = bias;
  for (let column = 0; column < weights.length; column += 1) {
    total += (weights[column] * (row[column] - means[column])) / scales[column];
  }
  return sigmoid(total);
}

/** From log-odds to a probability. */
export function sigmoid(logOdds) {
  return 1 / (1 + Math.exp(-logOdds));
}

function dot(left, right) {
  let total = 0;
  for (let index = 0; index < left.length; index += 1) total += left[index] * right[index];
  return total;
}

function mean(rows, of) {
  return rows.reduce((total, row) => total + of(row), 0) / rows.length;
}

function columnOf(width, of) {
  return Array.from({ length: width }, (_, column) => of(column));
}
