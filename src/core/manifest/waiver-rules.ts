import type { Problem } from '../errors.ts';
import type { Instant } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import type { ParsedRelease } from './parse-release.ts';
import { type Rule, type RuleFinding, toProblem } from './rule.ts';
import { isOverride, type WAIVABLE_RULES, type WaiverSpec, waiverEnd } from './waiver-schema.ts';

const DAY = 86_400_000;
/** A waiver is for a while: longer than a year nobody remembers it. */
const LONGEST_DAYS = 366;
/** A week and a half of working days to do without it. */
const NOTICE_DAYS = 14;

/**
 * A waiver is the word of somebody who answers for the release, once per rule. Who may own an override the policy says, and that is
 * no matter of the manifest alone (policy.ts).
 */
export const waiversAreOwned: Rule = function* ({ draft: { waivers, owners } }) {
  for (const [index, waiver] of waivers.entries()) {
    if (!waiver) continue;
    const first = waivers.findIndex((other) => other?.rule === waiver.rule);
    if (first < index)
      yield {
        code: 'WAIVER_DUPLICATE',
        path: ['spec', 'waivers', index, 'rule'],
        message: `${waiver.rule} is waived by waivers[${first}] already; keep one of them`,
      };
    if (!isOverride(waiver) && !owners.includes(waiver.owner))
      yield {
        code: 'WAIVER_OWNER_UNKNOWN',
        path: ['spec', 'waivers', index, 'owner'],
        message: `must be one of metadata.owners (${owners.join(', ') || 'there are none'}), got ${quote(waiver.owner)}; an owner of the release signs for it`,
      };
  }
};

/** Leaves out what is waived; says which waivers of `rules`, those that were looked at, nothing needed. */
export function* applyWaivers(
  findings: readonly RuleFinding[],
  waivers: readonly (WaiverSpec | undefined)[],
  rules: readonly (typeof WAIVABLE_RULES)[number][],
): Iterable<RuleFinding> {
  for (const finding of findings) if (!waivers.some((waiver) => waiver?.rule === finding.code)) yield finding;
  for (const [index, waiver] of waivers.entries())
    if (
      waiver &&
      rules.some((rule) => rule === waiver.rule) &&
      !findings.some(({ code }) => code === waiver.rule)
    )
      yield {
        code: 'WAIVER_UNUSED',
        severity: 'warning',
        path: ['spec', 'waivers', index],
        message: `nothing in this manifest breaks ${waiver.rule}; delete the waiver`,
      };
}

/**
 * Holds the days of waivers against today. Apart from the other rules, which know no clock: a rollout under way must not stop at
 * midnight, but no change gets in on a waiver that is over. Ends of overrides are the policy's.
 */
export function checkWaiverDays({ release, source }: ParsedRelease, now: Instant): readonly Problem[] {
  return (release.spec.waivers ?? []).flatMap((waiver, index) => {
    if (isOverride(waiver)) return [];
    const { rule, owner, until } = waiver;
    const days = Math.floor(((waiverEnd(until) ?? now) - now) / DAY);
    const found = judgeDays(days, { rule, owner, until });
    return found ? [toProblem(source, { ...found, path: ['spec', 'waivers', index, 'until'] })] : [];
  });
}

function judgeDays(
  days: number,
  { rule, owner, until }: { readonly rule: string; readonly owner: string; readonly until: string },
): Omit<RuleFinding, 'path'> | undefined {
  if (days < 0)
    return {
      code: 'WAIVER_EXPIRED',
      message: `the waiver of ${rule} ended on ${until}; mend what it covers and delete it, or renew it: a new day at most ${LONGEST_DAYS} days ahead as until, a reason that holds today, and the name of who signs for it now (${owner} did) as owner`,
    };
  if (days > LONGEST_DAYS)
    return {
      code: 'WAIVER_TOO_LONG',
      message: `must be at most ${LONGEST_DAYS} days ahead, got ${until}; write an earlier day`,
    };
  if (days > NOTICE_DAYS) return undefined;
  return {
    code: 'WAIVER_ENDING',
    severity: 'warning',
    message: `the waiver of ${rule} ends on ${until}, in ${days} days, and from then on this manifest is refused; mend what it covers and delete it, or have ${owner} renew it with a new day and a reason that holds today`,
  };
}
