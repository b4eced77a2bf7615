import { type SeededRandom, seededRandom } from '../core/stats/seeded-random.ts';
import { drawDependents, drawTakenBack } from './draw-dependents.ts';
import { drawOrders, drawStory, withGates } from './draw-orders.ts';
import type {
  ActKind,
  CallFault,
  FaultKind,
  Happening,
  MetricsFault,
  RuleFault,
  RunPlan,
  Scenario,
  SimRelease,
  Truth,
} from './scenario.ts';
import { CLEAN } from './scenario.ts';
import { PAST } from './serving.ts';

/** Minutes between two ticks, as a schedule would have them. */
export const TICK = 5;

/** Sorts of trouble; a history has some of them and not the others, or else each would drown in the rest. */
const GROUPS = [
  'runs',
  'clocks',
  'races',
  'metrics',
  'rules',
  'gentle',
  'rough',
  'pulls',
  'orders',
  'serving',
] as const;
type Group = (typeof GROUPS)[number];

const GENTLE: readonly ActKind[] = [
  'comment',
  'comment-target',
  'unrelated',
  'pause',
  'resume',
  'thresholds',
  'bring',
  'bring-again',
];
const ROUGH: readonly ActKind[] = [
  'withdraw',
  'revert-by-hand',
  'steps',
  'weight',
  'invalid',
  'newer',
  'delete',
  'stable',
  'promote-by-hand',
  'split',
  'record-edited',
  'record-deleted',
  'force-push',
  'config',
];
const PULLS: readonly ActKind[] = ['close-pull', 'merge-pull', 'push-to-branch', 'delete-branch'];
const RACES: readonly ActKind[] = [
  'unrelated',
  'unrelated',
  'comment',
  'comment-target',
  'pause',
  'withdraw',
  'revert-by-hand',
  'push-to-branch',
  'close-pull',
  'bring',
];
const FAULTS: readonly FaultKind[] = [
  'kill',
  'kill',
  'kill',
  'unavailable',
  'unavailable',
  'rate-limited',
  'unauthorised',
  'corrupt',
];
const METRICS: readonly MetricsFault[] = [
  'down',
  'down',
  'slow',
  'server-error',
  'warnings',
  'empty',
  'nan',
  'infinite',
  'many-series',
  'gaps',
  'one-arm',
  'frozen',
  'reset',
  'lying-time',
  'wrong-tenant',
  'throws',
  'not-opened',
];
const RULES: readonly RuleFault[] = [
  'protected',
  'no-pulls',
  'no-permission',
  'check-slow',
  'check-slow',
  'check-slow-no-auto',
  'check-fails',
];

/** Draws a history. The same seed gives the same one. */
export function drawScenario(seed: number): Scenario {
  const random = seededRandom(seed * 2_654_435_761);
  const chance = (share: number): boolean => random.uniform() < share;
  // in some histories only runs are lost: they end like those in which none is
  const isPlain = chance(0.12);
  const groups = new Set<Group>(isPlain ? ['runs'] : GROUPS.filter(() => chance(0.4)));
  const after = seededRandom(seed * 40_503 + 7);
  const plain = drawReleases(random);
  // in some histories it matters what comes after a rollback or a promotion; they last longer
  const isLong = after.uniform() < 0.3;
  const chained = seededRandom(seed * 40_503 + 17);
  const isChained = chained.uniform() < 0.1 && !isPlain && !isLong;
  const drawn = isChained ? drawDependents(chained) : plain;
  const braked = drawBrakes(seed, isLong ? drawn.map((release) => withAfterwards(after, release)) : drawn);
  const people = seededRandom(seed * 40_503 + 13);
  const hasOrders = people.uniform() < 0.28 && !isPlain;
  const releases = hasOrders ? braked.map((release) => withGates(people, release)) : braked;
  const healAt = (isLong || isChained ? 120 : 60) + TICK * Math.floor(random.uniform() * 10);
  const happenings: Happening[] = [];
  for (let at = TICK; at < healAt; at += TICK) happenings.push(...drawTick(random, groups, releases, at));
  happenings.push(...drawTroubles(random, groups, releases, healAt));
  if (isLong && !isPlain) happenings.push(...drawAfterwards(after, releases));
  if (isChained) happenings.push(...drawTakenBack(chained, healAt, () => drawRun(chained, groups)));
  if (hasOrders) happenings.push(...drawOrders(people, groups, { releases, healAt }));
  const story = hasOrders ? drawStory(people, { releases, healAt }) : undefined;
  happenings.push(...(story?.happenings ?? []));
  const mode = chance(0.3) || story?.byPullRequest ? 'pull-request' : 'commit';
  return {
    seed,
    mode,
    method: pick(random, ['merge', 'squash', 'rebase']),
    releases,
    ...(hasOrders ? { roles: true } : {}),
    // by time; what was drawn first comes first
    happenings: happenings
      .map((one, index) => ({ one, index }))
      .sort((a, b) => a.one.at - b.one.at || a.index - b.index)
      .map(({ one }) => one),
    healAt,
  };
}

