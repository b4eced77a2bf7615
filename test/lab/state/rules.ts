import type { BranchRules, MergeMethod } from '../options.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tokens.ts';
import { standings } from './checks.ts';
import { canWrite, type LabRepository, type PullState } from './repository.ts';

/** What a rule complains of, in GitHub's words. */
export interface Violation {
  readonly kind: 'ruleset' | 'classic';
  readonly message: string;
}

/** Whether an actor stands on a rule's bypass list. Auto-merge never asks: it honours no bypass. */
function bypasses(rule: BranchRules, actor: Actor): boolean {
  return actor.kind !== 'actions' && (actor.bypass || (rule.bypass ?? []).includes(actor.login));
}

/** What kind of change to a branch is asked for. */
export interface BranchChange {
  readonly branch: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** One thing that a direct change of a branch may not do. */
export interface PushRule extends Violation {
  /** When it is broken: always, by deletion, by a move that is not forward, by a merge commit. */
  readonly test: 'always' | 'delete' | 'force' | 'merges';
}

/** What an actor may not do to a branch directly; checks are looked up on the commit it is to point to. */
export function pushRules(
  repo: LabRepository,
  actor: Actor,
  { branch, to }: { readonly branch: string; readonly to: string | undefined },
): readonly PushRule[] {
  const rules = repo.rulesFor(branch).filter((rule) => !bypasses(rule, actor));
  return rules.flatMap((rule) => {
    const kind = rule.kind ?? ('ruleset' as const);
    const found: PushRule[] = [
      { kind, test: 'delete', message: 'Cannot delete this branch' },
      { kind, test: 'force', message: 'Cannot force-push to this branch' },
    ];
    if (needsPull(rule))
      found.push({ kind, test: 'always', message: 'Changes must be made through a pull request.' });
    if (rule.mergeQueue) found.push({ kind, test: 'always', message: QUEUE });
    if (rule.linearHistory) found.push({ kind, test: 'merges', message: NO_MERGES });
    for (const message of checkMessages(repo, rule, to)) found.push({ kind, test: 'always', message });
    return found;
  });
}

const QUEUE = 'Changes must be made through the merge queue';
const NO_MERGES = 'This branch must not contain merge commits.';

/** Rules that a direct change of a branch breaks: an API commit, an update or deletion of the ref. */
export async function pushViolations(
  repo: LabRepository,
  actor: Actor,
  { branch, from, to }: BranchChange,
): Promise<readonly Violation[]> {
  const rules = pushRules(repo, actor, { branch, to });
  if (from === undefined || rules.length === 0) return [];
  if (to === undefined) return rules.filter((rule) => rule.test === 'delete');
  if (!(await repo.git.isAncestor(from, to))) return rules.filter((rule) => rule.test === 'force');
  const merges = rules.some((rule) => rule.test === 'merges') && (await hasMerge(repo, from, to));
  return rules.filter((rule) => rule.test === 'always' || (merges && rule.test === 'merges'));
}

function needsPull(rule: BranchRules): boolean {
  return rule.pullRequest === true || (rule.approvals ?? 0) > 0;
}

async function hasMerge(repo: LabRepository, from: string, to: string): Promise<boolean> {
  return (await repo.git.run(['rev-list', '--merges', '-1', `${from}..${to}`])).trim() !== '';
}

/** One line for one missing check, a count for several: the way GitHub shortens it. */
function checkMessages(repo: LabRepository, rule: BranchRules, oid: string | undefined): readonly string[] {
  const states = standings(repo, oid ?? '');
  const open = (rule.checks ?? []).filter((name) => states.get(name) !== 'success');
  if (open.length > 1)
    return [`${open.length} of ${rule.checks?.length} required status checks are expected.`];
  return open.map((name) => {
    const words = { pending: 'pending', failure: 'failing', success: 'expected' } as const;
    return `Required status check "${name}" is ${words[states.get(name) ?? 'success']}.`;
  });
}

/** Requirements of a pull request's base that are not met. */
export interface PullRequirements {
  /** Reviews and checks; blocks the merge. */
  readonly open: readonly Violation[];
  /** A strict rule wants the base's tip in the head. */
  readonly behind: boolean;
  /** There is a rule with at least one requirement. */
  readonly ruled: boolean;
}

/** What still stands between a pull request and its merge; `bypassFor` leaves out rules that this actor may go around. */
export async function pullRequirements(
  repo: LabRepository,
  pull: PullState,
  options: { readonly bypassFor?: Actor } = {},
): Promise<PullRequirements> {
  const all = repo.rulesFor(pull.base);
  const { bypassFor } = options;
  const rules = bypassFor ? all.filter((rule) => !bypasses(rule, bypassFor)) : all;
  const baseTip = await repo.git.ref(`refs/heads/${pull.base}`);
  const strict = rules.some((rule) => rule.strict === true);
  const behind = strict && baseTip !== undefined && !(await repo.git.isAncestor(baseTip, pull.headOid));
  const open = rules.flatMap((rule) =>
    [
      ...reviewMessages(repo, rule, pull),
      ...checkMessages(repo, rule, pull.headOid),
      ...(rule.mergeQueue ? [QUEUE] : []),
    ].map((message) => ({
      kind: rule.kind ?? ('ruleset' as const),
      message,
    })),
  );
  return { open, behind, ruled: all.some(hasRequirement) };
}

function hasRequirement(rule: BranchRules): boolean {
  return (
    needsPull(rule) ||
    rule.mergeQueue === true ||
    (rule.checks ?? []).length > 0 ||
    rule.linearHistory === true
  );
}

function reviewMessages(repo: LabRepository, rule: BranchRules, pull: PullState): readonly string[] {
  const needed = rule.approvals ?? 0;
  const counting = pull.reviews.filter((review) => canWrite(repo, review.actor));
  const latest = new Map(counting.map((review) => [review.actor.login, review.state]));
  if ([...latest.values()].includes('CHANGES_REQUESTED') && needed > 0)
    return ['Changes have been requested.'];
  const given = [...latest.values()].filter((state) => state === 'APPROVED').length;
  if (given >= needed) return [];
  const plural = needed === 1 ? 'approving review is' : 'approving reviews are';
  return [`At least ${needed} ${plural} required by reviewers with write access.`];
}

/** Rules of the base that forbid a merge method. */
export function methodViolations(
  repo: LabRepository,
  pull: PullState,
  wish: { readonly method: MergeMethod; readonly actor: Actor | undefined },
): readonly Violation[] {
  const { actor, method } = wish;
  const rules = repo.rulesFor(pull.base).filter((rule) => actor === undefined || !bypasses(rule, actor));
  return rules.flatMap((rule) => {
    const kind = rule.kind ?? ('ruleset' as const);
    if (rule.linearHistory && method === 'merge') return [{ kind, message: NO_MERGES }];
    if (rule.mergeMethods && !rule.mergeMethods.includes(method))
      return [{ kind, message: `${methodName(method)} are not allowed on this branch.` }];
    return [];
  });
}

/** Plural of a merge method, as GitHub begins a sentence with it. */
export function methodName(method: MergeMethod): string {
  return { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }[method];
}

/** The refusal of a change that breaks rules: rulesets list all, classic rules name the first. */
export function ruleRefusal(violations: readonly Violation[], status: number): Refusal {
  const rulesets = violations.filter((violation) => violation.kind === 'ruleset');
  const message =
    rulesets.length > 0
      ? `Repository rule violations found\n\n${rulesets.map((one) => `${one.message}\n\n`).join('')}`
      : (violations[0]?.message ?? '');
  return new Refusal({ status, type: 'UNPROCESSABLE', message });
}
