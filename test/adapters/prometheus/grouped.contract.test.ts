import { describe } from 'vitest';
import { hasPrometheus, startPrometheus } from '../../tools/prometheus-server.ts';
import { describeGroupedContract, RECORDING } from '../grouped-contract.ts';
import { createProvider } from './setup.ts';

describe.skipIf(!hasPrometheus())('with a real Prometheus', () => {
  describeGroupedContract('a server', async () => {
    const server = await startPrometheus({ openMetrics: RECORDING });
    return { provider: createProvider(server.url), stop: () => server.stop() };
  });
});
