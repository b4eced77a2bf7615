import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOfReleases } from '../../../src/core/manifest/order-of-releases.ts';

const graph = (entries: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(entries));

describe('the order of releases', () => {
  it('puts what others depend on first, and goes by name where nothing else says', () => {
    const { order, problems } = orderOfReleases(
      graph({ scorer: ['store', 'embedder'], api: ['scorer'], store: [], embedder: ['store'], alone: [] }),
    );
    expect(order).toEqual(['alone', 'store', 'embedder', 'scorer', 'api']);
    expect(problems).toEqual([]);
  });

  it('tells what is not there, and each circle from its smallest name on', () => {
    const { order, problems } = orderOfReleases(
      graph({ c: ['b'], b: ['a', 'gone'], a: ['c'], self: ['self'], free: ['a'] }),
    );
    expect(problems).toEqual([
      { kind: 'cycle', names: ['a', 'c', 'b'] },
      { kind: 'unknown', name: 'b', dependency: 'gone' },
      { kind: 'cycle', names: ['self'] },
    ]);
    expect([...order].sort()).toEqual(['a', 'b', 'c', 'free', 'self']);
  });

  it('is the same for the same graph, holds every release once, and is an order where there is no circle', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 9 });
    fc.assert(
      fc.property(edges, fc.shuffledSubarray(names, { minLength: names.length }), (pairs, shuffled) => {
        const of = (keys: readonly string[]) =>
          new Map(
            keys.map((name) => [name, pairs.filter(([from]) => from === name).map(([, to]) => to)] as const),
          );
        const { order, problems } = orderOfReleases(of(names));
        expect(orderOfReleases(of(shuffled))).toEqual({ order, problems });
        expect([...order].sort()).toEqual(names);
        if (problems.length > 0) return;
        for (const [from, to] of pairs) expect(order.indexOf(to)).toBeLessThan(order.indexOf(from));
      }),
    );
  });
});
