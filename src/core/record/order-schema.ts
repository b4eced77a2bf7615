import * as z from 'zod';
import { Label } from '../manifest/scalars.ts';
import { Moment } from './moment.ts';

/** What a person may order. */
export const ORDERS = [
  'pause',
  'resume',
  'approve',
  'abort',
  'rollback',
  'looks-wrong',
  'lift-quarantine',
] as const;

/** The name of an order, as people write it. */
export type OrderName = (typeof ORDERS)[number];

const Id = z.number().int().positive();

/** Where an order was given; no order of the same place is obeyed again. */
const OrderSourceSchema = z.discriminatedUnion('kind', [
  /** A comment on a pull request or an issue of this number. */
  z.strictObject({ kind: z.literal('comment'), id: Id, on: Id }),
  /** A workflow that a person started. */
  z.strictObject({ kind: z.literal('run'), id: Id }),
  /** A review of a pull request. */
  z.strictObject({ kind: z.literal('review'), id: Id, on: Id }),
  /** A terminal, where nobody knows more than the name. */
  z.strictObject({ kind: z.literal('terminal') }),
]);

/** What a person ordered, by whom and where. */
export const OrderSchema = z.strictObject({
  name: z.enum(ORDERS),
  by: z.strictObject({
    login: z.string().min(1),
    /** The account's number, which no other account ever has; null at a terminal. */
    id: Id.nullable(),
  }),
  source: OrderSourceSchema,
  reason: z.string().min(1).optional(),
  /** When a pause ends by itself. */
  until: Moment.optional(),
  /** The version that is meant. */
  version: Label.optional(),
});

/** An order, as read. */
export type Order = z.output<typeof OrderSchema>;
/** An order, as written. */
export type WrittenOrder = z.input<typeof OrderSchema>;
/** Where an order was given. */
export type OrderSource = Order['source'];

/** A name that no two orders share; undefined where an order may be given twice, as at a terminal. */
export function sourceKey(source: OrderSource): string | undefined {
  return source.kind === 'terminal' ? undefined : `${source.kind} ${source.id}`;
}

/** Where an order was given, for people: `comment 81 on #12`. */
export function describeSource(source: OrderSource): string {
  switch (source.kind) {
    case 'comment':
    case 'review':
      return `${source.kind} ${source.id} on #${source.on}`;
    case 'run':
      return `workflow run ${source.id}`;
    case 'terminal':
      return 'a terminal';
  }
}

/** How an order is written where orders are given: in a comment, or, where the repository is on this machine, on a line. */
export function writeOrder(place: 'comment' | 'terminal', words: string): string {
  return `${place === 'comment' ? '/belay' : 'belay command'} ${words}`;
}
