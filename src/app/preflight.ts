import type { Foresight } from '../core/analysis/foresee.ts';
import { distinctQueries, questionKey } from '../core/analysis/plan-queries.ts';
import { judgeLook, planLook, type QueryLook } from '../core/decision/look.ts';
import {
  findLookProblems,
  findStepProblems,
  findTrialProblems,
} from '../core/decision/preflight-problems.ts';
import type { TwinTest } from '../core/decision/trials.ts';
import type { Problem } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { toProblem } from '../core/manifest/rule.ts';
import type { Instant, Millis, Sha, Sha256 } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { FileSource, Forge } from '../ports/forge.ts';
import { courseOf, type PastTest, testPast, testTwin } from './backtest.ts';
import { askAll } from './evaluate.ts';
import { foreseeRelease } from './foresee.ts';
import { findArtifactProblems, lookAtArtifacts, type SeenArtifact } from './look-at-artifacts.ts';
import type { Providers, Question } from './providers.ts';
import { type ReadableRelease, readFiles } from './read-files.ts';
import type { ArtifactSources } from './world.ts';

/** What is looked at, by commits: no file of the working tree is read. */
export interface PreflightSubject {
  /** What is proposed: manifests are read here, as data. */
  readonly head: Sha;
  /** Where it left the default branch; undefined: it is the default branch, and every release is looked at. */
  readonly base: Sha | undefined;
  /** The default branch's newest commit: config and records are read here alone. */
  readonly trusted: Sha;
}

export interface PreflightInput {
  readonly subject: PreflightSubject;
  /** Names of the releases; those that the subject changes when empty. */
  readonly only: readonly string[];
  /** How far back stable is looked at. */
  readonly stretch: Millis;
  readonly seed: string;
}

/** What is to be known of one release before it is merged. */
export interface ReleasePreflight {
  readonly name: string;
  readonly path: string;
  readonly stable: string;
  readonly candidate: string | undefined;
  readonly deadline: Millis;
  readonly looks: readonly QueryLook[];
  /** Of both versions, those included that no registry was asked for. */
  readonly artifacts: readonly SeenArtifact[];
  readonly foresight: Foresight;
  readonly twin: TwinTest;
  readonly past: readonly PastTest[];
  readonly problems: readonly Problem[];
}

/** What a preflight found; `--format json` prints it. */
export interface PreflightReport {
  readonly at: Instant;
  readonly head: Sha;
  readonly releases: readonly ReleasePreflight[];
  /** Names of all releases that could be read. */
  readonly known: readonly string[];
  /** Of the config, of manifests that cannot be read, and of all releases. */
  readonly problems: readonly Problem[];
  /** Requests to metrics providers. */
  readonly queries: number;
}