/** From a stream of their own: what else is drawn for a seed does not depend on them. */
function drawBrakes(seed: number, releases: readonly SimRelease[]): readonly SimRelease[] {
  const random = seededRandom(seed * 40_503 + 11);
  return releases.map((release) => {
    const brake = pick(random, [undefined, undefined, undefined, ...BRAKES]);
    return brake === undefined ? release : { ...release, brake };
  });
}

const BRAKES = ['step-down', 'step-down', 'fallback', 'reduce', 'pause'] as const;

function drawReleases(random: SeededRandom): readonly SimRelease[] {
  const count = random.uniform() < 0.3 ? 2 : 1;
  return ['scorer', 'ranker'].slice(0, count).map((name) => {
    const needsApproval = random.uniform() < 0.08;
    const middle =
      random.uniform() < 0.5
        ? [{ weight: 50, hold: '10m', ...(needsApproval ? { approval: 'required' as const } : {}) }]
        : [];
    return {
      name,
      steps: [{ weight: 10, hold: '10m' }, ...middle, { weight: 100, hold: '10m' }],
      deadline: random.uniform() < 0.12 ? '40m' : '6h',
      bornWithCandidate: random.uniform() < 0.04,
      truths: [{ kind: 'healthy' }, drawTruth(random), drawTruth(random), drawTruth(random)],
      delay: Math.floor(random.uniform() * 3),
    };
  });
}

/** What a rollback has to prove, how long a promoted version is watched, and versions that turn bad when it counts. */
function withAfterwards(random: SeededRandom, release: SimRelease): SimRelease {
  const [, first, ...rest] = release.truths;
  const chance = (share: number): boolean => random.uniform() < share;
  const verify = chance(0.8);
  const older = verify && !release.bornWithCandidate && chance(0.6);
  const badFrom = (minute: number): Truth => ({ kind: 'bad', after: PAST + minute });
  // bad from a minute of the history on, not of its own traffic, which is older than the history
  const stable: Truth =
    older && chance(0.6) ? badFrom(30 + Math.floor(random.uniform() * 40)) : { kind: 'healthy' };
  const early: Truth = { kind: 'bad', after: Math.floor(random.uniform() * 25) };
  const late: Truth = { kind: 'bad', after: 40 + Math.floor(random.uniform() * 40) };
  const watch = chance(0.6);
  return {
    ...release,
    ...(verify ? { verify: '15m' } : {}),
    ...(watch ? { watch: '40m' } : {}),
    ...(older ? { older: chance(0.5) ? badFrom(0) : { kind: 'healthy' } } : {}),
    truths: [stable, watch && chance(0.4) ? late : older ? early : first!, ...rest],
  };
}

/** A serving system that does not follow for longer than a rollback has, metrics that are away when it is to prove itself. */
function drawAfterwards(random: SeededRandom, releases: readonly SimRelease[]): readonly Happening[] {
  const moment = (): number => 20 + Math.floor(random.uniform() * 60);
  const draws: readonly (readonly [number, () => Happening])[] = [
    [0.25, () => ({ at: moment(), kind: 'serving', minutes: 30 + Math.floor(random.uniform() * 30) })],
    [0.2, () => ({ at: moment(), kind: 'metrics', fault: pick(random, METRICS), minutes: 40 })],
    [0.3, () => ({ at: moment(), kind: 'act', release: pick(random, releases).name, act: 'bring' })],
    [0.2, () => ({ at: moment(), kind: 'act', release: pick(random, releases).name, act: 'comment' })],
  ];
  return draws.flatMap(([share, draw]) => (random.uniform() < share ? [draw()] : []));
}

function drawTruth(random: SeededRandom): Truth {
  const share = random.uniform();
  if (share < 0.45) return { kind: 'healthy' };
  if (share < 0.9) return { kind: 'bad', after: Math.floor(random.uniform() * 30) };
  return { kind: 'flapping' };
}

