import { ToolError } from '../core/errors.ts';
import type { ForgeState, PullRequest } from '../ports/forge.ts';
import type { ReadableRelease } from './read-files.ts';

/** Beginning of the names of all branches that roll something back. */
export const ROLLBACKS = 'belay/rollback/';
/** Beginning of the names of all branches that move something on. */
export const STEPS = 'belay/advance/';

/** Beginning of the names of all branches that roll a release back. */
export function rollbackFamily(release: string): string {
  return `${ROLLBACKS}${release}/`;
}

/** Beginning of the names of all branches that move a release on. */
export function stepFamily(release: string): string {
  return `${STEPS}${release}/`;
}

/** Names of branches that keep a family from being written. */
export function obstaclesTo(family: string): readonly string[] {
  const names = family.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** That a branch is one of them, what comes of it, and what to do. */
export function describeObstacle(branch: string, what: string): string {
  return `there is a branch "${branch}", and git holds no branch below another, ${what}: delete or rename "${branch}" (and run "git fetch --prune" where it is gone already), and let a ruleset keep "belay/**" to Belay`;
}

/** Beginning of the names of all branches that bring an order of a person. */
export const ORDERS = 'belay/order/';

/** The same of one release and one kind of orders: on a branch for pauses nothing comes that ends one. */
export function orderFamily(release: string, kind: string): string {
  return `${ORDERS}${release}/${kind}/`;
}

/** Name of the branch that takes a version back; it is the operation's own. */
export function rollbackBranch(release: string, version: string, operation: string): string {
  return `${rollbackFamily(release)}${branchPart(version)}-${shortOperation(operation)}`;
}

/** Whether a branch of the family takes this version back, by its name. */
export function takesBack(branch: string, release: string, version: string): boolean {
  const begin = `${rollbackFamily(release)}${branchPart(version)}-`;
  return branch.startsWith(begin) && /^[0-9a-f]{12}(?:-[2-9])?$/.test(branch.slice(begin.length));
}

/** The twelve digits of the operation in the name of a branch of Belay's; undefined when there are none. */
export function operationIn(branch: string): string | undefined {
  // the number of another try has one digit, so that twelve digits are never taken for one
  return /[-/]([0-9a-f]{12})(?:-[2-9])?$/.exec(branch)?.[1];
}

/** Whether a branch may be a rollback of a release that waits; also of one without records, since a person may have deleted them. */
export function mayBeOpen(release: Pick<ReadableRelease, 'parsed' | 'chain'>, branch: string): boolean {
  const { name } = release.parsed.release.metadata;
  return branch.startsWith(rollbackFamily(name)) && !hasLanded(release, branch);
}

/** What has its record on the default branch has landed, by squash if the branch does not show it. */
export function hasLanded({ chain }: Pick<ReadableRelease, 'chain'>, branch: string): boolean {
  const short = operationIn(branch);
  return short !== undefined && chain.records.some(({ operation }) => operation.startsWith(short));
}

/** A version as part of a branch name: letters, digits, dots and dashes, and no more of them than a branch name may have. */
function branchPart(version: string): string {
  return version
    .slice(0, 60)
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/\.lock$/, '-lock');
}

/** Made by this account, by the forge's word, and by the operation that the branch is named after. */
export function isOwn({ branch }: ForgeState, { head, branch: name }: PullRequest): boolean {
  return branch?.tip === head && branch.operation?.slice(0, 12) === operationIn(name);
}

/** Twelve hex digits of an operation, for branch names. */
export function shortOperation(operation: string): string {
  if (!/^[0-9a-f]{64}$/.test(operation))
    throw new ToolError({ code: 'BUG', message: `not an operation: ${operation}` });
  return operation.slice(0, 12);
}
