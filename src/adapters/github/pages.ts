import { ToolError } from '../../core/errors.ts';
import { at, textAt } from './data.ts';

/** What every list is asked for that may have more than one page. */
export const PAGE_FIELDS = 'pageInfo { hasNextPage endCursor }';

/**
 * Where the next page of a list begins; undefined: this was the last one. A list that does not say whether there is more is not
 * taken for a whole one.
 * @param before where this page began
 * @throws ToolError CORRUPT when that is not told, or when there would be no end
 */
export function nextPage(list: unknown, before: string | undefined): string | undefined {
  const hasNext = at(list, 'pageInfo', 'hasNextPage');
  if (hasNext === false) return undefined;
  const cursor = hasNext === true ? textAt(list, 'pageInfo', 'endCursor') : undefined;
  if (cursor !== undefined && cursor !== before) return cursor;
  throw new ToolError({
    code: 'CORRUPT',
    message: `GitHub: expected the ${cursor === undefined ? '"pageInfo" of a list' : 'next page of a list'}, got something else. If it stays so, report it`,
  });
}
