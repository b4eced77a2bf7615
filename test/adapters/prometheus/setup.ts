import {
  createPrometheusProvider,
  type PrometheusProviderOptions,
} from '../../../src/adapters/prometheus/prometheus-provider.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import type { MetricsRequest } from '../../../src/core/analysis/observation.ts';
import { after, type Instant, instant, type Millis } from '../../../src/core/units.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { MetricsProvider } from '../../../src/ports/metrics.ts';

export const NOW = instant(Date.UTC(2026, 10, 21, 8, 5));

/** A question whose answer does not matter to the test. */
export const QUESTION: MetricsRequest = { kind: 'instant', query: 'sum(up)', at: instant(1_700_003_600_000) };

/** A good answer to `QUESTION`. */
export const ANSWER =
  '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700003600,"0.5"]}]}}';

/** A clock that moves only by sleeping, and keeps how long. */
export interface TestClock extends Clock {
  readonly slept: readonly Millis[];
}

export function createTestClock(start: Instant = NOW): TestClock {
  const slept: Millis[] = [];
  let moment = start;
  return {
    slept,
    now: () => moment,
    async sleep(length) {
      slept.push(length);
      moment = after(moment, length);
    },
  };
}

/** A provider "prod" for a URL, with everything that a test does not name set to something harmless. */
export function createProvider(
  url: string,
  given: Partial<Omit<PrometheusProviderOptions, 'spec'>> & {
    readonly spec?: Partial<PrometheusProviderOptions['spec']>;
  } = {},
): MetricsProvider {
  return createPrometheusProvider({
    name: 'prod',
    env: {},
    clock: createTestClock(),
    secrets: createSecrets(),
    random: () => 0.5,
    ...given,
    spec: { kind: 'prometheus', url, ...given.spec },
  });
}
