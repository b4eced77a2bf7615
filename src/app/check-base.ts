import { findLastGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import { findLoosenedCare } from '../core/manifest/compare-releases.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { sameDeployment, versionRef } from '../core/record/version-ref.ts';
import type { Sha256 } from '../core/units.ts';
import type { FileSource, Revision } from '../ports/forge.ts';
import { checkRecords } from './check-records.ts';
import { nameOf, type ReadableRelease, type RepositoryReading, readFiles } from './read-files.ts';

/** The commit that a pull request is compared with. */
export interface Base extends FileSource {
  /** First-parent commits up to it that changed a path, newest first. */
  history(path: string): Promise<readonly Revision[]>;
}

/**
 * What only shows against the base: numbers and records that are Belay's to write, a version that comes with softer rules, and a
 * candidate that there would be no way back from. What Belay itself proposes passes.
 */
export async function checkBase(
  base: Base,
  files: FileSource,
  { reading, sha256 }: { readonly reading: RepositoryReading; readonly sha256: Sha256 },
): Promise<readonly Problem[]> {
  const before = await readFiles(base, sha256);
  const { problems, own } = await checkRecords({
    before: { files: base, records: before.records },
    after: { files, records: reading.records },
    sha256,
  });
  const found = [...problems];
  for (const after of reading.releases) {
    if (after.kind !== 'readable' || own.has(nameOf(after))) continue;
    const was = before.releases.find((file) => nameOf(file) === nameOf(after));
    const findings = was?.kind === 'readable' ? compare(was.parsed, after.parsed) : [];
    found.push(...[...findings].map((finding) => toProblem(after.parsed.source, finding)));
    found.push(...(await checkWayBack(base, after, { isNew: was === undefined })));
  }
  return found;
}

function* compare(before: ParsedRelease, after: ParsedRelease): Iterable<RuleFinding> {
  yield* findForeignWeight(before, after);
  yield* findLoosenedCare(before, after);
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
  { path, parsed, state }: ReadableRelease,
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
  if (state.good.length === 0) return [];
  const revisions: Revision[] = [];
  for (const place of new Set([path, ...state.paths])) revisions.push(...(await base.history(place)));
  const prefer = parsed.release.spec.rollback?.fallback;
  const { found, skipped } = findLastGood({ path, state, bad: versionRef(candidate), revisions, prefer });
  if (found) {
    const passed = skipped.find(({ version }) => version === prefer);
    // one that no record knows has its problem already
    if (!passed || !state.good.some(({ ref }) => ref.version === prefer)) return [];
    const text = `a rollback could not go back to ${passed.version} (${passed.reason}); name a version that can be restored`;
    return [
      toProblem(parsed.source, {
        code: 'FALLBACK_NOT_RESTORABLE',
        path: ['spec', 'rollback', 'fallback'],
        message: text,
      }),
    ];
  }
  const reasons = skipped.map(({ version, reason }) => `${version}: ${reason}`).join('; ');
  return [
    problem(
      `there is no good version that a rollback could go back to (${reasons || 'none is recorded but this one'}); merge a settled manifest of a version that serves well first, or bring another candidate`,
    ),
  ];
}
