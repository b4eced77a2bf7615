import { readFile } from 'node:fs/promises';
import { createLocalForge, type LocalForge } from '../../adapters/local/local-forge.ts';
import { createOpenMetricsProvider } from '../../adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../adapters/system/fixed-clock.ts';
import { sha256 } from '../../adapters/system/sha256.ts';
import { advance } from '../../app/advance.ts';
import type { World } from '../../app/world.ts';
import { ToolError } from '../../core/errors.ts';
import { elapsed, type Instant, instant } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsProvider } from '../../ports/metrics.ts';
import type { RunReport } from '../../report/run-report.ts';
import { VERSION } from '../version.ts';
import { createDemoRepository, type DemoRepository } from './demo-repository.ts';
import type { Story, StoryBook } from './stories.ts';
import type { Teller } from './teller.ts';

const MINUTE = 60_000;
const TICK_MINUTES = 5;
/** A story that is not settled by then has gone wrong. */
const LONGEST_MINUTES = 24 * 60;

/** Where recorded metrics are in the demo's repository, as its config says. */
export const HISTORY_PATH = 'metrics/history.om';

/** A repository in virtual time, with ticks. */
export interface Stage {
  readonly repository: DemoRepository;
  readonly forge: LocalForge;
  readonly clock: Clock;
  /** One scheduled run as of a moment, asking the given provider. */
  tick(at: Instant, provider: MetricsProvider): Promise<RunReport>;
}

/** Sets the stage: the example's repository at the first story's beginning. */
export async function createStage(book: StoryBook): Promise<Stage> {
  const [first] = book.STORIES;
  const start = instant(Date.parse(first?.startsAt ?? ''));
  const repository = await createDemoRepository({
    book,
    config: book.recordedConfig(HISTORY_PATH),
    at: start,
  });
  const clock = createFixedClock(start);
  const forge = createLocalForge({
    directory: repository.directory,
    defaultBranch: repository.branch,
    clock,
  });
  return {
    repository,
    forge,
    clock,
    async tick(at, provider) {
      await clock.sleep(elapsed(clock.now(), at));
      const world: World = {
        forge,
        openProvider: async () => provider,
        clock,
        log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
        sha256,
        tool: `belay ${VERSION}`,
        trigger: { kind: 'schedule', actor: null },
      };
      return advance(world, { only: [], dryRun: false });
    },
  };
}

/** Plays one story from its recording, tick by tick, until its release is settled again. */
export async function playStory(
  stage: Stage,
  { book, story, teller }: { readonly book: StoryBook; readonly story: Story; readonly teller: Teller },
): Promise<void> {
  const text = await readFile(book.recordingFile(story), 'utf8');
  const provider = createOpenMetricsProvider({
    name: 'prod',
    text,
    clock: stage.clock,
    file: book.recordingFile(story),
  });
  const start = Date.parse(story.startsAt);
  teller.moment(
    instant(start),
    'begin',
    `the recording "${story.name}" begins; one tick every ${TICK_MINUTES} minutes`,
  );
  for (let minute = TICK_MINUTES; minute <= LONGEST_MINUTES; minute += TICK_MINUTES) {
    const now = instant(start + minute * MINUTE);
    if (minute === story.mergedAfterMinutes) {
      await stage.repository.mergeCandidate(story, now);
      teller.person(
        now,
        `Priya merges the pull request "${book.readPullRequest(story).title}": weight 0, nobody is exposed yet`,
      );
    }
    const report = await stage.tick(now, provider);
    teller.tick(report);
    if (minute > story.mergedAfterMinutes && report.releases.every(isSettled)) {
      await stage.repository.place(HISTORY_PATH, text);
      teller.moment(now, 'end', 'the release is settled');
      return checkEnd(story, report);
    }
  }
  throw new ToolError({
    code: 'BUG',
    message: `demo: story "${story.name}" did not settle within ${LONGEST_MINUTES / 60} hours`,
  });
}

/** A story that ends otherwise than it is told has gone wrong. @throws ToolError BUG */
export function checkEnd(story: Story, report: RunReport): void {
  const expected = story.name === 'healthy' ? 'promote' : 'rollback';
  const got = report.releases[0]?.decision.kind;
  if (got === expected) return;
  throw new ToolError({
    code: 'BUG',
    message: `demo: story "${story.name}" was expected to end in ${expected}, got ${got ?? 'nothing'}`,
  });
}

/** Whether a release has come to its end in this tick. */
export function isSettled({ decision, receipt }: RunReport['releases'][number]): boolean {
  if (decision.kind === 'promote') return receipt.kind === 'committed';
  if (decision.kind === 'rollback') return receipt.kind === 'merged';
  return decision.kind === 'nothing';
}
