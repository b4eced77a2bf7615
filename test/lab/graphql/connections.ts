import { Refusal } from '../refusal.ts';

/** Arguments that every connection takes. */
export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** A connection as a resolver gives it. */
export interface Connection {
  readonly nodes: readonly unknown[];
  readonly edges: readonly { readonly cursor: string; readonly node: unknown }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const MAX_PAGE = 100;

/** One page of items, with GitHub's demands: `first` or `last`, at most 100. */
export function connection<T>(
  field: string,
  page: PageArguments,
  items: readonly T[],
  view: (item: T) => unknown,
): Connection {
  const size = pageSize(field, page);
  const from = page.after ? position(page.after) + 1 : 0;
  const to = page.before ? position(page.before) : items.length;
  const forward = page.first !== undefined && page.first !== null;
  const start = forward ? from : Math.max(from, to - size);
  const end = forward ? Math.min(to, from + size) : to;
  const edges = items.slice(start, end).map((item, index) => ({
    cursor: cursorOf(start + index),
    node: view(item),
  }));
  return {
    nodes: edges.map((edge) => edge.node),
    edges,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: items.length,
  };
}

function pageSize(field: string, { first, last }: PageArguments): number {
  const size = first ?? last;
  if (size === undefined || size === null)
    throw new Refusal({
      status: 422,
      type: 'MISSING_PAGINATION_BOUNDARIES',
      message: `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
    });
  const name = first === undefined || first === null ? 'last' : 'first';
  if (size > MAX_PAGE)
    throw new Refusal({
      status: 422,
      type: 'EXCESSIVE_PAGINATION',
      message: `Requesting ${size} records on the \`${field}\` connection exceeds the \`${name}\` limit of ${MAX_PAGE} records.`,
    });
  return size;
}

function cursorOf(index: number): string {
  return Buffer.from(`cursor:${index}`).toString('base64');
}

function position(cursor: string): number {
  const match = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  if (!match)
    throw new Refusal({
      status: 422,
      type: 'INVALID_CURSOR_ARGUMENTS',
      message: `\`${cursor}\` does not appear to be a valid cursor.`,
    });
  return Number(match[1]);
}
