import type { BrokenQuery } from './assessment.ts';

/** Why a check could not look: the first broken query and how many more. */
export function describeBroken(name: string, [first, ...rest]: readonly BrokenQuery[]): string {
  if (!first) return `${name}: could not be asked`;
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return `${name}: could not be asked: query "${first.id}": ${first.reason}: ${first.detail}${more}`;
}
