/** First reason of a rollback that follows the one of another release. */
export const DEPENDENCY_ROLLED_BACK = 'DEPENDENCY_ROLLED_BACK';

/** Whether a release goes back only since another one did, and nothing is proven against its version: it is not quarantined. */
export function isFollowing({
  reasons,
}: {
  readonly reasons: readonly { readonly code: string }[];
}): boolean {
  return reasons[0]?.code === DEPENDENCY_ROLLED_BACK;
}
