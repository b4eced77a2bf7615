import type { MetricsRequest, Observation } from '../core/analysis/observation.ts';

/** One metrics source. Never throws for the state of the world: what cannot be seen is a typed absence. */
export interface MetricsProvider {
  /** Name in config.yaml. */
  readonly name: string;
  /** Asks once (with its own bounded retries and deadline). */
  query(request: MetricsRequest): Promise<Observation>;
}
