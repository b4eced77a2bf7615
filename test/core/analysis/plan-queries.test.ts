import { describe, expect, it } from 'vitest';
import type { PlannedQuery } from '../../../src/core/analysis/assessment.ts';
import type { Grid } from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { ToolError } from '../../../src/core/errors.ts';
import { errors, evaluationOf, latency, MINUTE, minute, minutes, type Story } from './scenario.ts';

const plan = (story: Story): readonly PlannedQuery[] => planQueries(evaluationOf(story));
const ids = (story: Story): readonly string[] => plan(story).map(({ id }) => id);
const find = (story: Story, id: string): PlannedQuery => plan(story).find((query) => query.id === id)!;
const gridOf = ({ request }: PlannedQuery): Grid => {
  if (request.kind !== 'range') throw new Error('not a range');
  return request.grid;
};

describe('a proportion check', () => {
  it('asks for bad and all events of both versions, templates filled in', () => {
    expect(
      plan({ now: 61 }).map(({ id, check, provider, request }) => [id, check, provider, request.query]),
    ).toEqual([
      ['errors/bad/candidate', 'errors', 'prod', 'sum(increase(bad{v="3.5.0"}[5m]))'],
      ['errors/total/candidate', 'errors', 'prod', 'sum(increase(all{v="3.5.0"}[5m]))'],
      ['errors/bad/stable', 'errors', 'prod', 'sum(increase(bad{v="3.4.1"}[5m]))'],
      ['errors/total/stable', 'errors', 'prod', 'sum(increase(all{v="3.4.1"}[5m]))'],
    ]);
  });

  it.each([
    { name: 'nothing before the first tick is complete and ingested', now: 5.99, points: undefined },
    { name: 'the first tick once it is', now: 6, points: [5, 5] },
    { name: 'no tick that is not yet ingested', now: 15.9, points: [5, 10] },
    { name: 'every tick since the rollout began, whatever the step', now: 200, points: [5, 195] },
  ])('asks for $name', ({ now, points }) => {
    const queries = plan({ now, weights: [[5, 0], ...(now > 100 ? ([[25, 61]] as const) : [])] });
    if (!points) return expect(queries).toEqual([]);
    for (const query of queries)
      expect(gridOf(query)).toEqual({
        first: minute(points[0]!),
        last: minute(points[1]!),
        step: 5 * MINUTE,
      });
  });

  it('keeps to the grid of the rollout, not to the clock and not to the step', () => {
    const grids = [61, 62.5, 64].map((now) =>
      gridOf(
        plan({
          now,
          weights: [
            [5, 0],
            [25, 58.3],
          ],
        })[0]!,
      ),
    );
    expect(new Set(grids.map(({ first, last }) => `${first} ${last}`)).size).toBe(1);
  });

  it('fills in the declared tick as its window', () => {
    const query = find(
      { now: 120, health: { tick: minutes(1.5), ingestDelay: minutes(2) } },
      'errors/bad/candidate',
    );
    expect(query.request.query).toContain('[1m30s]');
    expect(gridOf(query)).toEqual({ first: minute(1.5), last: minute(117), step: 1.5 * MINUTE });
  });

  it('leaves text alone that is no placeholder', () => {
    const bad = 'x{a="{{other}}",b="$&",c="{{ version }}"}[{{window}}]';
    const query = find({ now: 61, checks: [{ ...errors, bad }] }, 'errors/bad/candidate');
    expect(query.request.query).toBe('x{a="{{other}}",b="$&",c="{{ version }}"}[5m]');
  });

  it('shares a question with another check that asks the same of the same provider', () => {
    const second = { ...errors, name: 'timeouts', bad: 'timeouts{v="{{version}}"}[{{window}}]' };
    expect(ids({ now: 61, checks: [errors, second] })).toEqual([
      'errors/bad/candidate',
      'errors/total/candidate',
      'errors/bad/stable',
      'errors/total/stable',
      'timeouts/bad/candidate',
      'timeouts/bad/stable',
    ]);
    expect(ids({ now: 61, checks: [errors, { ...errors, name: 'copy' }] })).toHaveLength(4);
    expect(ids({ now: 61, checks: [errors, { ...errors, name: 'elsewhere', provider: 'eu' }] })).toHaveLength(
      8,
    );
  });
});

describe('a threshold check', () => {
  it('asks for the candidate alone, up to the end of what is ingested', () => {
    const [query, ...rest] = plan({ now: 61, checks: [latency] });
    expect(rest).toEqual([]);
    expect(query).toMatchObject({ id: 'latency/value/candidate', check: 'latency' });
    expect(query!.request.query).toBe('p99{b="scorer-b",r="scorer"}[5m]');
    expect(gridOf(query!).last).toBe(minute(60));
  });

  it.each([
    { name: 'one tick at three moments', written: {}, step: 100, back: 200 },
    { name: 'three ticks', written: { for: minutes(15) }, step: 300, back: 600 },
    { name: 'a part of a tick', written: { for: minutes(12) }, step: 240, back: 480 },
    { name: 'less than a tick', written: { for: minutes(2) }, step: 40, back: 80 },
    { name: 'the newest value only', written: { for: minutes(0) }, step: 300, back: 0 },
  ])('covers $name just after its step began', ({ written, step, back }) => {
    const story: Story = {
      now: 61,
      weights: [
        [5, 0],
        [25, 60],
      ],
      checks: [{ ...latency, ...written }],
    };
    expect(gridOf(plan(story)[0]!)).toEqual({
      first: minute(60) - back * 1_000,
      last: minute(60),
      step: step * 1_000,
    });
  });

  it('looks back through the step for as long as evidence may be missing', () => {
    const first = (story: Omit<Story, 'checks'>) => gridOf(plan({ ...story, checks: [latency] })[0]!).first;
    const second = (seconds: number) => minute(0) + seconds * 1_000;
    expect(first({ now: 31 })).toBe(second(30 * 60 - 17 * 100));
    expect(first({ now: 601 })).toBe(second(600 * 60 - 35 * 100));
    expect(first({ now: 601, health: { noDataDeadline: minutes(120) } })).toBe(second(600 * 60 - 71 * 100));
  });

  it('never asks for more than 1,000 points to learn since when a value is missing', () => {
    const checks = [{ ...latency, for: minutes(1 / 60) }];
    const { first, last, step } = gridOf(
      plan({ now: 4_000, health: { noDataDeadline: minutes(3 * 24 * 60) }, checks })[0]!,
    );
    expect((last - first) / step + 1).toBe(1_000);
  });

  it('asks how many samples there were at the end of the window', () => {
    const checks = [
      { ...latency, for: minutes(15), samples: 'n{v="{{version}}"}[{{window}}]', minSamples: 100 },
    ];
    expect(find({ now: 61, checks }, 'latency/samples/candidate').request).toEqual({
      kind: 'instant',
      query: 'n{v="3.5.0"}[15m]',
      at: minute(60),
    });
  });
});

it('refuses to ask about a release without a candidate', () => {
  const evaluation = evaluationOf({ now: 61 });
  const { candidate: _, ...spec } = evaluation.release.spec;
  expect(() => planQueries({ ...evaluation, release: { ...evaluation.release, spec } })).toThrow(ToolError);
});
