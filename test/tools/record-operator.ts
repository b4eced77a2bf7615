import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createStage, isSettled, type Stage } from '../../src/cli/demo/replay-demo.ts';
import { openStoryBook, type Story } from '../../src/cli/demo/stories.ts';
import { VERSION } from '../../src/cli/version.ts';
import { instant } from '../../src/core/units.ts';

/**
 * Belay as the operator of a recording: `npm run demo:record` sends real requests to the example's model servers, and what
 * Belay decides on the metrics so far splits the next ones.
 */

let stage: Stage | undefined;

/** Operator of one story; later stories go on in the same repository. */
export async function createOperator(story: Story) {
  const book = await openStoryBook();
  stage ??= await createStage(book);
  const { repository, tick, clock } = stage;
  return {
    name: `belay ${VERSION}`,
    readServing: () => repository.readOnBranch(book.SERVING),
    merge: (now: Date) => repository.mergeCandidate(story, instant(now.getTime())),
    async tick(now: Date, history: () => string): Promise<{ readonly settled: boolean }> {
      const provider = createOpenMetricsProvider({ name: 'prod', text: history(), clock });
      const report = await tick(instant(now.getTime()), provider);
      for (const { decision } of report.releases) {
        if (decision.kind !== 'hold' && decision.kind !== 'nothing')
          console.error(`${now.toISOString()} ${decision.kind} → ${decision.to} %`);
      }
      return { settled: report.releases.every(isSettled) };
    },
  };
}
