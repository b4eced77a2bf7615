import { claimsFor } from '../core/command/claims.ts';
import { ToolError } from '../core/errors.ts';
import type { Sha } from '../core/units.ts';
import type { People, Review } from '../ports/people.ts';
import type { Receipt } from '../report/run-report.ts';
import { authorise } from './authorise.ts';
import { obeyCommand } from './obey-command.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';
import { isWritten } from './written.ts';

type Awaiting = Extract<Receipt, { kind: 'awaiting-approval' }>;

/**
 * Writes down that somebody with the role approved a step by a review of its pull request, so that the step is decided again with
 * that word; `awaiting` as it is when nobody did, or when reviews cannot be read.
 */
export async function approveByReview(
  world: World,
  snapshot: Snapshot,
  { plan, awaiting }: { readonly plan: ReleasePlan; readonly awaiting: Awaiting },
): Promise<Receipt> {
  const { people, log } = world;
  if (!people || !snapshot.config) return awaiting;
  const { release } = plan.release.parsed;
  const claims = claimsFor({ name: 'approve' }, snapshot.config, release);
  try {
    const review = await findApproving(people, awaiting, { claims, note: log.info });
    if (!review) return awaiting;
    const { login, id } = review.author;
    const source = { kind: 'review', id: review.id, on: awaiting.pull.number } as const;
    const trigger = { ...world.trigger, order: { name: 'approve', by: { login, id }, source } } as const;
    const name = release.metadata.name;
    const command = {
      name: 'approve',
      release: name,
      reason: undefined,
      until: undefined,
      version: undefined,
    } as const;
    const seen = {
      kind: 'step',
      weight: plan.report.decision.to,
      manifest: plan.release.digest,
    } as const;
    const report = await obeyCommand({ ...world, trigger }, command, { dryRun: false, seen });
    const [done] = report.releases;
    if (!done || done.receipt.kind === 'none') return awaiting;
    // the branch moved by our own hand: the step is decided again, with the approval in the records
    return isWritten(done) ? { kind: 'head-moved' } : done.receipt;
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    log.warn(`reviews of #${awaiting.pull.number} could not be heeded: ${fault.message}`);
    return awaiting;
  }
}

interface Judging {
  readonly claims: Parameters<typeof authorise>[2];
  readonly note: (line: string) => void;
}

/**
 * The review that approves the commit which is there now, by somebody with the role. Of each person the newest word counts, and
 * whoever with the role asks for changes keeps the step from being taken.
 */
async function findApproving(
  people: People,
  { pull, head }: { readonly pull: Awaiting['pull']; readonly head: Sha },
  { claims, note }: Judging,
): Promise<Review | undefined> {
  const newest = new Map<number, Review>();
  for (const review of await people.reviews(pull.number))
    if (review.author.isPerson && review.state !== 'commented') newest.set(review.author.id, review);
  let approving: Review | undefined;
  for (const review of newest.values()) {
    const counts =
      review.state === 'changes-requested' || (review.state === 'approved' && review.commit === head);
    if (!counts || !(await hasRole(people, review, { claims, note }))) continue;
    if (review.state === 'changes-requested') return undefined;
    approving ??= review;
  }
  return approving;
}

async function hasRole(people: People, { author }: Review, { claims, note }: Judging): Promise<boolean> {
  try {
    await authorise(people, author, claims);
    return true;
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code !== 'REFUSED') throw fault;
    note(`the review of @${author.login} is not heeded: ${fault.message}`);
    return false;
  }
}
