import type { Problem } from '../core/errors.ts';
import { findChanges, listChanges } from '../core/manifest/compare-releases.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import { judgePolicy } from '../core/manifest/override-rules.ts';
import type { ParsedConfig } from '../core/manifest/parse-config.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { POLICY_KEYS, type Policy, type PolicySpec, policyFor } from '../core/manifest/policy.ts';
import { OWNERS } from '../core/manifest/roles.ts';
import { toProblem } from '../core/manifest/rule.ts';
import { findReview } from '../core/manifest/runbook-review.ts';
import { NO_CONFIG } from '../core/manifest/sound-config.ts';
import { after, elapsed, formatDuration, type Instant, millis } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource } from '../ports/forge.ts';
import { createFindBefore } from './find-before.ts';
import { type ReleaseFile, type RepositoryReading, remainsOf, wholeOf } from './read-files.ts';

/** What the policy is held against. */
export interface PolicyCheck {
  readonly reading: RepositoryReading;
  /** The files that a pull request is compared with. */
  readonly before: RepositoryReading | undefined;
  /** Releases for which the pull request is one of Belay's. */
  readonly own: ReadonlySet<string>;
  /** Undefined: what has an end or an age is not judged. */
  readonly now: Instant | undefined;
}

/**
 * Holds every manifest against the policy: that of the base, so that nobody weakens it and makes use of that in one go, and the one
 * of the files themselves, by which `advance` would hold. Where a pull request changes neither the manifest nor the policy, or is
 * Belay's own, what is wrong is a warning: it must not keep a rollback from being merged.
 */
export async function checkPolicies(files: FileSource, check: PolicyCheck): Promise<readonly Problem[]> {
  const { reading, before, own, now } = check;
  const changes = before && findPolicyChange(before, reading.parsedConfig);
  const problems: Problem[] = changes ? [changes] : [];
  const findBefore = before && createFindBefore(before);
  for (const file of reading.releases) {
    const remains = remainsOf(file);
    const parsed = remains && wholeOf(remains);
    if (!parsed) continue;
    const found = new Map<string, Problem>();
    for (const one of policiesFor(check, parsed, changes !== undefined)) {
      const policy = ownedByBase(one, parsed, findBefore?.(file));
      const verdict = judgePolicy(policy, parsed.release, now);
      const review = verdict.sets('tier') ? [] : await checkReview(files, parsed, { policy, now });
      for (const problem of [...verdict.findings.map((one) => toProblem(parsed.source, one)), ...review])
        if (!found.has(keyOf(problem))) found.set(keyOf(problem), problem);
    }
    const isOld = before?.releases.some(({ path, text }) => path === file.path && text === file.text);
    const isForgiven = own.has(parsed.release.metadata.name) || (isOld === true && changes === undefined);
    for (const problem of found.values())
      if (problem.at.file !== file.path || !remains.blamed.has(problem.path))
        problems.push(isForgiven ? { ...problem, severity: 'warning' } : problem);
  }
  return problems;
}

const OF_THE_BASE = ' of the base';

/** The same whether the policy of the base or the one of the files says so. */
function keyOf({ code, at, path, message }: Problem): string {
  return [code, at.file, at.line, at.column, path, message.replaceAll(OF_THE_BASE, '')].join(' ');
}

/** Where there were no tiers yet, those that the pull request brings are taken. */
function policiesFor(
  { reading: { config: now }, before }: PolicyCheck,
  { release }: ParsedRelease,
  isChanged: boolean,
): readonly Policy[] {
  const was = before?.configFile.sound();
  const own = now ? [policyFor(now, release)] : [];
  if (!was || was === NO_CONFIG || (now && !isChanged)) return own;
  const isOfBase = was.config.tiers !== undefined || was.lost.has('tiers') || !now;
  const { tiers, defaultTier } = isOfBase ? was.config : now;
  const judge: PolicySpec = { ...was.config, tiers, defaultTier };
  const policy = policyFor(judge, release, `${CONFIG_PATH}${OF_THE_BASE}`);
  // what is said of a tier names the file that it stands in
  return [isOfBase ? policy : { ...policy, source: CONFIG_PATH }, ...own];
}

/** Nobody makes themselves an owner and signs an override in one go: where no role says who may, the owners of the base may. */
function ownedByBase(policy: Policy, { release }: ParsedRelease, was: ReleaseFile | undefined): Policy {
  const { owners } = release.metadata;
  if (policy.overridersFrom !== OWNERS || !was) return policy;
  // of a manifest that was wrong, owners that are not sound are none
  const known = (remainsOf(was)?.draft.owners ?? []).map((owner) => owner.toLowerCase());
  const overriders = (owners ?? []).filter((owner) => known.includes(owner.toLowerCase()));
  return { ...policy, overriders, overridersFrom: `${OWNERS}${OF_THE_BASE}` };
}

/** That a pull request changes the policy, or whom to believe, at the first of its changes; undefined when it does not. */
function findPolicyChange(
  { configFile }: RepositoryReading,
  after: ParsedConfig | undefined,
): Problem | undefined {
  const before = configFile.sound();
  if (before === NO_CONFIG || !after) return undefined;
  // what the base has lost is told of by itself
  const keys = ([...POLICY_KEYS, 'verify', 'account'] as const).filter((key) => !before.lost.has(key));
  const changed = keys.flatMap((key) => findChanges(before.config[key], after.config[key], [key]));
  const [first] = changed;
  if (!first) return undefined;
  return toProblem(after.source, {
    code: 'SEC-28',
    severity: 'warning',
    path: first,
    message: `the policy changes (${listChanges(changed)}); until that is merged manifests are judged by the policy of the base as well. A second owner must approve it; bring manifests that need it afterwards`,
  });
}

/** That a person has looked at the runbook lately, where the tier asks for that. */
async function checkReview(
  files: FileSource,
  { release, source }: ParsedRelease,
  { policy, now }: { readonly policy: Policy; readonly now: Instant | undefined },
): Promise<readonly Problem[]> {
  const limit = policy.tier?.floor?.runbook;
  const { runbook } = release.metadata;
  if (limit === undefined || runbook === undefined || now === undefined) return [];
  const file = (await files.read([runbook])).get(runbook);
  // one that is missing has its problem already
  if (file?.kind !== 'text') return [];
  const whose = `tier ${policy.tier?.name} of ${policy.source} asks for a review within ${formatDuration(limit)}`;
  const review = findReview(file.text);
  if (!review) {
    const message = `${quote(runbook)} has no line "reviewed: <day>", and ${whose}; read it, mend it, and add the line`;
    return [toProblem(source, { code: 'RUNBOOK_UNREVIEWED', path: ['metadata', 'runbook'], message })];
  }
  const at = { file: runbook, line: review.line, column: review.column };
  const problem = (code: string, message: string): Problem => ({
    code,
    severity: 'error',
    at,
    path: '',
    message,
  });
  if (review.at === undefined || review.at > now)
    return [
      problem(
        'RUNBOOK_UNREVIEWED',
        `reviewed must be a day that has come, like 2026-11-30, got ${quote(review.written)}; write the day of the last review`,
      ),
    ];
  if (elapsed(after(review.at, DAY), now) <= limit) return [];
  return [
    problem(
      'RUNBOOK_OUTDATED',
      `last reviewed on ${review.written}, and ${whose}; read it, mend it, and write today`,
    ),
  ];
}

const DAY = millis(86_400_000);
