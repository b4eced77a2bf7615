import { findTakenBack } from '../core/decision/needs.ts';
import type { Problem } from '../core/errors.ts';
import { type Config, DRILLS_PATH, RECORDS_PATH } from '../core/manifest/config-schema.ts';
import { parseRelease } from '../core/manifest/parse-release.ts';
import { isFollowing } from '../core/record/following.ts';
import { digestOf, readChain, readRecord } from '../core/record/record-file.ts';
import type { BelayRecord } from '../core/record/record-schema.ts';
import { readState } from '../core/record/release-state.ts';
import type { Digest, Sha256 } from '../core/units.ts';
import type { FileSource, RepoFile, Revision } from '../ports/forge.ts';
import { drillRecordFamily, readDrillFiles } from './drill-record.ts';
import { findOddMove, isOrder } from './match-move.ts';
import { findForeignOrigin, findForeignSender, type Origin } from './origin.ts';
import type { Records } from './read-records.ts';
import { orderFamily, rollbackFamily, stepFamily } from './rollback-branch.ts';

/** Files and records of both ends of a pull request. */
export interface BothEnds {
  readonly before: {
    readonly files: FileSource;
    readonly records: Records;
    /** First-parent commits that changed a path, newest first. */
    readonly history: (path: string) => Promise<readonly Revision[]>;
    readonly config: Pick<Config, 'account'>;
  };
  readonly after: { readonly files: FileSource; readonly records: Records };
  readonly origin: Origin;
  readonly sha256: Sha256;
}

/** What a pull request does to the records. */
export interface RecordChanges {
  readonly problems: readonly Problem[];
  /**
   * Releases for which it brings a record that says what its files say, with the paths that it tells of: the pull request is one of
   * Belay's, as far as those files go.
   */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those of them that it rolls back. */
  readonly restored: ReadonlySet<string>;
  /** Those of them that a person's order is about. */
  readonly ordered: ReadonlySet<string>;
}

/**
 * Records are only ever added, one at a time, by Belay, with the change that they tell of. So a new one must come from Belay by the
 * word of the forge; it must name, by digest, the manifest and target files of both ends; and what it tells of must be a move that
 * Belay makes.
 */
export async function checkRecords(ends: BothEnds): Promise<RecordChanges> {
  const problems: Problem[] = [...(await checkDrillRecords(ends))];
  const told = new Map<string, ReadonlySet<string>>();
  const restored = new Set<string>();
  const ordered = new Set<string>();
  const names = new Set([...ends.before.records.keys(), ...ends.after.records.keys()]);
  for (const name of names) {
    const was = recordsOf(ends.before.records, name);
    const is = recordsOf(ends.after.records, name);
    if (readChain(name, ends.before.records.get(name) ?? new Map(), ends.sha256).kind === 'broken') {
      problems.push(...findMended(was, is));
      continue;
    }
    problems.push(...findTampering(was, is));
    const added = [...is.keys()].filter((path) => !was.has(path)).sort();
    const [first] = added;
    if (first === undefined) continue;
    const foreign = findForeign(ends, name, readRecord(first, is.get(first) ?? ''));
    const odd = foreign === undefined ? await findOdd(ends, name, added, is) : notOurs(first, foreign);
    if (odd) problems.push(odd);
    else told.set(name, pathsIn(added, is));
    const record = odd ? undefined : readRecord(first, is.get(first) ?? '');
    if (record?.decision.kind === 'rollback') restored.add(name);
    if (record && isOrder(record)) ordered.add(name);
  }
  return { problems, told, restored, ordered };
}

/** Why a pull request is not Belay's own for what its first record tells of. */
function findForeign(ends: BothEnds, name: string, record: BelayRecord | undefined): string | undefined {
  const { origin, before } = ends;
  const families = record
    ? [familyOf(name, record), ...familiesOfOthers(ends, name)]
    : [stepFamily(name), rollbackFamily(name)];
  const foreign = findForeignOrigin(origin, families, before.config);
  if (foreign !== undefined || !record || !LETS_GO_ON.has(record.decision.kind)) return foreign;
  const sender = findForeignSender(origin, before.config);
  return (
    sender && `${sender}. A person's order is believed of Belay's own commit: close this, and give it again`
  );
}

