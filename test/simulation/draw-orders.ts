import type { OrderName } from '../../src/core/record/order-schema.ts';
import type { SeededRandom } from '../core/stats/seeded-random.ts';
import type { PersonName } from './persons.ts';
import { type CallFault, CLEAN, type Happening, type RunPlan, type SimRelease } from './scenario.ts';

type Command = Extract<Happening, { kind: 'command' }>;

/** Who orders: mostly somebody who may. */
const BY: readonly PersonName[] = ['ana', 'ana', 'ana', 'ana', 'ana', 'cleo', 'dan', 'cleo', 'eve', 'bob'];
const ORDERS: readonly OrderName[] = [
  'approve',
  'approve',
  'approve',
  'pause',
  'pause',
  'pause',
  'resume',
  'looks-wrong',
  'rollback',
  'rollback',
  'abort',
  'lift-quarantine',
];
const FAULTS = ['kill', 'kill', 'kill', 'unavailable', 'rate-limited', 'unauthorised', 'corrupt'] as const;

/** Steps that ask for a person. */
export function withGates(random: SeededRandom, release: SimRelease): SimRelease {
  const steps = release.steps.map((step) =>
    random.uniform() < 0.35 ? { ...step, approval: 'required' as const } : step,
  );
  return { ...release, steps };
}

/** What people order and review, at odd moments, by people who may and who may not. */
export function drawOrders(
  random: SeededRandom,
  groups: ReadonlySet<string>,
  { releases, healAt }: { readonly releases: readonly SimRelease[]; readonly healAt: number },
): readonly Happening[] {
  const found: Happening[] = [];
  const moment = (): number => 6 + Math.floor(random.uniform() * (healAt - 8));
  const release = (): string => pick(random, releases).name;
  for (let left = 2 + Math.floor(random.uniform() * 4); left > 0; left -= 1) {
    const command = drawCommand(random, groups, { at: moment(), release: release() });
    found.push(command);
    if (command.order === 'lift-quarantine')
      found.push({ at: command.at + 2, kind: 'act', release: command.release, act: 'bring-again' });
  }
  for (let left = Math.floor(random.uniform() * 3); left > 0; left -= 1)
    found.push({
      at: moment(),
      kind: 'review',
      release: release(),
      by: pick(random, BY),
      state: random.uniform() < 0.8 ? 'approved' : 'changes-requested',
    });
  return found;
}

/** Orders that say something only together; undefined: none of them. */
export function drawStory(
  random: SeededRandom,
  { releases, healAt }: { readonly releases: readonly SimRelease[]; readonly healAt: number },
): { readonly happenings: readonly Happening[]; readonly byPullRequest: boolean } | undefined {
  const share = random.uniform();
  const { name } = pick(random, releases);
  const begin = (first: number): number =>
    first + Math.floor(random.uniform() * Math.max(1, healAt - first - 12));
  const give = (at: number, order: OrderName): Command => {
    const isFromStable = order === 'rollback';
    const plain = { by: 'ana', age: 0, isHeardAgain: false, run: CLEAN } as const;
    return { at, kind: 'command', release: name, order, isFromStable, ...plain };
  };
  if (share < 0.14) {
    // the pull request of a pause stays open when what it waited for is over: nobody armed it
    const at = begin(12);
    const rules: Happening = { at, kind: 'rules', fault: 'check-slow-no-auto', minutes: 4 };
    return { happenings: [rules, give(at + 1, 'pause')], byPullRequest: true };
  }
  if (share < 0.26) {
    // what was promoted and taken back is lifted, and then what serves instead is taken back as well
    const at = begin(38);
    const orders = ['rollback', 'lift-quarantine', 'rollback'] as const;
    return { happenings: orders.map((order, index) => give(at + 2 * index, order)), byPullRequest: false };
  }
  return undefined;
}

function drawCommand(
  random: SeededRandom,
  groups: ReadonlySet<string>,
  place: Pick<Command, 'at' | 'release'>,
): Command {
  const order = pick(random, ORDERS);
  const isPause = order === 'pause' && random.uniform() < 0.5;
  return {
    ...place,
    kind: 'command',
    order,
    by: pick(random, BY),
    isFromStable: order === 'rollback' && random.uniform() < 0.4,
    ...(isPause ? { until: 5 + Math.floor(random.uniform() * 40) } : {}),
    age: random.uniform() < 0.2 ? Math.floor(random.uniform() * 15) : 0,
    isHeardAgain: random.uniform() < 0.25,
    run: drawRun(random),
    ...(groups.has('races') && random.uniform() < 0.3 ? { beside: { ...CLEAN, pace: 3 } } : {}),
  };
}

/** A run that answers a comment makes fewer calls than a tick. */
function drawRun(random: SeededRandom): RunPlan {
  const share = random.uniform();
  if (share > 0.45) return { ...CLEAN, pace: share > 0.8 ? 2 : 0 };
  const fault: CallFault =
    share < 0.08
      ? { call: 1 + Math.floor(random.uniform() * 14), when: 'before', what: 'race', act: 'unrelated' }
      : {
          call: 1 + Math.floor(random.uniform() * 14),
          when: pick(random, ['before', 'after', 'within']),
          what: pick(random, FAULTS),
        };
  return { ...CLEAN, faults: [fault] };
}

function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[Math.floor(random.uniform() * items.length)]!;
}
