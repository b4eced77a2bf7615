import { describe, expect, it } from 'vitest';
import type { QueryFinding } from '../../../src/core/manifest/query-check.ts';
import { remembering } from '../../../src/core/manifest/query-rules.ts';

const WRONG: QueryFinding = { code: 'QUERY_MALFORMED', at: 0, message: 'no', edits: [] };

describe('a check of queries that remembers', () => {
  it('reads each query once for each purpose, also one that nothing is wrong with', () => {
    const asked: string[] = [];
    const again = remembering((query, purpose) => {
      asked.push(`${query} ${purpose?.by ?? '-'}`);
      return query === 'bad' ? [WRONG] : [];
    });
    const ask = () => ['bad', 'good', 'bad'].map((query) => again(query));
    expect([...ask(), ...ask()]).toEqual([[WRONG], [], [WRONG], [WRONG], [], [WRONG]]);
    expect(again('good', { by: 'le' })).toEqual([]);
    expect(asked).toEqual(['bad -', 'good -', 'good le']);
  });
});
