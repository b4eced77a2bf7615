import { findLastGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import { findNewOverrides } from '../core/manifest/compare-releases.ts';
import { toProblem } from '../core/manifest/rule.ts';
import { readChain } from '../core/record/record-file.ts';
import { readState } from '../core/record/release-state.ts';
import { sameVersion, versionRef } from '../core/record/version-ref.ts';
import type { Sha256 } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource, Revision } from '../ports/forge.ts';
import { checkRewritten } from './check-contracts.ts';
import { checkRecords } from './check-records.ts';
import { checkUnreadableBase } from './check-unreadable-base.ts';
import { compareWithBase } from './compare-with-base.ts';
import { createFindBefore } from './find-before.ts';
import { findUntold } from './find-untold.ts';
import type { Origin } from './origin.ts';
import {
  nameOf,
  type ReadableRelease,
  type ReleaseFile,
  type RepositoryReading,
  remainsOf,
  wholeOf,
} from './read-files.ts';

/** The commit that a pull request is compared with. */
export interface Base extends FileSource {
  /** First-parent commits up to it that changed a path, newest first. */
  history(path: string): Promise<readonly Revision[]>;
}

/** What was found against the base, and for which releases the pull request is one of Belay's. */
export interface BaseCheck {
  readonly problems: readonly Problem[];
  readonly own: ReadonlySet<string>;
  /** Manifests that it restores, by path, where it is a rollback of Belay's. */
  readonly restored: ReadonlySet<string>;
  /** Releases that it brings a person's order about, where that is Belay's. */
  readonly ordered: ReadonlySet<string>;
}

/**
 * What only shows against the base: numbers and records that are Belay's to write, a version that comes with softer rules, and a
 * candidate that there would be no way back from. What Belay itself proposes passes.
 */
export async function checkBase(
  base: Base,
  files: FileSource,
  given: {
    readonly before: RepositoryReading;
    readonly reading: RepositoryReading;
    readonly origin: Origin;
    readonly sha256: Sha256;
  },
): Promise<BaseCheck> {
  const { before, reading, origin, sha256 } = given;
  const { history } = base;
  const { problems, told, restored, ordered } = await checkRecords({
    before: { files: base, records: before.records, history, config: before.configFile.sound().config },
    after: { files, records: reading.records },
    ...{ origin, sha256 },
  });
  const own = await findOwn(base, files, { told, reading });
  const findBefore = createFindBefore(before);
  const found = [
    ...problems,
    ...checkUnreadableBase(before, reading, findBefore),
    ...findLeftInFlight(before, reading, sha256),
    ...(origin.kind === 'known'
      ? await findUntold({ files: base, reading: before }, { files, reading }, told)
      : []),
  ];
  for (const after of reading.releases) {
    const remains = remainsOf(after);
    const parsed = remains && wholeOf(remains);
    if (!parsed || own.has(parsed.release.metadata.name)) continue;
    const was = findBefore(after);
    const { state } = remains;
    if (was) {
      const findings = [...compareWithBase({ was, after: parsed, state })];
      found.push(...findings.map((finding) => toProblem(parsed.source, finding)));
      const old = remainsOf(was);
      const whole = old && wholeOf(old);
      if (whole) found.push(...(await checkRewritten(base, files, { before: whole, after: parsed })));
    } else {
      const findings = [...findNewOverrides(undefined, parsed)];
      found.push(...findings.map((finding) => toProblem(parsed.source, finding)));
    }
    if (state)
      found.push(
        ...(await checkWayBack(base, { path: after.path, parsed, state }, { isNew: was === undefined })),
      );
  }
  const paths = reading.releases.flatMap((file) => {
    const name = nameOf(file);
    return own.has(name) && restored.has(name) ? [file.path] : [];
  });
  const orders = new Set([...ordered].filter((name) => own.has(name)));
  return { problems: found, own, restored: new Set(paths), ordered: orders };
}

/** Manifests that go while their candidate has traffic: nobody would look after it, nor take it back. */
function findLeftInFlight(
  before: RepositoryReading,
  reading: RepositoryReading,
  sha256: Sha256,
): readonly Problem[] {
  const names = new Set(reading.releases.map(nameOf));
  const paths = new Set(reading.releases.map(({ path }) => path));
  return before.releases.flatMap((file): readonly Problem[] => {
    const name = nameOf(file);
    const version = names.has(name) ? undefined : findInFlight(file, before, sha256);
    if (version === undefined) return [];
    const what = paths.has(file.path) ? 'is of another release now' : 'is gone';
    const message = `the manifest of ${quote(name)} ${what} while ${version} is rolled out, and nobody would watch it any more; put it back. To retire the release, take the candidate out first, and delete the manifest when that is merged`;
    const at = { file: file.path, line: 1, column: 1 };
    return [{ code: 'SEC-29', severity: 'error', at, path: '', message }];
  });
}