function drawTick(
  random: SeededRandom,
  groups: ReadonlySet<Group>,
  releases: readonly SimRelease[],
  at: number,
): readonly Happening[] {
  const share = random.uniform();
  if (groups.has('clocks') && share < 0.15) return [];
  const run = drawRun(random, groups);
  if (groups.has('races') && share > 0.85)
    return [
      {
        at,
        kind: 'twins',
        run: { ...run, pace: 2 },
        other: { ...drawRun(random, groups), pace: 3 },
        order: share > 0.96 ? pick(random, releases).name : undefined,
      },
    ];
  return [{ at, kind: 'tick', run }];
}

function drawRun(random: SeededRandom, groups: ReadonlySet<Group>): RunPlan {
  const faults: CallFault[] = [];
  if (groups.has('runs') && random.uniform() < 0.45) faults.push(drawFault(random));
  if (groups.has('runs') && random.uniform() < 0.1) faults.push(drawFault(random));
  if (groups.has('races') && random.uniform() < 0.25)
    faults.push({ call: drawCall(random), when: 'before', what: 'race', act: pick(random, RACES) });
  if (faults.length === 0 && !groups.has('clocks')) return CLEAN;
  const isOdd = groups.has('clocks') && random.uniform() < 0.2;
  return {
    faults,
    pace: 0,
    skew: isOdd ? pick(random, [-15, -2, 1, 2, 8]) : 0,
    stale: groups.has('clocks') && random.uniform() < 0.1,
  };
}

/** Reads come first in a run and are many, writes last. */
function drawCall(random: SeededRandom, calls = 22): number {
  return 1 + Math.floor(random.uniform() * calls);
}

/** @param calls of a run, about */
export function drawFault(random: SeededRandom, calls?: number): CallFault {
  const call = drawCall(random, calls);
  if (random.uniform() < 0.15) return { call, when: 'after', what: 'lag' };
  return { call, when: pick(random, ['before', 'after', 'within']), what: pick(random, FAULTS) };
}

function drawTroubles(
  random: SeededRandom,
  groups: ReadonlySet<Group>,
  releases: readonly SimRelease[],
  healAt: number,
): readonly Happening[] {
  const found: Happening[] = [];
  const moment = (): number => 1 + Math.floor(random.uniform() * (healAt - 2));
  const add = (group: Group, most: number, draw: () => Happening): void => {
    if (!groups.has(group)) return;
    for (let left = 1 + Math.floor(random.uniform() * most); left > 0; left -= 1) found.push(draw());
  };
  const release = (): string => pick(random, releases).name;
  const minutes = (): number => 4 + Math.floor(random.uniform() * 30);
  // everybody brings a candidate once, most of them early
  for (const { name, bornWithCandidate } of releases)
    if (!bornWithCandidate)
      found.push({ at: 6 + Math.floor(random.uniform() * 8), kind: 'act', release: name, act: 'bring' });
  add('gentle', 4, () => ({ at: moment(), kind: 'act', release: release(), act: pick(random, GENTLE) }));
  add('rough', 2, () => ({ at: moment(), kind: 'act', release: release(), act: pick(random, ROUGH) }));
  // what nobody merges at once can be closed, pushed to and deleted
  add('pulls', 2, () => ({
    at: moment(),
    kind: 'rules',
    fault: random.uniform() < 0.7 ? 'check-slow' : 'check-slow-no-auto',
    minutes: 30,
  }));
  add('pulls', 6, () => ({ at: moment(), kind: 'act', release: release(), act: pick(random, PULLS) }));
  add('metrics', 3, () => ({
    at: moment(),
    kind: 'metrics',
    fault: pick(random, METRICS),
    minutes: minutes(),
  }));
  add('rules', 2, () => ({ at: moment(), kind: 'rules', fault: pick(random, RULES), minutes: minutes() }));
  add('serving', 1, () =>
    random.uniform() < 0.5
      ? { at: moment(), kind: 'serving', minutes: minutes() }
      : { at: moment(), kind: 'outage', minutes: 12 },
  );
  add('orders', 2, () => ({
    at: moment(),
    kind: 'order',
    release: release(),
    from: random.uniform() < 0.7 ? 'candidate' : 'stable',
    ifFailing: random.uniform() < 0.3,
    run: drawRun(random, groups),
  }));
  return found;
}

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[Math.floor(random.uniform() * items.length)]!;
}