/** Everything outside that a preflight may touch; it reads, and writes nothing. */
export interface PreflightWorld {
  readonly forge: Pick<Forge, 'list' | 'read'>;
  readonly providers: Providers;
  /** Without it no registry is asked. */
  readonly artifacts?: ArtifactSources | undefined;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** Looks at the releases that a subject changes as a rollout would, before there is one. */
export async function preflight(world: PreflightWorld, input: PreflightInput): Promise<PreflightReport> {
  const { forge, clock, sha256 } = world;
  const { subject, only } = input;
  const now = clock.now();
  const reading = await readFiles(trustedFiles(forge, subject), sha256);
  const changed = await findChanged(
    forge,
    subject,
    reading.releases.map(({ path }) => path),
  );
  const isChosen = (name: string | undefined, path: string): boolean =>
    only.length === 0 ? changed.has(path) : name !== undefined && only.includes(name);
  const { providers, count } = countQueries(world.providers);
  const releases: ReleasePreflight[] = [];
  const unreadable: Problem[] = [];
  for (const file of reading.releases) {
    const name = file.kind === 'readable' ? file.parsed.release.metadata.name : file.name;
    if (!isChosen(name, file.path)) continue;
    if (file.kind === 'readable')
      releases.push(
        await lookAt(providers, file, { config: reading.config, now, input, sources: world.artifacts }),
      );
    else unreadable.push(...file.problems);
  }
  return {
    at: now,
    head: subject.head,
    releases,
    known: reading.releases.flatMap((file) =>
      file.kind === 'readable' ? [file.parsed.release.metadata.name] : [],
    ),
    problems: [
      ...reading.problems,
      ...unreadable,
      ...providers.problems(),
      ...releases.flatMap(({ problems }) => problems),
    ],
    queries: count(),
  };
}

/** Belay's own folder comes from the default branch, whatever is proposed: only it may name a URL, or say what was good. */
function trustedFiles(
  { list, read }: PreflightWorld['forge'],
  { head, trusted }: PreflightSubject,
): FileSource {
  const isOwn = (path: string): boolean => path === OWN || path.startsWith(`${OWN}/`);
  return {
    list: (folder) => list(isOwn(folder) ? trusted : head, folder),
    async read(paths) {
      const [own, proposed] = await Promise.all([
        read(trusted, paths.filter(isOwn)),
        read(
          head,
          paths.filter((path) => !isOwn(path)),
        ),
      ]);
      return new Map([...own, ...proposed]);
    },
  };
}

const OWN = '.belay';

/** Manifests that are not what they are at the base. */
async function findChanged(
  { read }: PreflightWorld['forge'],
  { head, base }: PreflightSubject,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (base === undefined) return new Set(paths);
  const [before, after] = await Promise.all([read(base, paths), read(head, paths)]);
  return new Set(
    paths.filter((path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path))),
  );
}

interface LookContext {
  readonly config: Config | undefined;
  readonly now: Instant;
  readonly input: PreflightInput;
  readonly sources: ArtifactSources | undefined;
}

async function lookAt(
  providers: Providers,
  file: ReadableRelease,
  { config, now, input, sources }: LookContext,
): Promise<ReleasePreflight> {
  const { parsed, state, chain } = file;
  const { release, source } = parsed;
  const looks = await lookAtQueries(providers, file, { config, now });
  const artifacts = await lookAtArtifacts(sources ? { artifacts: sources } : {}, config, parsed);
  const { rollout, carried } = state;
  const foresight = await foreseeRelease(providers, { release, rollout, now, carried, config });
  const past = { release, config, chain, now, stretch: input.stretch, seed: input.seed };
  const twin = await testTwin(providers, past);
  const findings = [
    ...findLookProblems(looks),
    ...findArtifactProblems(artifacts),
    ...findStepProblems(release, foresight),
    ...findTrialProblems(twin, { course: courseOf(release), stretch: input.stretch }),
  ];
  return {
    name: release.metadata.name,
    path: file.path,
    stable: release.spec.stable.version,
    candidate: release.spec.candidate?.version,
    deadline: release.spec.rollout.deadline,
    looks,
    artifacts,
    foresight,
    twin,
    past: await testPast(providers, past),
    problems: [...file.problems, ...findings.map((finding) => toProblem(source, finding))],
  };
}

/** Each distinct question is asked once, whoever asks it. */
async function lookAtQueries(
  providers: Providers,
  { parsed: { release } }: ReadableRelease,
  { config, now }: Pick<LookContext, 'config' | 'now'>,
): Promise<readonly QueryLook[]> {
  const questions = planLook(release, now);
  const answers = await askAll(providers, { release, config, questions: distinctQueries(questions) });
  const found = new Map(answers.map(({ planned, observation }) => [questionKey(planned), observation]));
  return judgeLook(
    release,
    questions.flatMap((planned) => {
      const observation = found.get(questionKey(planned));
      return observation ? [{ planned, observation }] : [];
    }),
  );
}

function countQueries(providers: Providers) {
  let asked = 0;
  return {
    count: () => asked,
    providers: {
      ask: (config: Config | undefined, question: Question) => {
        asked += 1;
        return providers.ask(config, question);
      },
      problems: () => providers.problems(),
    } satisfies Providers,
  };
}
