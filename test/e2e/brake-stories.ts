import type { Health, Setup } from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import type { Measured } from './timeline.ts';

/** A rollout that goes wrong, told as data: who is how ill, what the manifest asks for then, and what each run does. */
export interface BrakeStory {
  readonly title: string;
  /** What the manifest says of checks and brakes. Default: one check of errors, and the release's own mode. */
  readonly setup: Setup;
  readonly candidate: Measured;
  /** Default: healthy. */
  readonly stable?: Measured;
  /** Of 3.3.0, which then served before stable, has a backend of its own and is good. */
  readonly older?: Measured;
  /** Hours of metrics before minute 0. Default: as long as is needed to see stable. */
  readonly hoursBefore?: number;
  /** Whether the candidate is at 50 % (minute 64) or at 25 % (minute 33) when the story begins. Default 50. */
  readonly from?: 25 | 50;
  readonly story: readonly Move[];
}

/** Decision, first reason, receipt. */
type Told = readonly [kind: string, code: string, receipt: string];

export type Move =
  /** A run at a minute. Default exit code 0. */
  | { readonly at: number; readonly tick: Told; readonly exit?: number; readonly reasons?: readonly string[] }
  | { readonly at: number; readonly rollBack: Told; readonly flags?: readonly string[] }
  /** A person edits the manifest as it is. */
  | { readonly edit: (text: string) => string }
  | { readonly metrics: 'down' | 'open' }
  | { readonly expect: Expected };

export interface Expected {
  readonly weight?: number;
  readonly stable?: string;
  readonly candidate?: string | null;
  /** Weights in the route, by backend. */
  readonly split?: Readonly<Record<string, number>>;
  /** States of all pull requests, oldest first. */
  readonly pulls?: readonly string[];
  /** In the body of the newest pull request. */
  readonly pullSays?: RegExp;
  /** Subject of the newest commit that Belay wrote. */
  readonly commit?: RegExp;
  /** In the newest record. */
  readonly record?: Readonly<Record<string, unknown>>;
}

export const OLDER = { version: '3.3.0', backend: 'scorer-c', digit: 'c' };

/** From here on the candidate does harm; at 50 % the run at `SEEN` knows it, at 25 % that at `SEEN_EARLY`. */
const HARM = 66;
const SEEN = 78;
const HARM_EARLY = 35;
const SEEN_EARLY = 48;

const well: Health = () => 0.005;
const from =
  (begin: number, share = 0.06, until = Number.POSITIVE_INFINITY): Health =>
  (at) =>
    at >= begin && at < until ? share : 0.005;

const SICK: Measured = { errors: from(HARM) };
const UNSURE: Measured = { errors: well, unsure: from(HARM) };

const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 50, hold: '30m' },
  { weight: 100, hold: '30m' },
];

const check = (name: string, metric: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name,
  kind: 'proportion',
  provider: 'prod',
  bad: `sum(increase(${metric}_total{at="{{release}}",version="{{version}}"}[{{window}}]))`,
  total: 'sum(increase(predict_total{at="{{release}}",version="{{version}}"}[{{window}}]))',
  tolerate: { relative: '25%', absolute: '0.5%' },
  safe: { relative: '25%', absolute: '1%' },
  limit: '2%',
  ...more,
});

const ERRORS = check('errors', 'predict_errors');
const unsure = (onFail: string) => check('unsure', 'predict_unsure', { onFail });
const soft = (onFail: string): Setup => ({ steps: STEPS, checks: [ERRORS, unsure(onFail)] });
const mode = (rollback: Readonly<Record<string, string>>): Setup => ({
  steps: STEPS,
  checks: [ERRORS],
  rollback,
});
const DOWN = mode({ mode: 'step-down' });
const PROVEN: Setup = { steps: STEPS, checks: [ERRORS], verify: '15m' };

/** Ill until its traffic is taken away, some minutes after the rollback. */
const taken =
  (until = SEEN_EARLY + 3): Health =>
  (at) =>
    at >= until || at < 0 ? undefined : at < HARM_EARLY ? 0.005 : 0.06;
const SICK_EARLY: Measured = { errors: taken() };

const STEP_DOWN: Told = ['reduce', 'STEP_DOWN', 'committed'];
const REVERT: Told = ['rollback', 'HARM_PROVEN', 'merged'];
const AT_STABLE: Expected = {
  weight: 0,
  stable: STABLE.version,
  candidate: null,
  split: { 'scorer-a': 100, 'scorer-b': 0 },
};

