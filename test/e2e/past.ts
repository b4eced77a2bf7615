import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLocalForge } from '../../src/adapters/local/local-forge.ts';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { advance } from '../../src/app/advance.ts';
import type { World } from '../../src/app/world.ts';
import type { DecisionKind } from '../../src/core/decision/decision.ts';
import { formatInstant, type Instant, instant } from '../../src/core/units.ts';
import type { ReleaseInput } from '../builders/release.ts';
import { type ErrorRates, MANIFEST, moveTo, repositoryFiles, Traffic } from '../builders/world.ts';
import { git } from '../lab/git/run-git.ts';

/** What happened until now, in minutes before (negative) or after now. */
export interface PastPlan {
  readonly now: Instant;
  /** With the candidate that a pull request brings. */
  readonly release: ReleaseInput & Required<Pick<ReleaseInput, 'stable' | 'candidate'>>;
  readonly rates: ErrorRates;
  /** When the pull request with the candidate was merged. Never, when left out. */
  readonly mergedAt?: number;
  /** When Belay ran. */
  readonly ticks: readonly number[];
  /** `.belay/config.yaml`, as it has always been. */
  readonly config: string;
  /** How long metrics go on after now, in minutes, so that a test that runs late, or goes on, finds some. Default 120. */
  readonly afterwards?: number;
}

export interface Past {
  /** A repository with everything that was committed. */
  readonly directory: string;
  /** Metrics of a day until now and some time more, at what the repository said, as OpenMetrics text. */
  readonly history: string;
  /** What Belay decided at its ticks. */
  readonly decisions: readonly DecisionKind[];
}

const DAY = 24 * 60;
const AFTERWARDS = 120;
const PER_MINUTE = 5000;
const PERSON = { name: 'Mona', email: 'mona@example.com' };

/** Plays a day of a repository up to now: people and Belay's own flows commit, traffic follows what they commit. */
export async function playPast(plan: PastPlan): Promise<Past> {
  const repository = await createRepository(plan);
  const at = (minute: number): Instant => instant(plan.now + minute * 60_000);
  let manifest = await repository.read(MANIFEST);
  const traffic = new Traffic({
    forge: { textAt: () => manifest },
    rates: plan.rates,
    perMinute: PER_MINUTE,
    seed: 7,
  });
  const decisions: DecisionKind[] = [];
  for (let minute = -DAY; minute <= (plan.afterwards ?? AFTERWARDS); minute += 1) {
    traffic.flow(at(minute));
    if (minute === plan.mergedAt) await repository.bringCandidate(at(minute));
    if (plan.ticks.includes(minute))
      decisions.push(...(await repository.tick(at(minute), traffic.openMetrics())));
    if (minute === plan.mergedAt || plan.ticks.includes(minute)) manifest = await repository.read(MANIFEST);
  }
  return { directory: repository.directory, history: traffic.openMetrics(), decisions };
}

async function createRepository(plan: PastPlan) {
  const directory = await mkdtemp(join(tmpdir(), 'belay-past-'));
  const clock = createFixedClock(instant(plan.now - (DAY + 1) * 60_000));
  const run = async (args: readonly string[], when?: Instant): Promise<string> =>
    (await git({ dir: directory, args, env: personEnvironment(when) })).toString('utf8');
  const push = async (
    files: Readonly<Record<string, string>>,
    message: string,
    when: Instant,
  ): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    await run(['add', '--all']);
    await run(['commit', '--quiet', '--message', message], when);
  };
  await run(['init', '--quiet', '--initial-branch=main']);
  const settled = repositoryFiles({ ...plan.release, candidate: undefined, weight: 0 });
  await push({ ...settled, '.belay/config.yaml': plan.config }, 'Serve the scorer', clock.now());
  const forge = createLocalForge({ directory, defaultBranch: 'main', clock });
  return {
    directory,
    read: (path: string): Promise<string> => run(['show', `main:${path}`]),
    bringCandidate: (when: Instant): Promise<void> =>
      push(
        { [MANIFEST]: repositoryFiles({ ...plan.release, weight: 0 })[MANIFEST] ?? '' },
        `Bring ${plan.release.candidate?.version}`,
        when,
      ),
    async tick(when: Instant, metrics: string): Promise<readonly DecisionKind[]> {
      await moveTo(clock, when);
      const world: World = {
        forge,
        openProvider: async () => createOpenMetricsProvider({ name: 'prod', text: metrics, clock }),
        clock,
        log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
        sha256,
        tool: 'belay past',
        trigger: { kind: 'schedule', actor: null },
      };
      const { releases } = await advance(world, { only: [], dryRun: false });
      return releases.map(({ decision }) => decision.kind);
    },
  };
}

function personEnvironment(when: Instant | undefined): Readonly<Record<string, string>> {
  return {
    GIT_AUTHOR_NAME: PERSON.name,
    GIT_AUTHOR_EMAIL: PERSON.email,
    GIT_COMMITTER_NAME: PERSON.name,
    GIT_COMMITTER_EMAIL: PERSON.email,
    ...(when === undefined
      ? {}
      : { GIT_AUTHOR_DATE: formatInstant(when), GIT_COMMITTER_DATE: formatInstant(when) }),
  };
}