/** Orders by which something goes on that was kept from it. */
const LETS_GO_ON: ReadonlySet<string> = new Set<BelayRecord['decision']['kind']>([
  'resume',
  'approve',
  'lift',
]);

/** Where a record comes from: what is armed for one purpose lets nothing else in. */
function familyOf(name: string, { decision: { kind }, trigger }: BelayRecord): string {
  if (kind === 'rollback') return rollbackFamily(name);
  return LETS_GO_ON.has(kind) || (kind === 'pause' && trigger.order)
    ? orderFamily(name, kind)
    : stepFamily(name);
}

/** A release that follows another one's rollback comes on that one's branch, beside its record. */
function familiesOfOthers(ends: BothEnds, name: string): readonly string[] {
  const added = (release: string): readonly BelayRecord[] => {
    const was = recordsOf(ends.before.records, release);
    return [...recordsOf(ends.after.records, release)].flatMap(([path, text]) =>
      was.has(path) ? [] : (readRecord(path, text) ?? []),
    );
  };
  if (!added(name).every(({ decision }) => decision.kind === 'rollback' && isFollowing(decision))) return [];
  const others = [...ends.after.records.keys()].filter((other) => other !== name);
  return others
    .filter((other) => added(other).some(({ decision }) => decision.kind === 'rollback'))
    .map(rollbackFamily);
}

function pathsIn(added: readonly string[], is: ReadonlyMap<string, string>): ReadonlySet<string> {
  const records = added.flatMap((path) => readRecord(path, is.get(path) ?? '') ?? []);
  return new Set(records.flatMap(({ manifest, targets }) => [manifest, ...targets].map(({ path }) => path)));
}

function recordsOf(records: Records, name: string): ReadonlyMap<string, string> {
  return new Map([...(records.get(name) ?? [])].filter(([path]) => isRecord(path)));
}

function isRecord(path: string): boolean {
  return /\/\d{4,}\.json$/.test(path);
}

/** What is gone or other than it was. */
function findTampering(
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): readonly Problem[] {
  return [...was].flatMap(([path, text]): Problem[] => {
    const now = is.get(path);
    if (now === text) return [];
    const line = now === undefined ? 1 : firstDifference(text, now);
    const what = now === undefined ? 'deletes this record' : 'changes this record';
    const message = `the pull request ${what}, and records are only ever added; restore the file as it is in the base: git checkout <base> -- ${path}`;
    return [problemAt(path, line, 'SEC-30', message)];
  });
}

/** A chain that was broken before is a person's to mend, and another person's to look at. */
function findMended(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): readonly Problem[] {
  const path = [...new Set([...was.keys(), ...is.keys()])].sort().find((one) => was.get(one) !== is.get(one));
  if (path === undefined) return [];
  const message =
    'the records of this release are broken in the base, and the pull request mends them by hand; an owner must hold them against the history of the default branch';
  return [{ ...problemAt(path, 1, 'SEC-30', message), severity: 'warning' }];
}

function firstDifference(a: string, b: string): number {
  const lines = a.split('\n');
  const other = b.split('\n');
  return (
    Math.max(
      0,
      other.findIndex((line, index) => line !== lines[index]),
    ) + 1
  );
}

/** Drills are Belay's word as well: the age of the last one that passed is asked for. */
async function checkDrillRecords({ before, after, origin }: BothEnds): Promise<readonly Problem[]> {
  const [was, is] = [await readDrillFiles(before.files), await readDrillFiles(after.files)];
  const problems: Problem[] = [...findTampering(new Map([...was].filter(([path]) => isRecord(path))), is)];
  const told = new Set<string>();
  for (const path of is.keys()) {
    const name = path.slice(DRILLS_PATH.length + 1).split('/')[0] ?? '';
    if (was.has(path) || !isRecord(path) || told.has(name)) continue;
    const foreign = findForeignOrigin(origin, [drillRecordFamily(name)], before.config);
    told.add(name);
    if (foreign !== undefined) problems.push(notOurs(path, foreign));
  }
  return problems;
}

