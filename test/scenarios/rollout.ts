import { advance } from '../../src/app/advance.ts';
import type { DecisionKind } from '../../src/core/decision/decision.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { CANDIDATE, minute, type ReleaseInput, STABLE } from '../builders/release.ts';
import {
  createTestWorld,
  type ErrorRates,
  moveTo,
  recordedProvider,
  repositoryFiles,
  type TestWorld,
  Traffic,
} from '../builders/world.ts';

/** A rollout told as data. */
export interface Scenario {
  readonly release?: ReleaseInput;
  readonly rates?: ErrorRates;
  readonly perMinute?: number;
  readonly seed?: number;
  /** Minutes of ticks. Default every 5 minutes for `minutes`. */
  readonly minutes: number;
  /** What people do, by minute, before the tick of that minute. */
  readonly people?: Readonly<Record<number, (world: TestWorld) => void>>;
  /** Stands in for the recorded metrics during some minutes. */
  readonly provider?: (at: number) => ((clock: Clock) => MetricsProvider) | undefined;
  readonly config?: string;
}

export interface Telling {
  readonly world: TestWorld;
  readonly reports: readonly RunReport[];
  /** Decisions that were not hold or nothing, with the minute of their tick. */
  readonly moves: readonly (readonly [minute: number, kind: DecisionKind, from: number, to: number])[];
}

/** So many minutes of traffic before the first tick: enough for the checks to see stable. */
const BEFORE = 20;

/** Lets traffic flow minute by minute and ticks every five minutes. */
export async function tell(scenario: Scenario): Promise<Telling> {
  const files = repositoryFiles({ stable: STABLE, candidate: CANDIDATE, weight: 0, ...scenario.release });
  let provider: (clock: Clock) => MetricsProvider = () => {
    throw new TypeError('no provider yet');
  };
  const settled = repositoryFiles({ stable: STABLE, ...scenario.release, candidate: undefined });
  const world = createTestWorld({
    files: { ...settled, ...(scenario.config ? { '.belay/config.yaml': scenario.config } : {}) },
    provider: (clock) => provider(clock),
  });
  world.forge.push(
    {
      'releases/scorer.yaml': files['releases/scorer.yaml']!,
      'serving/scorer.yaml': files['serving/scorer.yaml']!,
    },
    { message: 'Bring 3.5.0' },
  );
  const healthy = () => 0.005;
  const traffic = new Traffic({
    forge: world.forge,
    rates: scenario.rates ?? { [STABLE.version]: healthy, [CANDIDATE.version]: healthy },
    perMinute: scenario.perMinute ?? 5000,
    seed: scenario.seed ?? 1,
  });
  const reports: RunReport[] = [];
  for (let at = -BEFORE; at <= scenario.minutes; at += 1) {
    traffic.flow(minute(at));
    if (at < 0) continue;
    await moveTo(world.clock, minute(at));
    scenario.people?.[at]?.(world);
    if (at % 5 !== 0) continue;
    provider = scenario.provider?.(at) ?? recordedProvider(() => traffic.openMetrics());
    world.forge.checkout();
    reports.push(await advance(world.world, { only: [], dryRun: false }));
  }
  const moves = reports.flatMap((report) =>
    report.releases
      .filter((release) => release.decision.kind !== 'hold' && release.decision.kind !== 'nothing')
      .map(
        ({ decision }) =>
          [Math.round((report.at - minute(0)) / 60_000), decision.kind, decision.from, decision.to] as const,
      ),
  );
  return { world, reports, moves };
}
