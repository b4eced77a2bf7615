import type { Trigger } from '../core/change/build-change.ts';
import type { ProviderSpec } from '../core/manifest/config-schema.ts';
import type { Sha256 } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsProvider } from '../ports/metrics.ts';

/** Everything outside that a flow may touch. */
export interface World {
  readonly forge: Forge;
  /** Opens a provider of the config; @throws ToolError when its secrets are not there. */
  openProvider(name: string, spec: ProviderSpec): Promise<MetricsProvider>;
  readonly clock: Clock;
  readonly log: Log;
  readonly sha256: Sha256;
  /** Name and version of this tool, for records. */
  readonly tool: string;
  readonly trigger: Trigger;
}
