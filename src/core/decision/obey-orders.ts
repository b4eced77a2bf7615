import type { Release } from '../manifest/release-schema.ts';
import { writeOrder } from '../record/order-schema.ts';
import { type Approval, isInForce, LOOKS_WRONG, type OrderedPause } from '../record/ordered.ts';
import type { Digest } from '../units.ts';
import { formatInstant, formatPercent, type Instant, type Percent } from '../units.ts';
import { type Decision, goesUp, type Reason } from './decision.ts';

/** What people ordered, and what it is held against. */
export interface OrdersInput {
  readonly release: Release;
  /** Digest of the manifest's bytes. */
  readonly manifest: Digest;
  readonly state: {
    readonly ordered: OrderedPause | undefined;
    readonly approval: Approval | undefined;
  };
  readonly now: Instant;
}

/**
 * A decision as far as people's orders let it go: under a pause nothing goes up, and a hold says so first. Whatever takes harm away
 * is not held by it. A release at which nothing is to be done says it as well, and is held for a person to whom it looks wrong: that
 * one is not to be forgotten. A step that was approved says by whom; one whose approval is void says why it is asked for again.
 */
export function obeyOrders(input: OrdersInput, decision: Decision): Decision {
  const pause = describeOrderedPause(input);
  if (!pause) return sayApproval(input, decision);
  if (goesUp(decision)) return { kind: 'hold', from: decision.from, to: decision.from, reasons: [pause] };
  const { kind, from, reasons } = decision;
  if (kind !== 'hold' && kind !== 'nothing') return decision;
  const isFirst =
    pause.code === LOOKS_WRONG || (kind === 'hold' && input.release.spec.candidate !== undefined);
  if (!isFirst) return { ...decision, reasons: [...reasons, pause] };
  return { kind: 'hold', from, to: from, reasons: [pause, ...reasons] };
}

/** The pause that a person ordered, while it is in force. */
export function describeOrderedPause({
  release,
  state: { ordered },
  now,
}: Pick<OrdersInput, 'release' | 'now'> & { readonly state: Pick<OrdersInput['state'], 'ordered'> }):
  | Reason
  | undefined {
  if (!ordered || !isInForce(ordered, now)) return undefined;
  const { order, at, code } = ordered;
  const what = code === LOOKS_WRONG ? 'looks wrong to' : 'paused by';
  const why = order.reason === undefined ? '' : `: ${order.reason}`;
  const end = order.until === undefined ? '' : ` until ${formatInstant(order.until)}`;
  // where one order was given, the next one can be
  const place = order.source.kind === 'terminal' ? 'terminal' : 'comment';
  const resume = writeOrder(place, `resume ${release.metadata.name}`);
  const text = `${what} ${order.by.login} since ${formatInstant(at)}${end}${why}; "${resume}" goes on`;
  return { code, text };
}

function sayApproval(input: OrdersInput, decision: Decision): Decision {
  if (decision.kind !== 'start' && decision.kind !== 'advance') return decision;
  const { approval } = input.state;
  if (!approval || !asksApproval(input.release, decision.to)) return decision;
  const { order, record, weight } = approval;
  const given = `the step to ${formatPercent(weight)} was approved by ${order.by.login} in record ${record}`;
  const why = order.reason === undefined ? '' : `: ${order.reason}`;
  const reason: Reason = findApproval(input, decision.to)
    ? { code: 'APPROVED', text: `${given}${why}` }
    : {
        code: 'APPROVAL_OUTDATED',
        text: `${given}, and the manifest was changed after that: nobody approved the step to ${formatPercent(decision.to)} as it is now`,
      };
  return { ...decision, reasons: [...decision.reasons, reason] };
}

/** Whether the step of a weight asks for a person. */
export function asksApproval({ spec }: Release, weight: Percent): boolean {
  return spec.rollout.steps.some((step) => step.weight === weight && step.approval === 'required');
}

/** The approval of the step of a weight; one of another weight, or of the manifest as it was before an edit, is none. */
export function findApproval(
  { manifest, state: { approval } }: Pick<OrdersInput, 'manifest' | 'state'>,
  weight: Percent,
): Approval | undefined {
  return approval?.weight === weight && approval.manifest === manifest ? approval : undefined;
}
