import { expect } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { findOddMove } from '../../src/app/match-move.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import type { Release } from '../../src/core/manifest/release-schema.ts';
import { readChain } from '../../src/core/record/record-file.ts';
import { type BelayRecord, RecordSchema } from '../../src/core/record/record-schema.ts';
import { readState } from '../../src/core/record/release-state.ts';
import type { FakeCommit, Tree } from '../fakes/commit-store.ts';
import type { FakeForge } from '../fakes/forge.ts';

const RECORDS = '.belay/records/';

/**
 * What holds after any run, whatever happened (INV-1, 2, 3, 4, 5 and 12 of the threat model): Belay's commits touch the files
 * of the releases they name and nothing else, records are only ever added and their chains verify, the weight never rises by
 * more than one declared step and never without a record whose evidence says pass, at most one pull request per release
 * rolls back, and every record is of a move that `validate` lets through as Belay's.
 */
export function checkLaws(forge: FakeForge): void {
  const tip = forge.tip(forge.defaultBranch)!;
  const line = firstParents(forge, tip);
  for (const { commit, before } of line.filter(({ commit }) => commit.author === 'belay')) {
    checkPaths(commit, before);
    checkWeights(commit, before);
  }
  for (const [index, { commit, before }] of line.entries())
    if (commit.author === 'belay') checkMoves(commit, before, line.slice(index + 1));
  checkChains(forge.commitAt(tip).tree);
  checkPulls(forge);
}

interface Landed {
  readonly commit: FakeCommit;
  readonly before: Tree;
}

function firstParents(forge: FakeForge, tip: FakeCommit['id']): readonly Landed[] {
  const line: Landed[] = [];
  for (let commit = forge.commitAt(tip); commit.parents[0]; commit = forge.commitAt(commit.parents[0]))
    line.push({ commit, before: forge.commitAt(commit.parents[0]).tree });
  return line;
}

function releasesIn(tree: Tree): readonly { readonly path: string; readonly release: Release }[] {
  return [...tree].flatMap(([path, text]) => {
    if (!path.startsWith('releases/') || typeof text !== 'string') return [];
    const release = readOnce(path, text);
    return release ? [{ path, release }] : [];
  });
}

const manifests = new Map<string, Release | undefined>();

/** The same texts stand in commit after commit. */
function readOnce(path: string, text: string): Release | undefined {
  if (!manifests.has(text)) {
    const reading = parseRelease(path, text);
    manifests.set(text, reading.kind === 'ok' ? reading.value.release : undefined);
  }
  return manifests.get(text);
}

function changedPaths(before: Tree, after: Tree): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}

function checkPaths({ tree, message }: FakeCommit, before: Tree): void {
  const names = [...message.matchAll(/^Belay-Release: (\S+)$/gm)].map((match) => match[1]!);
  const records = newRecords(before, tree);
  const allowed = new Set([
    ...[...releasesIn(before), ...releasesIn(tree)]
      .filter(({ release }) => names.includes(release.metadata.name))
      .flatMap(({ path, release }) => [path, ...release.spec.targets.map((target) => target.file)]),
    ...records.filter((record) => names.includes(record.release)).map((record) => record.manifest.path),
  ]);
  for (const path of changedPaths(before, tree)) {
    if (!path.startsWith(RECORDS)) expect([...allowed]).toContain(path);
    else expect(before.has(path), `${path} was there before: records are only added`).toBe(false);
  }
  expect(records.map((record) => record.release).sort()).toEqual([...names].sort());
}

function newRecords(before: Tree, after: Tree): readonly BelayRecord[] {
  return changedPaths(before, after)
    .filter((path) => path.startsWith(RECORDS))
    .map((path) => RecordSchema.parse(JSON.parse(String(after.get(path)))));
}

function exposure(release: Release | undefined): number {
  return release?.spec.candidate ? release.spec.rollout.weight : 0;
}

function checkWeights({ tree }: FakeCommit, before: Tree): void {
  const was = new Map(releasesIn(before).map(({ release }) => [release.metadata.name, release]));
  const records = newRecords(before, tree);
  for (const { release } of releasesIn(tree)) {
    const old = was.get(release.metadata.name);
    if (exposure(release) <= exposure(old)) continue;
    const record = records.find((one) => one.release === release.metadata.name)!;
    const steps = release.spec.rollout.steps.map((step) => step.weight as number);
    expect(['start', 'advance']).toContain(record.decision.kind);
    expect(record.decision.to).toBe(exposure(release));
    expect(steps.indexOf(exposure(release))).toBe(steps.indexOf(exposure(old)) + 1);
    if (record.decision.kind === 'advance') expect(record.evidence?.overall).toBe('pass');
  }
}

function checkMoves({ tree }: FakeCommit, before: Tree, earlier: readonly Landed[]): void {
  for (const record of newRecords(before, tree)) {
    const { path } = record.manifest;
    const chain = readChain(record.release, textsOf(before), sha256);
    const after = tree.get(path);
    if (chain.kind === 'broken' || typeof after !== 'string') continue;
    const state = readState(chain.chain, undefined);
    const was = before.get(path);
    const history = [before, ...earlier.map((one) => one.before)].flatMap((one) =>
      [path, ...state.paths].map((place) => String(one.get(place) ?? '')),
    );
    const move = { record, path, before: was === undefined ? undefined : String(was), after, state, history };
    expect(findOddMove(move), `record ${record.sequence} of ${record.release}`).toBeUndefined();
  }
}

function textsOf(tree: Tree): ReadonlyMap<string, string> {
  return new Map([...tree].map(([path, text]) => [path, String(text)]));
}

function checkChains(tree: Tree): void {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of tree) {
    if (!path.startsWith(RECORDS)) continue;
    const name = path.slice(RECORDS.length).split('/')[0]!;
    folders.set(name, (folders.get(name) ?? new Map()).set(path, String(text)));
  }
  for (const [name, files] of folders) expect(readChain(name, files, sha256)).toMatchObject({ kind: 'ok' });
}

/** At most one open pull request per release rolls it back. */
export function checkPulls(forge: FakeForge): void {
  const open = forge.pulls.filter(
    ({ state, branch }) => state === 'open' && branch.startsWith('belay/rollback/'),
  );
  const names = open.map(({ branch }) => branch.split('/')[2]);
  expect(new Set(names).size, `open revert pull requests: ${open.map((pull) => pull.branch)}`).toBe(
    names.length,
  );
}