/** Why the new records of a release are not a move of Belay's that this pull request makes. */
async function findOdd(
  ends: BothEnds,
  name: string,
  added: readonly string[],
  is: ReadonlyMap<string, string>,
): Promise<Problem | undefined> {
  const [path = '', ...more] = added;
  const record = readRecord(path, is.get(path) ?? '');
  // one that cannot be read is told of with the chain
  if (!record) return undefined;
  if (more.length > 0) return notOurs(path, `it brings ${added.length} records at once`);
  if (ends.origin.kind === 'known' && record.via !== 'pull-request')
    return notOurs(path, 'the record says that it came without one');
  const chain = readChain(name, ends.before.records.get(name) ?? new Map(), ends.sha256);
  const served =
    isOrder(record) && chain.kind === 'ok' ? chain.chain.records.flatMap(({ targets }) => targets) : [];
  // what an order leaves alone is what the records before tell of: the manifest may be one that nobody can read
  const paths = [...new Set([record.manifest, ...record.targets, ...served].map((change) => change.path))];
  const [before, after] = await Promise.all([ends.before.files.read(paths), ends.after.files.read(paths)]);
  const expected = new Map(paths.map((one) => [one, digestAt(before, one, ends.sha256)]));
  const odd =
    findOddChange(record, expected) ??
    paths.find((one) => expected.get(one) !== digestAt(after, one, ends.sha256));
  if (odd !== undefined) return stranger(path, odd);
  const [was, now] = [before.get(record.manifest.path), after.get(record.manifest.path)];
  if (chain.kind === 'broken') return undefined;
  if (now?.kind !== 'text')
    return notOurs(path, `it tells of "${record.manifest.path}", and there is no manifest there`);
  const state = readState(chain.chain, readState(chain.chain, undefined).unfinished);
  const history =
    record.decision.kind === 'rollback' ? await textsAt(ends, [record.manifest.path, ...state.paths]) : [];
  const text = was?.kind === 'text' ? was.text : undefined;
  if (isFollowing(record.decision) && !isNeeded(ends, now.path, text))
    return notOurs(
      path,
      'the release goes back since another one did, and needs nothing that was taken back there',
    );
  const move = { record, path: now.path, before: text, after: now.text, state, history };
  const reason = findOddMove(move);
  return reason === undefined ? undefined : notOurs(path, `this is no move that it makes: ${reason}`);
}

/** Whether a version of this manifest needs one that a rollback of another release left, in this pull request or before. */
function isNeeded(ends: BothEnds, path: string, text: string | undefined): boolean {
  const reading = text === undefined ? undefined : parseRelease(path, text);
  if (reading?.kind !== 'ok') return false;
  const { stable, candidate } = reading.value.release.spec;
  const needs = [stable, candidate].flatMap((version) => Object.entries(version?.needs ?? {}));
  return needs.some(([name, needed]) => {
    const read = readChain(name, ends.after.records.get(name) ?? new Map(), ends.sha256);
    return read.kind !== 'broken' && findTakenBack(readState(read.chain, undefined), needed) !== undefined;
  });
}

async function textsAt({ before }: BothEnds, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of new Set(paths))
    for (const { text } of await before.history(path)) if (text !== undefined) found.push(text);
  return found;
}

/** The file that a record found in another state than it was in; takes over the states that it left behind. */
function findOddChange(
  { manifest, targets }: BelayRecord,
  state: Map<string, Digest | null>,
): string | undefined {
  for (const { path, before, after } of [manifest, ...targets]) {
    if (state.get(path) !== before) return path;
    state.set(path, after);
  }
  return undefined;
}

function stranger(record: string, path: string): Problem {
  const message = `this new record tells of another change of "${path}" than this pull request makes; records are written only by Belay: take ${RECORDS_PATH}/ out of the pull request`;
  return problemAt(record, 1, 'SEC-29', message);
}

function notOurs(record: string, why: string): Problem {
  const folder = record.startsWith(`${RECORDS_PATH}/`) ? RECORDS_PATH : DRILLS_PATH;
  const message = `records are written only by Belay, and this pull request is not one of its own: ${why}; take ${folder}/ out of the pull request`;
  return problemAt(record, 1, 'SEC-29', message);
}

function digestAt(files: ReadonlyMap<string, RepoFile>, path: string, sha256: Sha256): Digest | null {
  const file = files.get(path);
  return file?.kind === 'text' ? digestOf(file.text, sha256) : null;
}

function problemAt(file: string, line: number, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line, column: 1 }, path: '', message };
}
