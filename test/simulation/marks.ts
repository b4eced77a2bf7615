import type { CommentAnswer } from '../../src/app/answer-comment.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import type { Given } from './orders.ts';
import { exposureOn } from './people.ts';
import { mayOrder } from './persons.ts';
import type { Happening, RunPlan } from './scenario.ts';
import type { SimWorld } from './world.ts';

const ACTS: Readonly<Record<string, string>> = {
  'revert-by-hand': 'REL-14',
  'force-push': 'REL-15',
  newer: 'REL-33',
  'push-to-branch': 'REL-26',
  'delete-branch': 'REL-26',
};
const METRICS: Readonly<Record<string, string>> = {
  down: 'REL-06',
  slow: 'REL-06',
  warnings: 'REL-07',
  'one-arm': 'REL-07',
  nan: 'REL-08',
  infinite: 'REL-08',
  empty: 'REL-08',
  'many-series': 'REL-08',
  frozen: 'REL-09',
  reset: 'REL-09',
  'lying-time': 'REL-09',
};
const RULES: Readonly<Record<string, string>> = {
  protected: 'REL-23',
  'check-slow': 'REL-21',
  'check-slow-no-auto': 'REL-20',
  'check-fails': 'REL-22',
};

/** Says which situations a happening is, before it happens; most of them count only while somebody is exposed. */
export function markHappening(world: SimWorld, happening: Happening): void {
  const { marks, scenario, forge } = world;
  const isUnderWay = scenario.releases.some(({ name }) => exposureOn(forge, name) > 0);
  const mark = (id: string | undefined): void => {
    if (id !== undefined && isUnderWay) marks.add(id);
  };
  switch (happening.kind) {
    case 'twins':
      mark(happening.order === undefined ? 'REL-01' : 'REL-02');
      break;
    case 'tick':
      if (happening.run.skew !== 0) mark('REL-05');
      if (happening.at - world.lastTick > 8) mark('REL-03');
      world.lastTick = happening.at;
      break;
    case 'act': {
      mark(ACTS[happening.act]);
      if (['bring', 'steps', 'thresholds', 'comment', 'invalid', 'delete', 'pause'].includes(happening.act))
        mark('REL-13');
      if (happening.act === 'invalid' && scenario.releases.length > 1) mark('REL-28');
      const pull = forge.pulls.findLast(({ state }) => state === 'open');
      if (happening.act === 'close-pull' && pull?.branch.startsWith('belay/rollback/')) marks.add('REL-25');
      break;
    }
    case 'metrics':
      marks.add(`metrics ${happening.fault}`);
      mark(METRICS[happening.fault]);
      break;
    case 'rules':
      marks.add(`rules ${happening.fault}`);
      mark(RULES[happening.fault]);
      break;
    case 'serving':
      mark('REL-10');
      break;
    case 'outage':
      mark('REL-12');
      break;
    case 'command': {
      const open = forge.pulls.some(
        ({ state, branch }) => state === 'open' && branch.startsWith(`belay/rollback/${happening.release}/`),
      );
      if (open) marks.add('order under an open rollback');
      if (happening.beside) marks.add('order beside a tick');
      break;
    }
    case 'order':
      if (happening.from === 'stable') world.marks.add('rollback of stable');
      break;
  }
}

/** Says what a run decided and what became of it. */
export function markReport(world: SimWorld, report: RunReport): void {
  const { marks, people, scenario } = world;
  for (const { name, decision, receipt, along, problems } of report.releases) {
    if (along && ['merged', 'armed'].includes(receipt.kind)) marks.add('taken along');
    if (problems.some(({ code }) => code === 'DEPENDENT_LEFT')) marks.add('dependent left');
    marks.add(`decision ${decision.kind}`).add(`receipt ${receipt.kind}`);
    for (const { code } of decision.reasons) marks.add(`reason ${code}`);
    if ('code' in receipt) marks.add(`code ${receipt.code}`);
    if (decision.reasons[0].code === 'NOT_RECOVERED') marks.add('REL-27');
    if (decision.kind === 'rollback' && receipt.kind === 'merged') {
      if (people.has(name, 'comment', 'comment-target', 'thresholds')) marks.add('REL-17');
      if (decision.reasons[0].code === 'ASKED_BY_PERSON' && marks.has('rollback of stable'))
        marks.add('REL-27');
    }
    const release = scenario.releases.find((one) => one.name === name);
    if (release?.bornWithCandidate && decision.reasons[0].code !== 'SETTLED') marks.add('REL-19');
    if (release?.truths.some(({ kind }) => kind === 'flapping') && decision.kind === 'advance')
      marks.add('REL-11');
    world.note(
      `${report.command} ${name} ${decision.kind} ${decision.reasons[0].code} ${receipt.kind}${'code' in receipt ? ` ${receipt.code}` : ''}`,
    );
  }
}

/** Says what became of an order, and what struck its run. */
export function markAnswer(
  world: SimWorld,
  { order, by, id }: Given,
  { answer, plan }: { readonly answer: CommentAnswer; readonly plan: RunPlan },
): void {
  const { marks } = world;
  const isAllowed = mayOrder(by, order);
  marks.add(`order ${answer.kind}${isAllowed ? '' : ', not allowed'}`);
  if (answer.kind === 'obeyed') {
    marks.add(`order ${order}`);
    if (plan.faults.length > 0) marks.add('order struck');
  }
  world.note(`comment ${id} ${answer.kind}`);
}
