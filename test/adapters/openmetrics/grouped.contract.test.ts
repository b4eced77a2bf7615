import { createOpenMetricsProvider } from '../../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../../src/adapters/system/fixed-clock.ts';
import { instant } from '../../../src/core/units.ts';
import { describeGroupedContract, RECORDING } from '../grouped-contract.ts';

describeGroupedContract('a recording', async () => ({
  provider: createOpenMetricsProvider({ name: 'prod', text: RECORDING, clock: createFixedClock(instant(0)) }),
  stop: async () => undefined,
}));
