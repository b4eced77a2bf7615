import { describe, expect, it } from 'vitest';
import type { Grouped } from '../../src/core/analysis/observation.ts';
import { after, millis } from '../../src/core/units.ts';
import { describeEvidence } from '../../src/report/evidence.ts';
import { minute } from '../builders/release.ts';

function describeGroups(groups: Grouped['groups']): string {
  const grid = { first: minute(0), last: after(minute(0), millis(300_000)), step: millis(300_000) };
  const request = { kind: 'grouped', query: 'sum by (le) (x)', grid, by: 'le' } as const;
  const planned = { id: 'latency/buckets/stable', check: 'latency', provider: 'prod', request };
  const outcome = { kind: 'grouped', groups } as const;
  const observation = { provider: 'prod', request, fetchedAt: minute(5), outcome };
  return describeEvidence([{ planned, observation }]).join('\n');
}

describe('the evidence of a grouped question', () => {
  it('is the newest number of every group, or why there is none', () => {
    const text = describeGroups([
      { value: '0.1', values: [7, 123.456789] },
      { value: '+Inf', values: [8, 'missing'] },
    ]);
    expect(text).toContain('0.1: 123.457, \\+Inf: missing');
    expect(text).toContain('every 5m');
  });

  it('is short, however many groups there are', () => {
    const groups = Array.from({ length: 40 }, (_, index) => ({ value: `g${index}`, values: [1, index] }));
    expect(describeGroups(groups)).toMatch(/g0: 0, .*g11: 11, … \(40 groups in all\)/);
  });

  it('is text, whatever a group is called', () => {
    const text = describeGroups([{ value: '</details> | @all #1 <img>', values: [1, 2] }]);
    expect(text).not.toContain('</details> |');
    expect(text).not.toContain('<img>');
  });
});
