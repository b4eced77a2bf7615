import { createLocalForge } from '../../adapters/local/local-forge.ts';
import { createPrometheusProvider } from '../../adapters/prometheus/prometheus-provider.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { createSecrets } from '../../adapters/system/secrets.ts';
import { sha256 } from '../../adapters/system/sha256.ts';
import { advance } from '../../app/advance.ts';
import type { World } from '../../app/world.ts';
import { ToolError } from '../../core/errors.ts';
import { elapsed, millis } from '../../core/units.ts';
import { VERSION } from '../version.ts';
import { createDemoRepository, type DemoRepository } from './demo-repository.ts';
import { checkEnd, isSettled } from './replay-demo.ts';
import { openLiveStage, type Story, type StoryBook } from './stories.ts';
import type { Teller } from './teller.ts';

const TICK = millis(5_000);
/** Until the first payments are counted. */
const WARM_UP = millis(10_000);
const LONGEST = millis(600_000);
const PER_SECOND = 800;

interface Scene {
  story: Story | undefined;
  /** Of the candidate, after the newest tick. */
  weight: number;
}

/**
 * The same stories with a real model service under load and a real Prometheus, in real time: holds of seconds instead of hours.
 * @returns the repository
 */
export async function playLive(book: StoryBook, teller: Teller): Promise<DemoRepository> {
  const { startLive } = await openLiveStage();
  const repository = await createDemoRepository({
    book,
    config: book.liveConfig('http://127.0.0.1:9'),
    at: systemClock.now(),
    adapt: book.hurryManifest,
  });
  /** What the payments are drawn from follows the story: the fault shows in the evening. */
  const scene: Scene = { story: book.STORIES[0], weight: 0 };
  const live = await startLive({
    readServing: () => repository.readOnBranch(book.SERVING),
    hour: () => (scene.story ? book.liveHour(scene.story, scene.weight) : 12),
    perSecond: () => PER_SECOND,
  }).catch((cause: unknown) => {
    throw new ToolError({
      code: 'REFUSED',
      message: `demo --live: expected a Prometheus that starts, got "${firstLine(cause)}"; install it (Debian: apt-get install prometheus) or run the demo without --live`,
      cause,
    });
  });
  try {
    teller.say(
      `payments go to ${live.gatewayUrl}, ${PER_SECOND} a second; Prometheus is at ${live.prometheusUrl}`,
    );
    const world = createWorld(repository, live.prometheusUrl);
    await systemClock.sleep(WARM_UP);
    for (const story of book.STORIES) {
      scene.story = story;
      teller.heading(`${story.name}: ${book.readPullRequest(story).title}`);
      await playStory(world, repository, { book, story, teller, scene });
    }
    const { sent, failed } = live.count();
    teller.say(`\n${sent} payments were scored, ${failed} of them failed`);
    return repository;
  } finally {
    await live.close();
  }
}

function createWorld(repository: DemoRepository, url: string): World {
  const secrets = createSecrets();
  return {
    forge: createLocalForge({
      directory: repository.directory,
      defaultBranch: repository.branch,
      clock: systemClock,
    }),
    openProvider: async (name) =>
      createPrometheusProvider({
        name,
        spec: { kind: 'prometheus', url },
        env: {},
        clock: systemClock,
        secrets,
      }),
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    sha256,
    tool: `belay ${VERSION}`,
    trigger: { kind: 'schedule', actor: null },
  };
}

async function playStory(
  world: World,
  repository: DemoRepository,
  {
    book,
    story,
    teller,
    scene,
  }: { readonly book: StoryBook; readonly story: Story; readonly teller: Teller; readonly scene: Scene },
): Promise<void> {
  teller.tick(await advance(world, { only: [], dryRun: false }));
  await repository.mergeCandidate(story, systemClock.now());
  teller.person(
    systemClock.now(),
    `Priya merges the pull request "${book.readPullRequest(story).title}": weight 0, nobody is exposed yet`,
  );
  const began = systemClock.now();
  while (elapsed(began, systemClock.now()) < LONGEST) {
    await systemClock.sleep(TICK);
    const report = await advance(world, { only: [], dryRun: false });
    teller.tick(report);
    scene.weight = report.releases[0]?.decision.to ?? 0;
    if (report.releases.every(isSettled)) return checkEnd(story, report);
  }
  throw new ToolError({
    code: 'BUG',
    message: `demo: story "${story.name}" did not settle within ${LONGEST / 60_000} minutes`,
  });
}

function firstLine(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).split('\n')[0] ?? '';
}
