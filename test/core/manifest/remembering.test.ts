import { describe, expect, it } from 'vitest';
import { type QueryCheck, remembering } from '../../../src/core/manifest/query-rules.ts';

describe('a check of queries that remembers', () => {
  it('reads each query once, also one that nothing is wrong with', () => {
    const asked: string[] = [];
    const check: QueryCheck = (query) => {
      asked.push(query);
      return query === 'bad' ? { kind: 'malformed', at: 0, message: 'no' } : undefined;
    };
    const again = remembering(check);
    expect(['bad', 'good', 'bad', 'good'].map(again)).toEqual([
      check('bad'),
      undefined,
      check('bad'),
      undefined,
    ]);
    expect(asked).toEqual(['bad', 'good', 'bad', 'bad']);
  });
});
