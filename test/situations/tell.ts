import { expect } from 'vitest';
import { advance } from '../../src/app/advance.ts';
import { rollback } from '../../src/app/rollback.ts';
import { runResult } from '../../src/cli/run-result.ts';
import { ToolError } from '../../src/core/errors.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { instant } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { type Bench, healthy, only, openBench, openInFlight, told } from '../app/bench.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, moveTo } from '../builders/world.ts';
import { FakeCrash } from '../fakes/forge.ts';
import type { Expected, Move, Run, Situation, Told } from './language.ts';

/** Plays a situation over the forge in memory and holds every move to what it says. */
export async function tell(situation: Situation): Promise<void> {
  const { moves = 2, config = CONFIG, files } = situation;
  const health = {
    [STABLE.version]: situation.stable ?? healthy,
    [CANDIDATE.version]: situation.candidate ?? healthy,
    ...(situation.older ? { '3.3.0': situation.older } : {}),
  };
  const past = situation.older ? { before: 25 * 60 } : {};
  const input = { config, health, ...past, ...(files ? { files } : {}) };
  const setup = situation.checks ? { checks: situation.checks } : {};
  const bench = moves === 0 ? openBench(input) : await openInFlight(moves, input, setup);
  const stage: Stage = { bench, from: subjectsOf(bench).length, works: bench.world.openProvider };
  for (const [index, move] of situation.story.entries()) await play(stage, move, `move ${index + 1}`);
}

interface Stage {
  readonly bench: Bench;
  /** Commits of Belay before the story. */
  readonly from: number;
  readonly works: Bench['world']['openProvider'];
}

async function play({ bench, from, works }: Stage, move: Move, where: string): Promise<void> {
  const { forge } = bench;
  if ('tick' in move) return checkRun(move, move.tick, { report: await bench.tick(move.at), where });
  if ('rollBack' in move)
    return checkRun(move, move.rollBack, { report: await bench.rollBack(move.at, move.order), where });
  if ('together' in move) return runTogether(bench, move, where);
  if ('lost' in move) {
    forge.crashNext(move.lost);
    await expect(move.run === 'tick' ? bench.tick(move.at) : bench.rollBack(move.at)).rejects.toBeInstanceOf(
      FakeCrash,
    );
  } else if ('push' in move)
    forge.push(move.push, move.to ? { branch: move.to === 'pull-1' ? forge.pulls[0]!.branch : move.to } : {});
  else if ('race' in move) forge.beforeNextWrite(() => forge.push(move.race));
  else if ('rewind' in move) forge.setBranch('main', forge.commitAt(forge.tip('main')!).parents[0]);
  else if ('clock' in move) Object.assign(bench.world, { clock: skewed(bench.clock, move.clock) });
  else if ('close' in move) forge.closePull(move.close);
  else if ('deleteBranchOf' in move) forge.setBranch(forge.pulls[move.deleteBranchOf - 1]!.branch, undefined);
  else if ('rules' in move) forge.setRules(move.rules);
  else if ('closingFails' in move) {
    const { close } = forge;
    forge.close = async (request) => {
      forge.close = close;
      throw new ToolError({ code: 'FORGE_REFUSED', message: `#${request.pull.number} is locked` });
    };
  } else if ('metrics' in move)
    bench.world.openProvider = move.metrics === 'back' ? works : async () => absent(bench, move.metrics);
  else checkState(bench, move.expect, { from, where });
}

function skewed({ now, sleep }: Bench['clock'], minutes: number): Clock {
  return { now: () => instant(now() + minutes * 60_000), sleep };
}

function absent({ clock }: Bench, reason: string): MetricsProvider {
  return {
    name: 'prod',
    query: async (request) => ({
      provider: 'prod',
      request,
      fetchedAt: clock.now(),
      outcome: { kind: 'absent', reason: reason as 'empty', detail: `the query returned: ${reason}` },
    }),
  };
}

function checkRun(
  move: Run,
  wanted: Told,
  { report, where }: { readonly report: RunReport; readonly where: string },
): void {
  const result = runResult(report);
  const seen = [result.text, ...result.problems.map(({ message }) => message)].join('\n');
  expect(told(report, move.release), `${where}: ${seen}`).toEqual(wanted);
  expect(result.exitCode, `${where}: ${seen}`).toBe(move.exit ?? 0);
  if (move.says) expect(seen, where).toMatch(move.says);
  if (move.outputs) expect(result.outputs, where).toMatchObject(move.outputs);
}

async function runTogether(
  bench: Bench,
  move: Extract<Move, { together: unknown }>,
  where: string,
): Promise<void> {
  await moveTo(bench.clock, minute(move.at));
  bench.forge.checkout();
  const order = {
    release: 'scorer',
    reason: 'it is slow',
    from: undefined,
    onlyIfFailing: false,
    dryRun: false,
  };
  const reports = await Promise.all(
    move.together.map((run) =>
      run === 'tick' ? advance(bench.world, { only: [], dryRun: false }) : rollback(bench.world, order),
    ),
  );
  expect(reports.map((report) => only(report).receipt.kind).sort(), where).toEqual(move.ends);
}

function subjectsOf({ forge }: Bench): readonly string[] {
  const subjects: string[] = [];
  for (let commit = forge.commitAt(forge.tip('main')!); ; commit = forge.commitAt(commit.parents[0]!)) {
    if (commit.author === 'belay') subjects.unshift(commit.message.split('\n', 1)[0] ?? '');
    if (!commit.parents[0]) return subjects;
  }
}

function checkState(
  bench: Bench,
  wanted: Expected,
  { from, where }: { readonly from: number; readonly where: string },
): void {
  const { forge } = bench;
  const reading = parseRelease(MANIFEST, forge.textAt(MANIFEST) ?? '');
  const spec = reading.kind === 'ok' ? reading.value.release.spec : undefined;
  const newest = forge.pulls.at(-1);
  const tree = [...forge.commitAt(forge.tip('main')!).tree.keys()];
  const found: Expected = {
    ...(wanted.weight === undefined ? {} : { weight: Number(spec?.rollout.weight) }),
    ...(wanted.stable === undefined ? {} : { stable: spec?.stable.version ?? '' }),
    ...(wanted.candidate === undefined ? {} : { candidate: spec?.candidate?.version ?? null }),
    ...(wanted.pulls ? { pulls: forge.pulls.map(({ state }) => state) } : {}),
    ...(wanted.records === undefined
      ? {}
      : { records: tree.filter((path) => path.startsWith('.belay/records/scorer/')).length }),
  };
  const { commits, pullSays, ...rest } = wanted;
  expect(found, where).toEqual(rest);
  if (pullSays) expect(`${newest?.description}\n${newest?.comments.join('\n')}`, where).toMatch(pullSays);
  if (!commits) return;
  const subjects = subjectsOf(bench).slice(from);
  expect(subjects, where).toHaveLength(commits.length);
  for (const [index, subject] of subjects.entries()) expect(subject, where).toMatch(commits[index]!);
}
