import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../../src/adapters/prometheus/limiter.ts';

describe('createLimiter', () => {
  it('starts the next task in order when one ends, also when it ends badly', async () => {
    const limited = createLimiter(2);
    const started: number[] = [];
    const ends: ((value: Promise<string>) => void)[] = [];
    const tasks = [0, 1, 2, 3].map((index) =>
      limited(() => {
        started.push(index);
        return new Promise<string>((resolve) => ends.push(resolve));
      }),
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect(started).toEqual([0, 1]);
    ends[1]!(Promise.reject(new Error('bad')));
    await expect(tasks[1]).rejects.toThrow('bad');
    await turn();
    expect(started).toEqual([0, 1, 2]);
    for (const index of [0, 2]) ends[index]!(Promise.resolve('good'));
    await turn();
    expect(started).toEqual([0, 1, 2, 3]);
    ends[3]!(Promise.resolve('good'));
    expect(await Promise.all([tasks[0], tasks[2], tasks[3]])).toEqual(['good', 'good', 'good']);
  });
});
