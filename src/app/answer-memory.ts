import type { MetricsRequest, Observation } from '../core/analysis/observation.ts';

/**
 * What was answered in earlier looks of one watch. Evidence is asked for on the grid of whole ticks, whose metrics are complete, so
 * the same question about the same moments has the same answer: a look between two ticks asks nothing of it. A threshold is asked
 * up to now, so its question is another one each time. No answer is no knowledge, and is asked for again.
 */
export interface AnswerMemory {
  /** A look begins: what the one before it did not need is forgotten. */
  turn(): void;
  /** @param provider name and settings of the provider, as one text */
  find(provider: string, request: MetricsRequest): Observation | undefined;
  keep(provider: string, observation: Observation): void;
}

/** Remembers nothing yet. It holds the answers of two looks at most. */
export function createAnswerMemory(): AnswerMemory {
  let before = new Map<string, Observation>();
  let now = new Map<string, Observation>();
  return {
    turn() {
      before = now;
      now = new Map();
    },
    find(provider, request) {
      const key = keyOf(provider, request);
      const known = now.get(key) ?? before.get(key);
      if (known) now.set(key, known);
      return known;
    },
    keep(provider, observation) {
      if (observation.outcome.kind !== 'absent') now.set(keyOf(provider, observation.request), observation);
    },
  };
}

function keyOf(provider: string, request: MetricsRequest): string {
  return JSON.stringify([provider, request]);
}
