import type { PlantedBug } from './planted.ts';

const bug = (
  name: string,
  meant: PlantedBug['meant'],
  file: string,
  from: string,
  to: string,
): PlantedBug => ({ name, meant, mutations: [{ file, from, to }] });

const AUTHORISE = 'app/authorise.ts';
const REVIEW = 'app/approve-by-review.ts';
const DEPENDENCIES = 'app/dependencies.ts';
const HOLD = 'app/hold-for-rollbacks.ts';

/** In what people order, in what depends on each other, and in what a restored version is held against. */
export const PLANTED_ORDERS: readonly PlantedBug[] = [
  bug(
    'a step that asks for a person is taken',
    'INV-17',
    'app/plan-release.ts',
    "return asksApproval(release, to) && !reasons.some(({ code }) => code === 'APPROVED');",
    'return false;',
  ),
  bug(
    'the role is not asked for',
    'INV-17',
    AUTHORISE,
    'for (const claim of claims) if (await holds(people, person, claim, unseen)) return;',
    'if (claims.length > 0) return;',
  ),
  bug(
    'permission to write is not asked for',
    'INV-17',
    AUTHORISE,
    'if (!standing.canWrite) throw',
    "if (!standing.canWrite && standing.role === '') throw",
  ),
  bug(
    'a review counts whoever gives it',
    'INV-17',
    REVIEW,
    'if (!counts || !(await hasRole(people, review, { claims, note }))) continue;',
    'if (!counts) continue;',
  ),
  bug(
    'an approval is of whatever comes next',
    'INV-17',
    'app/decide-order.ts',
    'findUnseen(seen, {',
    "seen.kind !== 'step' ? undefined : findUnseen(seen, {",
  ),
  {
    name: 'an order that is heard of again is obeyed again',
    meant: 'INV-17',
    mutations: [
      {
        file: 'app/obey-command.ts',
        from: 'if (!record) return undefined;',
        to: 'if (!record || record.sequence > 0) return undefined;',
      },
      {
        file: 'app/decide-order.ts',
        from: 'ordered?.code === LOOKS_WRONG &&',
        to: 'ordered?.code === LOOKS_WRONG && ordered.record < 0 &&',
      },
    ],
  },
  bug(
    'a person’s pause is not looked at',
    'INV-10',
    'core/decision/obey-orders.ts',
    'const pause = describeOrderedPause(input);',
    'const pause = undefined as Reason | undefined;',
  ),
  bug(
    'a pause with an end is over at once',
    'INV-10',
    'core/record/ordered.ts',
    'return order.until === undefined || now < order.until;',
    'return order.until === undefined;',
  ),
  {
    name: 'a pause that waits for a requirement is not seen',
    meant: 'INV-10',
    // by the run that could merge it, nor by the step that would outrun it
    mutations: [
      { file: 'app/land-waiting-orders.ts', from: "  return [\n    'pause',", to: '  return [' },
      {
        file: HOLD,
        from: 'const pausing = orders.filter((branch) => steps.some((step) => mayPause(step, branch)));',
        to: 'const pausing = orders.slice(orders.length);',
      },
    ],
  },
  bug(
    'a lifted version is good again',
    'INV-9',
    'core/record/release-state.ts',
    'filter((version) => !bad.some((one) => isLaterQuarantine(one, version))),',
    'filter((version) => !bad.some((one) => !isLifted(one, chain.records) && isLaterQuarantine(one, version))),',
  ),
  bug(
    'a rollback takes nobody along',
    'INV-18',
    'app/take-along.ts',
    'const why = nameOf(file) === name ? undefined : findBroken(file, will, gone);',
    'const why = undefined as string | undefined;',
  ),
  bug(
    'a version that was left behind is not followed',
    'INV-18',
    DEPENDENCIES,
    'const why = needs.find((need) => need !== undefined);',
    'const why = undefined as string | undefined;',
  ),
  bug(
    'a rollout waits for no other one',
    'INV-18',
    DEPENDENCIES,
    '  if (other) {',
    "  if (other && other.text === '') {",
  ),
  bug(
    'a closed rollback comes again after a pause',
    'INV-10',
    'app/find-answer.ts',
    '[...state.pulls, ...state.earlier].filter(',
    'state.pulls.filter(',
  ),
  bug(
    'needs are not looked at',
    'INV-18',
    DEPENDENCIES,
    'return first ? holdPlan(plan, [first, ...rest], []) : plan;',
    'return plan;',
  ),
  bug(
    'what only goes back with another is quarantined',
    'INV-18',
    'app/compute-rollback.ts',
    '...(isFollowing(order.decision) ? {} : { quarantine: order.bad }),',
    'quarantine: order.bad,',
  ),
  bug(
    'steps go on under the rollback of what they need',
    'INV-18',
    HOLD,
    'else if (await isHeldBelow(world, plan, below))',
    'else if (below.length < 0)',
  ),
  bug(
    'a restored version whose past cannot be seen is never recovered',
    'HEAL',
    'core/decision/watch.ts',
    '|| !isOver || !isBlind(assessment)) return assessment;',
    '|| now > 0 || !isOver || !isBlind(assessment)) return assessment;',
  ),
];
