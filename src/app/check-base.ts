import { findLastGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import { findLoosenedCare, findNewOverrides, findOtherTier } from '../core/manifest/compare-releases.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { sameDeployment, sameVersion, versionRef } from '../core/record/version-ref.ts';
import type { Sha256 } from '../core/units.ts';
import type { FileSource, Revision } from '../ports/forge.ts';
import { checkRewritten } from './check-contracts.ts';
import { checkRecords } from './check-records.ts';
import { nameOf, type ReadableRelease, type RepositoryReading, remainsOf, wholeOf } from './read-files.ts';

/** The commit that a pull request is compared with. */
export interface Base extends FileSource {
  /** First-parent commits up to it that changed a path, newest first. */
  history(path: string): Promise<readonly Revision[]>;
}

/** What was found against the base, and for which releases the pull request is one of Belay's. */
export interface BaseCheck {
  readonly problems: readonly Problem[];
  readonly own: ReadonlySet<string>;
}

/**
 * What only shows against the base: numbers and records that are Belay's to write, a version that comes with softer rules, and a
 * candidate that there would be no way back from. What Belay itself proposes passes.
 */
export async function checkBase(
  base: Base,
  files: FileSource,
  {
    before,
    reading,
    sha256,
  }: { readonly before: RepositoryReading; readonly reading: RepositoryReading; readonly sha256: Sha256 },
): Promise<BaseCheck> {
  const { problems, told } = await checkRecords({
    before: { files: base, records: before.records },
    after: { files, records: reading.records },
    sha256,
  });
  const own = await findOwn(base, files, { told, reading });
  const found = [...problems];
  const known = new Map(before.releases.map((file) => [nameOf(file), file]));
  for (const after of reading.releases) {
    const remains = remainsOf(after);
    const parsed = remains && wholeOf(remains);
    const name = parsed?.release.metadata.name;
    if (!parsed || name === undefined || own.has(name)) continue;
    const was = known.get(name);
    const findings = was?.kind === 'readable' ? [...compare(was.parsed, parsed)] : [];
    if (was?.kind === 'readable' && remains.state?.rollout)
      findings.push(...findOtherTargets(was.parsed, parsed));
    found.push(...findings.map((finding) => toProblem(parsed.source, finding)));
    if (was?.kind === 'readable')
      found.push(...(await checkRewritten(base, files, { before: was.parsed, after: parsed })));
    const { state } = remains;
    if (state)
      found.push(
        ...(await checkWayBack(base, { path: after.path, parsed, state }, { isNew: was === undefined })),
      );
  }
  return { problems: found, own };
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

/** While a version is rolled out, the weight in the manifest is that of these files and of no others. */
function* findOtherTargets(
  { release: { spec: before } }: ParsedRelease,
  { release: { spec: after } }: ParsedRelease,
): Iterable<RuleFinding> {
  if (JSON.stringify(before.targets) === JSON.stringify(after.targets)) return;
  yield {
    code: 'SEC-29',
    path: ['spec', 'targets'],
    message: `must stay as they are while ${after.candidate?.version ?? 'a version'} is rolled out: the split of the files that serve now would be nobody's; put them back, and change them when the release is settled`,
  };
}

function* compare(before: ParsedRelease, after: ParsedRelease): Iterable<RuleFinding> {
  yield* findForeignWeight(before, after);
  yield* findLoosenedCare(before, after);
  yield* findOtherTier(before, after);
  yield* findNewOverrides(before, after);
}

/** The weight of a candidate that stays; that of a new one is judged by the records. */
function* findForeignWeight(
  { release: { spec: before } }: ParsedRelease,
  { release: { spec: after } }: ParsedRelease,
): Iterable<RuleFinding> {
  if (!before.candidate || !after.candidate) return;
  if (!sameDeployment(versionRef(before.candidate), versionRef(after.candidate))) return;
  const expected = before.rollout.weight;
  if (after.rollout.weight === expected) return;
  yield {
    code: 'SEC-29',
    path: ['spec', 'rollout', 'weight'],
    message: `is written only by Belay; expected ${expected}, got ${after.rollout.weight}. Write ${expected} again; to stop, set spec.rollout.paused: true or run "belay rollback"`,
  };
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
