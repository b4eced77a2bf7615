import { createHash } from 'node:crypto';
import { scoreTrees } from './boosted-trees.mjs';
import { createEncoder } from './features.mjs';
import { scoreLogistic } from './logistic.mjs';

/** A trained model: the file that a version of the release is made of. */

const SCORERS = { logistic: scoreLogistic, 'boosted-trees': scoreTrees };

/**
 * Reads a model file.
 * @param {string} text JSON as train.mjs writes it
 * @returns {{version: string, digest: string, score: (transaction: object) => number}} `score` is the probability of
 *   fraud; it throws EncodingError for a transaction that the model cannot encode
 */
export function readModel(text) {
  const model = JSON.parse(text);
  const scorer = SCORERS[model.kind];
  if (!scorer) throw new Error(`model: unknown kind "${model.kind}"`);
  const encode = createEncoder(model);
  return {
    version: model.version,
    digest: digestOf(text),
    score: (transaction) => scorer(model.parameters, encode(transaction)),
  };
}

/** SHA-256 of a model file, as manifests write it. */
export function digestOf(text) {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
