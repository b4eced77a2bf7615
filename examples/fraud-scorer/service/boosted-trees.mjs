import { sigmoid } from './logistic.mjs';

/**
 * Gradient-boosted regression trees for the log-odds (Friedman 2001, with second-order leaf values as in XGBoost), on
 * binned columns. Deterministic: no sampling of rows or columns.
 */

const TREES = 100;
const DEPTH = 3;
const RATE = 0.12;
const BINS = 48;
const MIN_CHILD = 60;
const RIDGE = 5;

/**
 * @param {Float64Array[]} rows encoded transactions
 * @param {Float64Array} labels 1 for fraud
 * @returns {{bias: number, trees: Node[]}} a node is a leaf (log-odds to add) or [column, threshold, below, aboveOrEqual]
 */
export function fitTrees(rows, labels) {
  const edges = Array.from(rows[0], (_, column) => binEdges(rows, column));
  const binned = edges.map((bounds, column) => Uint8Array.from(rows, (row) => binOf(bounds, row[column])));
  const rate = labels.reduce((total, label) => total + label, 0) / labels.length;
  const bias = Math.log(rate / (1 - rate));
  const margins = new Float64Array(rows.length).fill(bias);
  const trees = [];
  const everyone = Uint32Array.from(rows, (_, index) => index);
  for (let round = 0; round < TREES; round += 1) {
    const slopes = new Float64Array(rows.length);
    const curvatures = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index += 1) {
      const probability = sigmoid(margins[index]);
      slopes[index] = labels[index] - probability;
      curvatures[index] = probability * (1 - probability);
    }
    trees.push(grow({ edges, binned, slopes, curvatures, margins }, everyone, DEPTH));
  }
  return { bias, trees };
}

/** Probability of fraud. */
export function scoreTrees({ bias, trees }, row) {
  let total = bias;
  for (const tree of trees) {
    let node = tree;
    while (typeof node !== 'number') node = row[node[0]] < node[1] ? node[2] : node[3];
    total += node;
  }
  return sigmoid(total);
}

function grow(work, members, depth) {
  const split = depth > 0 ? bestSplit(work, members) : undefined;
  if (!split) return leaf(work, members);
  const bins = work.binned[split.column];
  const below = members.filter((index) => bins[index] <= split.bin);
  const above = members.filter((index) => bins[index] > split.bin);
  const threshold = work.edges[split.column][split.bin];
  return [split.column, threshold, grow(work, below, depth - 1), grow(work, above, depth - 1)];
}

function leaf({ slopes, curvatures, margins }, members) {
  let slope = 0;
  let curvature = RIDGE;
  for (const index of members) {
    slope += slopes[index];
    curvature += curvatures[index];
  }
  // Rounded before use, so that the next tree corrects exactly what the model file will say.
  const value = Number(((RATE * slope) / curvature).toFixed(5));
  for (const index of members) margins[index] += value;
  return value;
}

function bestSplit(work, members) {
  let best;
  for (let column = 0; column < work.binned.length; column += 1) {
    const found = bestSplitOf(work, members, column);
    if (found && (!best || found.gain > best.gain)) best = found;
  }
  return best;
}

function bestSplitOf({ edges, binned, slopes, curvatures }, members, column) {
  const size = edges[column].length + 1;
  const counts = new Uint32Array(size);
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size);
  for (const index of members) {
    const bin = binned[column][index];
    counts[bin] += 1;
    slope[bin] += slopes[index];
    curvature[bin] += curvatures[index];
  }
  const all = { count: members.length, slope: total(slope), curvature: total(curvature) };
  const left = { count: 0, slope: 0, curvature: 0 };
  let best;
  for (let bin = 0; bin < size - 1; bin += 1) {
    left.count += counts[bin];
    left.slope += slope[bin];
    left.curvature += curvature[bin];
    if (left.count < MIN_CHILD || all.count - left.count < MIN_CHILD) continue;
    const gain =
      quality(left.slope, left.curvature) +
      quality(all.slope - left.slope, all.curvature - left.curvature) -
      quality(all.slope, all.curvature);
    if (gain > 1e-6 && (!best || gain > best.gain)) best = { column, bin, gain };
  }
  return best;
}

function quality(slope, curvature) {
  return (slope * slope) / (curvature + RIDGE);
}

/** Upper bounds of the bins of a column, rising; a value belongs to the first bin whose bound is above it. */
function binEdges(rows, column) {
  const sorted = Float64Array.from(rows, (row) => row[column]).sort();
  const edges = new Set();
  for (let bin = 1; bin < BINS; bin += 1) {
    // Six digits, as in the model file: training and serving split at the same number.
    const value = Number(sorted[Math.floor((bin * sorted.length) / BINS)].toPrecision(6));
    if (value > sorted[0]) edges.add(value);
  }
  return [...edges];
}

function binOf(edges, value) {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < edges[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
