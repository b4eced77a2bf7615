import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeManifest } from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { writeRoute } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { type BrakeStory, type Expected, type Move, OLDER, STORIES } from './brake-stories.ts';
import { sceneConfig } from './scenes.ts';
import { type History, openTimeline, type Timeline, writeHistories } from './timeline.ts';

/**
 * Each brake and each recovery from end to end: the bundle at a terminal, a new checkout over HTTP for each run, a GitHub on
 * localhost, a real Prometheus. Only the time is not real: `--now` names it, and GitHub's clock follows.
 */

const present = hasPrometheus();
const nameOf = (story: BrakeStory): string => `story-${STORIES.indexOf(story) + 1}`;

function historyOf(story: BrakeStory): History {
  const { candidate, stable = { errors: () => 0.005 }, older, hoursBefore } = story;
  return {
    at: nameOf(story),
    versions: {
      [STABLE.version]: stable,
      [CANDIDATE.version]: candidate,
      ...(older ? { [OLDER.version]: older } : {}),
    },
    ...(hoursBefore === undefined ? {} : { before: hoursBefore * 60 }),
  };
}

let timeline: Timeline;

/** A repository as the story finds it: stable is good (and 3.3.0 before it), the candidate is under way. */
async function begin(story: BrakeStory): Promise<RepositoryHandle> {
  const name = nameOf(story);
  const manifest = `releases/${name}.yaml`;
  const serving = `serving/${name}.yaml`;
  const route = (backend: string): string =>
    writeRoute({ 'scorer-a': 0, 'scorer-b': 0, ...(story.older ? { 'scorer-c': 0 } : {}), [backend]: 100 });
  const setup = { ...story.setup, name };
  const first = story.older
    ? { [manifest]: writeManifest({ ...setup, stable: OLDER }), [serving]: route(OLDER.backend) }
    : { [manifest]: writeManifest(setup), [serving]: route(STABLE.backend) };
  timeline.moveTo(-1);
  const repository = await timeline.createRepository(name, {
    '.belay/config.yaml': sceneConfig(timeline.gateway.url),
    ...first,
  });
  await play(story, repository, { at: 0, tick: ['adopt', 'FIRST_SEEN', 'committed'] });
  if (story.older) {
    await repository.commit({
      files: { [manifest]: writeManifest(setup), [serving]: route(STABLE.backend) },
    });
    await play(story, repository, { at: 1, tick: ['adopt', 'STABLE_CHANGED_BY_HAND', 'committed'] });
  }
  await repository.commit({ files: { [manifest]: writeManifest({ ...setup, candidate: CANDIDATE }) } });
  await play(story, repository, { at: 2, tick: ['start', 'CANDIDATE_NEW', 'committed'] });
  for (const at of story.from === 25 ? [33] : [33, 64])
    await play(story, repository, { at, tick: ['advance', 'CHECKS_PASS', 'committed'] });
  return repository;
}

async function play(story: BrakeStory, repository: RepositoryHandle, move: Move): Promise<void> {
  const name = nameOf(story);
  const manifest = `releases/${name}.yaml`;
  if ('edit' in move) {
    const text = (await repository.read(manifest)) ?? '';
    const edited = move.edit(text);
    expect(edited).not.toBe(text);
    await repository.commit({ files: { [manifest]: edited }, message: 'Edit the manifest' });
    return;
  }
  if ('metrics' in move) {
    timeline.gateway.mood = move.metrics;
    return;
  }
  if ('expect' in move) return checkState(name, repository, move.expect);
  const isTick = 'tick' in move;
  const line = isTick ? ['advance'] : ['rollback', name, '--reason', 'it is slow', ...(move.flags ?? [])];
  const { exitCode, report } = await timeline.run(repository, move.at, line);
  const [release] = report.releases;
  const reasons = release.decision.reasons.map(({ code }: { readonly code: string }) => code);
  const said = JSON.stringify({ decision: release.decision, receipt: release.receipt }, null, 2);
  expect([release.decision.kind, reasons[0], release.receipt.kind], `minute ${move.at}: ${said}`).toEqual(
    isTick ? move.tick : move.rollBack,
  );
  expect(exitCode, said).toBe(isTick ? (move.exit ?? 0) : 0);
  if (isTick) expect(reasons, said).toEqual(expect.arrayContaining([...(move.reasons ?? [])]));
}

async function checkState(name: string, repository: RepositoryHandle, wanted: Expected): Promise<void> {
  const { spec } = parse((await repository.read(`releases/${name}.yaml`)) ?? '');
  const route = parse((await repository.read(`serving/${name}.yaml`)) ?? '');
  const [{ backendRefs }] = route.spec.rules;
  const paths = ['1', '2', '3', '4', '5', '6', '7', '8'].map(
    (digit) => `.belay/records/${name}/000${digit}.json`,
  );
  const records = await Promise.all(paths.map((path) => repository.read(path)));
  const commits = await repository.log();
  const own = commits.find(({ message }) => message.includes('Belay-Op:'));
  const found: Record<keyof Expected, unknown> = {
    weight: spec.rollout.weight,
    stable: spec.stable.version,
    candidate: spec.candidate?.version ?? null,
    split: Object.fromEntries(
      backendRefs.map((ref: { readonly name: string; readonly weight: number }) => [ref.name, ref.weight]),
    ),
    pulls: repository.pulls.map(({ state }) => state),
    pullSays: repository.pulls.at(-1)?.body,
    commit: own?.message.split('\n', 1)[0],
    record: JSON.parse(records.findLast((text) => text !== undefined) ?? '{}'),
  };
  for (const [key, value] of Object.entries(wanted))
    if (value instanceof RegExp) expect(found[key as keyof Expected]).toMatch(value);
    else if (key === 'record') expect(found.record).toMatchObject(value);
    else expect(found[key as keyof Expected], key).toEqual(value);
}

describe.skipIf(!present)('a rollout that goes wrong', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    timeline = await openTimeline(writeHistories(STORIES.map(historyOf)));
  }, 300_000);
  afterEach(() => {
    timeline.gateway.mood = 'open';
    expect(timeline.lab.takeViolations()).toEqual([]);
  });
  afterAll(() => timeline?.close());

  it.each(STORIES.map((story) => [story.title, story] as const))('%s', async (_, story) => {
    const repository = await begin(story);
    for (const move of story.story) await play(story, repository, move);
  });
});