/** Each way to brake, each way to recover. */
export const STORIES: readonly BrakeStory[] = [
  {
    title: 'revert: proven harm goes back at once, by a pull request that says why',
    setup: mode({ mode: 'revert' }),
    candidate: SICK,
    story: [
      { at: SEEN, tick: REVERT },
      { expect: { ...AT_STABLE, pulls: ['MERGED'], pullSays: /errors.*\n[\s\S]*3\.5\.0.*quarantined/ } },
      { at: SEEN + 5, tick: ['nothing', 'SETTLED', 'none'] },
    ],
  },
  {
    title: 'step-down: one declared step after another, and the revert below the first',
    setup: DOWN,
    candidate: SICK,
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { expect: { weight: 25, split: { 'scorer-a': 75, 'scorer-b': 25 }, commit: /50% → 25%, step down/ } },
      { at: SEEN + 4, tick: ['hold', 'STEP_DOWN', 'none'] },
      { at: SEEN + 10, tick: STEP_DOWN },
      { expect: { weight: 5, split: { 'scorer-a': 95, 'scorer-b': 5 }, pulls: [] } },
      { at: SEEN + 20, tick: REVERT, reasons: ['BELOW_FIRST_STEP'] },
      { expect: { ...AT_STABLE, pulls: ['MERGED'] } },
    ],
  },
  {
    title: 'step-down: another check that fails on the way goes to zero at once',
    setup: { ...DOWN, checks: [ERRORS, unsure('step-down')], rollback: { mode: 'step-down', every: '1h' } },
    candidate: { errors: from(HARM), unsure: from(SEEN + 2) },
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { at: SEEN + 5, tick: ['hold', 'STEP_DOWN', 'none'] },
      { at: SEEN + 15, tick: REVERT, reasons: ['GOT_WORSE'] },
      { expect: AT_STABLE },
    ],
  },
  {
    title: 'step-down: harm that is proven anew on the lower weight goes to zero at once',
    setup: { ...DOWN, rollback: { mode: 'step-down', every: '1h' } },
    candidate: SICK,
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { at: SEEN + 20, tick: REVERT, reasons: ['NOT_HELPED'] },
      { expect: AT_STABLE },
    ],
  },
  {
    title: 'step-down: a person stops it where it is, and it goes to zero when harm is proven there anew',
    setup: DOWN,
    candidate: { errors: (at) => (at < HARM || (at >= SEEN - 1 && at < SEEN + 40) ? 0.005 : 0.06) },
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { edit: (text) => text.replace('strategy: canary', '$&\n    paused: true') },
      { at: SEEN + 12, tick: ['hold', 'PAUSED_BY_MANIFEST', 'none'] },
      { at: SEEN + 38, tick: ['hold', 'PAUSED_BY_MANIFEST', 'none'] },
      { expect: { weight: 25, pulls: [] } },
      { at: SEEN + 60, tick: REVERT, reasons: ['NOT_HELPED'] },
      { expect: AT_STABLE },
    ],
  },
  {
    title: 'step-down: nothing moves while the metrics cannot be read, and each run tells a person',
    setup: DOWN,
    candidate: SICK,
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { metrics: 'down' },
      { at: SEEN + 15, tick: ['hold', 'NOT_RAISED', 'none'], exit: 2 },
      { at: SEEN + 25, tick: ['hold', 'NOT_RAISED', 'none'], exit: 2 },
      { expect: { weight: 25, pulls: [] } },
      { metrics: 'open' },
      { at: SEEN + 30, tick: REVERT },
    ],
  },
  {
    title: 'step-down: an order to roll back goes to zero at once',
    setup: DOWN,
    candidate: SICK,
    story: [
      { at: SEEN, tick: STEP_DOWN },
      { at: SEEN + 2, rollBack: ['rollback', 'ASKED_BY_PERSON', 'merged'] },
      { expect: AT_STABLE },
    ],
  },
  {
    title: 'reduce: down to the first step, and then a person decides',
    setup: soft('reduce'),
    candidate: UNSURE,
    story: [
      { at: SEEN, tick: ['reduce', 'EXPOSURE_REDUCED', 'committed'], exit: 2 },
      { expect: { weight: 5, split: { 'scorer-a': 95, 'scorer-b': 5 }, pulls: [] } },
      { at: SEEN + 60, tick: ['hold', 'EXPOSURE_REDUCED', 'none'], exit: 2 },
      { edit: (text) => text.replace('onFail: reduce', 'onFail: notify\n        required: false') },
      { at: SEEN + 62, tick: ['advance', 'CHECKS_PASS', 'committed'] },
      { expect: { weight: 25, candidate: CANDIDATE.version } },
    ],
  },
  {
    title: 'pause: stays where it is until a person decides, here to give up',
    setup: soft('pause'),
    candidate: UNSURE,
    story: [
      { at: SEEN, tick: ['pause', 'PAUSED_BY_CHECK', 'committed'], exit: 2 },
      { at: SEEN + 60, tick: ['hold', 'PAUSED_BY_CHECK', 'none'], exit: 2 },
      { expect: { weight: 50, split: { 'scorer-a': 50, 'scorer-b': 50 }, pulls: [] } },
      { at: SEEN + 61, rollBack: ['rollback', 'ASKED_BY_PERSON', 'merged'] },
      { expect: AT_STABLE },
    ],
  },
  {
    title: 'notify: it is said, and the rollout goes on',
    setup: soft('notify'),
    candidate: UNSURE,
    story: [
      { at: SEEN, tick: ['hold', 'HOLD_NOT_OVER', 'none'] },
      { at: SEEN + 20, tick: ['advance', 'CHECKS_PASS', 'committed'] },
      { expect: { weight: 100, commit: /50% → 100%/ } },
    ],
  },
  {
    title: 'fallback: proven harm goes back to the version that is named, past the newest good one',
    setup: mode({ mode: 'fallback', fallback: OLDER.version }),
    candidate: { errors: from(HARM_EARLY) },
    older: { errors: well },
    from: 25,
    story: [
      { at: SEEN_EARLY, tick: REVERT, reasons: ['FALLBACK_NAMED'] },
      {
        expect: {
          stable: OLDER.version,
          candidate: null,
          split: { 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 100 },
          pulls: ['MERGED'],
        },
      },
      { at: SEEN_EARLY + 2, tick: ['nothing', 'SETTLED', 'none'] },
    ],
  },
  {
    title: 'fallback: one that is not good is passed over for the newest that is, and said',
    setup: mode({ mode: 'fallback', fallback: OLDER.version }),
    candidate: { errors: from(HARM_EARLY) },
    older: { errors: well },
    from: 25,
    story: [
      { edit: (text) => text.replace('fallback: 3.3.0', 'fallback: 3.2.0') },
      { at: SEEN_EARLY, tick: REVERT },
      { expect: { stable: STABLE.version, pullSays: /`3\.2\.0` was passed over: no record/ } },
    ],
  },
  {
    title: 'recovery: the restored version is as well as it was, and every phase is timed',
    setup: PROVEN,
    candidate: SICK_EARLY,
    hoursBefore: 25,
    from: 25,
    story: [
      { at: SEEN_EARLY, tick: REVERT },
      { at: SEEN_EARLY + 2, tick: ['nothing', 'VERIFYING', 'none'] },
      { at: SEEN_EARLY + 16, tick: ['recover', 'RECOVERED', 'committed'] },
      {
        expect: {
          ...AT_STABLE,
          record: {
            recovery: {
              rollback: 4,
              decided: '2026-11-21T08:48:00Z',
              landed: '2026-11-21T08:48:00Z',
              served: '2026-11-21T08:58:00Z',
              recovered: '2026-11-21T09:04:00Z',
            },
          },
        },
      },
      { at: SEEN_EARLY + 20, tick: ['nothing', 'SETTLED', 'none'] },
    ],
  },
  {
    title: 'recovery: traffic that stays on the bad version is the serving system’s, and a person is told',
    setup: PROVEN,
    candidate: { errors: taken(100) },
    hoursBefore: 25,
    from: 25,
    story: [
      { at: SEEN_EARLY, tick: REVERT },
      { at: SEEN_EARLY + 16, tick: ['pause', 'NOT_SERVED', 'committed'], exit: 2 },
      { at: SEEN_EARLY + 20, tick: ['hold', 'NOT_SERVED', 'none'], exit: 2 },
      { at: 111, tick: ['recover', 'RECOVERED', 'committed'] },
    ],
  },
  {
    title: 'recovery: a restored version that is ill as well goes back to the next older good one',
    setup: PROVEN,
    candidate: SICK_EARLY,
    stable: { errors: (at) => (at < SEEN_EARLY ? 0.005 : at < SEEN_EARLY + 18 ? 0.06 : undefined) },
    older: { errors: (at) => (at < 0 || at >= 60 ? 0.005 : undefined) },
    hoursBefore: 25,
    from: 25,
    story: [
      { at: SEEN_EARLY, tick: REVERT },
      { at: SEEN_EARLY + 16, tick: ['rollback', 'NOT_RECOVERED', 'merged'] },
      {
        expect: {
          stable: OLDER.version,
          split: { 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 100 },
          pulls: ['MERGED', 'MERGED'],
          record: { quarantine: { version: STABLE.version } },
        },
      },
      { at: SEEN_EARLY + 36, tick: ['recover', 'RECOVERED', 'committed'] },
      { at: SEEN_EARLY + 40, tick: ['nothing', 'SETTLED', 'none'] },
    ],
  },
  {
    title: 'recovery: after two versions that do not recover nothing moves, and a person is told',
    setup: PROVEN,
    candidate: SICK_EARLY,
    stable: { errors: (at) => (at < SEEN_EARLY ? 0.005 : 0.06) },
    older: { errors: (at) => (at < 0 ? 0.005 : at < 60 ? undefined : 0.06) },
    hoursBefore: 25,
    from: 25,
    story: [
      { at: SEEN_EARLY, tick: REVERT },
      { at: SEEN_EARLY + 16, tick: ['rollback', 'NOT_RECOVERED', 'merged'] },
      { at: SEEN_EARLY + 32, tick: ['pause', 'RELEASE_FROZEN', 'committed'], exit: 2 },
      { at: SEEN_EARLY + 37, tick: ['hold', 'RELEASE_FROZEN', 'none'], exit: 2 },
      { expect: { stable: OLDER.version, pulls: ['MERGED', 'MERGED'] } },
    ],
  },
];