/** The candidate that has traffic; where the manifest cannot be read, the one that the records left. */
function findInFlight(file: ReleaseFile, { records }: RepositoryReading, sha256: Sha256): string | undefined {
  if (file.kind === 'readable') return file.state.rollout && file.parsed.release.spec.candidate?.version;
  const reading = readChain(nameOf(file), records.get(nameOf(file)) ?? new Map(), sha256);
  return reading.kind === 'ok' ? readState(reading.chain, undefined).unfinished?.version : undefined;
}

/**
 * Releases for which the pull request is one of Belay's: new records tell of the manifest, and of each of its target files that
 * changes. One that tells of other files alone would be a passport for all the rest.
 */
async function findOwn(
  base: FileSource,
  files: FileSource,
  {
    told,
    reading,
  }: { readonly told: ReadonlyMap<string, ReadonlySet<string>>; readonly reading: RepositoryReading },
): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (const file of reading.releases) {
    const paths = told.get(nameOf(file));
    if (!paths?.has(file.path)) continue;
    const targets = remainsOf(file)?.draft.targets.flatMap((target) => (target ? [target.file] : [])) ?? [];
    const [was, is] = await Promise.all([base.read(targets), files.read(targets)]);
    const isTold = (path: string): boolean =>
      paths.has(path) || JSON.stringify(was.get(path)) === JSON.stringify(is.get(path));
    if (targets.every(isTold)) own.add(nameOf(file));
  }
  return own;
}

/** A candidate that has not begun needs good bytes in the history to go back to; `advance` would hold for want of them. */
async function checkWayBack(
  base: Base,
  { path, parsed, state }: Pick<ReadableRelease, 'path' | 'parsed' | 'state'>,
  { isNew }: { readonly isNew: boolean },
): Promise<readonly Problem[]> {
  const { candidate } = parsed.release.spec;
  if (!candidate || state.rollout) return [];
  const problem = (message: string): Problem =>
    toProblem(parsed.source, {
      code: 'LAST_GOOD_MISSING',
      path: ['spec', 'candidate'],
      what: 'key',
      message,
    });
  if (isNew)
    return [
      problem(
        'a release cannot begin with a candidate, for there is nothing to go back to; merge it without candidate first, and bring the candidate when the first tick has recorded stable as good',
      ),
    ];
  const stable = versionRef(parsed.release.spec.stable);
  // what serves is taken for good by the tick before the candidate starts
  const adopts = !state.good[0] || !sameVersion(state.good[0].ref, stable);
  const good = adopts ? [{ ref: stable, record: state.sequence + 1 }, ...state.good] : state.good;
  const revisions: Revision[] = [];
  for (const place of new Set([path, ...state.paths])) revisions.push(...(await base.history(place)));
  const search = { path, state: { ...state, good }, bad: versionRef(candidate), revisions };
  const { found, skipped } = findLastGood(search);
  if (found && sameVersion(found.ref, stable)) return checkFallback(parsed, search);
  const reasons = skipped.map(({ version, reason }) => `${version}: ${reason}`).join('; ');
  return [
    problem(
      `a rollback could not go back to stable ${stable.version} (${reasons || 'it is quarantined'}), so the candidate would not start; merge the manifest without candidate first, and bring the candidate when a tick has recorded stable as good`,
    ),
  ];
}

/** What a failing candidate is to fall back to can be restored. One that no record knows has its problem already. */
function checkFallback(
  { release, source }: ReadableRelease['parsed'],
  search: Parameters<typeof findLastGood>[0],
): readonly Problem[] {
  const prefer = release.spec.rollback?.fallback;
  if (!search.state.good.some(({ ref }) => ref.version === prefer)) return [];
  const passed = findLastGood({ ...search, prefer }).skipped.find(({ version }) => version === prefer);
  if (!passed) return [];
  const message = `a rollback could not go back to ${passed.version} (${passed.reason}); name a version that can be restored`;
  return [
    toProblem(source, {
      code: 'FALLBACK_NOT_RESTORABLE',
      path: ['spec', 'rollback', 'fallback'],
      message,
    }),
  ];
}
