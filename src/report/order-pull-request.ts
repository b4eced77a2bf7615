import type { WrittenRecord } from '../core/record/record-schema.ts';
import { escapeText, joinBlocks } from './markdown.ts';
import { MAX_BODY, TOO_LONG } from './rollback-pull-request.ts';

/** Body of the pull request that brings a person's order to a protected branch. */
export function describeOrder({ release, at, decision, operation }: WrittenRecord): string {
  const reasons = decision.reasons.map(({ text }) => `- ${escapeText(text)}`);
  const blocks = [
    `**${escapeText(release)}: ${decision.kind}** (${at}). The order of a person, as a record: **it counts from when this is merged.**`,
    reasons.join('\n'),
    `<!-- belay:order op=${operation} -->`,
  ];
  return joinBlocks(blocks, { limit: MAX_BODY, note: TOO_LONG });
}
