import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import type { Evaluation } from '../../../src/core/analysis/assessment.ts';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { gridPoints } from '../../../src/core/analysis/query-grid.ts';
import { decideWatched } from '../../../src/core/decision/decide-watched.ts';
import { needsPerson } from '../../../src/core/decision/decision.ts';
import { assessRestored, evaluationOf } from '../../../src/core/decision/watch.ts';
import type { RestoredVersion } from '../../../src/core/record/watched.ts';
import { millis } from '../../../src/core/units.ts';
import {
  buildRelease,
  buildState,
  CANDIDATE,
  digestOf,
  ERRORS_CHECK,
  minute,
  refOf,
  STABLE,
} from '../../builders/release.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

const RELEASE = buildRelease({ verify: '30m' });

const RESTORED: RestoredVersion = {
  kind: 'restored',
  record: 5,
  via: 'commit',
  decidedAt: minute(0),
  since: minute(0),
  pause: undefined,
  ref: refOf(STABLE),
  bad: refOf(CANDIDATE),
  troubledSince: minute(-2 * HOUR),
  broughtAt: undefined,
  isSecond: false,
  verify: millis(30 * 60_000),
  manifest: digestOf('f'),
};

/** What is judged so many minutes after the rollback landed. */
function look(at: number, watched: Partial<RestoredVersion> = {}): Evaluation {
  const state = buildState({ watched: { ...RESTORED, ...watched } });
  return evaluationOf(RELEASE, state, { manifest: digestOf('f'), now: minute(at) })!;
}

/** Bad events of a thousand in each tick, now and in the past; undefined: no such series. */
interface Errors {
  readonly now: number | undefined;
  readonly past: number | undefined;
}

function answer(evaluation: Evaluation, errors: Errors): ReadonlyMap<string, Observation> {
  return new Map(
    planQueries(evaluation).map(({ id, request }): [string, Observation] => {
      if (request.kind !== 'range') throw new Error(`unexpected ${request.kind} query`);
      const share = id.endsWith('/stable') ? errors.past : errors.now;
      const values = Array.from({ length: gridPoints(request.grid) }, () =>
        id.includes('/total/') ? 1_000 : share!,
      );
      const outcome: Observation['outcome'] =
        share === undefined
          ? { kind: 'absent', reason: 'empty', detail: 'no series' }
          : { kind: 'series', values };
      return [id, { provider: 'prod', request, fetchedAt: evaluation.now, outcome }];
    }),
  );
}

const armsOf = (evaluation: Evaluation) => new Set(planQueries(evaluation).map(({ id }) => id.split('/')[2]));

const decideAt = (at: number, errors: Errors, watched: Partial<RestoredVersion> = {}) => {
  const evaluation = look(at, watched);
  return decideWatched(
    {
      release: RELEASE,
      manifest: digestOf('f'),
      assessment: assessRestored(evaluation, answer(evaluation, errors)),
      served: { kind: 'gone', since: minute(5) },
      now: evaluation.now,
    },
    { ...RESTORED, ...watched },
  );
};

describe('a restored version', () => {
  it('is held against the same hours of its own past, however late one looks', () => {
    const ages = [10, 29, 31, 21 * HOUR, 23 * HOUR, 3 * DAY].map((at) => look(at).beside);
    expect(new Set(ages.map((beside) => JSON.stringify(beside)))).toEqual(
      new Set([JSON.stringify({ kind: 'own-past', before: DAY * 60_000 })]),
    );
  });

  it.each([
    { troubled: -23 * HOUR, days: 1 },
    { troubled: -23 * HOUR - 31, days: 2 },
    { troubled: -3 * DAY, days: 4 },
  ])('is compared with before the trouble until it has proven itself: $troubled', ({ troubled, days }) => {
    expect(look(10, { troubledSince: minute(troubled) }).beside).toEqual({
      kind: 'own-past',
      before: days * DAY * 60_000,
    });
  });

  it('that is young is not held against itself: its bounds alone count, and failing now is its own doing', () => {
    const young = { broughtAt: minute(-3 * HOUR) };
    const evaluation = look(20, young);
    expect(evaluation.beside).toEqual({ kind: 'nobody' });
    expect(armsOf(evaluation)).toEqual(new Set(['candidate']));
    expect(decideAt(20, { now: 80, past: undefined }, young)).toMatchObject({
      kind: 'rollback',
      reasons: [{ code: 'NOT_RECOVERED' }, { code: 'NOT_RECOVERED' }],
    });
  });

  it('that breaks its limit has not recovered although it broke it on the day before as well', () => {
    const evaluation = look(20);
    const { checks, overall } = assess(evaluation, answer(evaluation, { now: 80, past: 80 }));
    expect(overall).toBe('fail');
    expect(checks[0]).not.toHaveProperty('stableFails');
  });
});

it('is asked for no labels that come later than the proof', () => {
  const accuracy = {
    name: 'accuracy',
    kind: 'accuracy',
    provider: 'prod',
    correct: 'sum(increase(correct_total{version="{{version}}"}[{{window}}]))',
    labelled: 'sum(increase(labelled_total{version="{{version}}"}[{{window}}]))',
    labelDelay: '6h',
  };
  const state = buildState({ watched: RESTORED });
  const checksWithin = (verify: string) => {
    const release = buildRelease({ verify, checks: [accuracy, ERRORS_CHECK] });
    const evaluation = evaluationOf(release, state, { manifest: digestOf('f'), now: minute(20) })!;
    return new Set(planQueries(evaluation).map(({ check }) => check));
  };
  expect(checksWithin('30m')).toEqual(new Set(['errors']));
  expect(checksWithin('7h')).toEqual(new Set(['errors', 'accuracy']));
});

describe('a restored version whose past cannot be seen', () => {
  const UNSEEN = { now: 1, past: undefined };

  it('is waited for as long as it has to prove itself', () => {
    expect(decideAt(25, UNSEEN)).toMatchObject({ kind: 'nothing', reasons: [{ code: 'VERIFYING' }, {}] });
  });

  it('is then held to its bounds alone, and it is said so', () => {
    const decision = decideAt(60, UNSEEN);
    expect(decision).toMatchObject({ kind: 'recover', reasons: [{ code: 'RECOVERED' }] });
    expect(decision?.reasons[0].text).toContain('has no past that it could be held against');
  });

  it('is left all the same when it breaks them', () => {
    expect(decideAt(60, { now: 80, past: undefined })).toMatchObject({ kind: 'rollback' });
  });

  it('is not called well when nothing is seen of now either, and every run says so until somebody acts', () => {
    const nothing = { now: undefined, past: undefined };
    expect(decideAt(60, nothing)).toMatchObject({ kind: 'pause', reasons: [{ code: 'RECOVERY_UNSEEN' }] });
    const pause = { at: minute(60), code: 'RECOVERY_UNSEEN', manifest: digestOf('e') };
    const later = decideAt(65, nothing, { pause })!;
    expect(later).toMatchObject({ kind: 'hold', reasons: [{ code: 'RECOVERY_UNSEEN' }] });
    expect(needsPerson(later)).toBe(true);
  });
});
