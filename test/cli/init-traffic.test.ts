import { describe, expect, it } from 'vitest';
import { INIT_TRAFFIC, releaseTemplate } from '../../src/cli/init-templates.ts';
import { foresee, planTraffic } from '../../src/core/analysis/foresee.ts';
import type { Observation } from '../../src/core/analysis/observation.ts';
import { gridPoints } from '../../src/core/analysis/query-grid.ts';
import { findStepProblems } from '../../src/core/decision/preflight-problems.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { START } from '../builders/release.ts';

/** What a preflight finds in the steps of what `belay init` writes, at a traffic with such a share of bad requests. */
function findProblems(perMinute: number, bad: number): readonly string[] {
  const reading = parseRelease('releases/x.yaml', releaseTemplate({ name: 'x', ref: 'v1' }));
  if (reading.kind === 'bad') throw new Error(reading.problems[0]!.message);
  const { release } = reading.value;
  const question = { release, rollout: undefined, now: START };
  const observations = planTraffic(question).map(({ id, provider, request }) => {
    if (request.kind === 'instant') throw new Error('a grid was expected');
    const count = 5 * perMinute * (id.includes('/bad/') ? bad : 1);
    const values = Array.from({ length: gridPoints(request.grid) }, () => count);
    const outcome: Observation['outcome'] = { kind: 'series', values };
    return [id, { provider, request, fetchedAt: START, outcome }] as const;
  });
  return findStepProblems(release, foresee(question, new Map(observations))).map(({ code }) => code);
}

describe('the manifest that belay init writes', () => {
  it('is ready at the traffic that it names', () => {
    expect(INIT_TRAFFIC.bad).toBe('0.2 to 1 %');
    for (const bad of [0.002, 0.005, 0.01]) expect(findProblems(INIT_TRAFFIC.perMinute, bad)).toEqual([]);
  });

  it('is ready at more traffic, and only warned of at less', () => {
    for (const bad of [0.002, 0.005, 0.01]) expect(findProblems(2_939, bad)).toEqual([]);
    expect(new Set(findProblems(200, 0.005))).toEqual(new Set(['STEP_TOO_SHORT']));
  });
});
