import type { Fault, FaultRule } from '../lab/faults.ts';

/** How a run ends that meets a fault. */
export type Ending =
  /** As on a quiet day: it has repeated, waited or looked. */
  | 'absorbed'
  /** It says what is wrong, with this exit code and this code of a receipt or an error. */
  | { readonly exit: 1 | 2 | 3; readonly code: string };

/** One row of the matrix: a fault of safety-cases F1 to F12, as it strikes one request. */
export interface FaultRow {
  readonly id: string;
  readonly name: string;
  readonly strike: /** The request fails so; with `lasting`, all after it too, until the run has ended. */
    | { readonly kind: 'request'; readonly fault: Fault; readonly lasting?: boolean }
    /** The process ends there. */
    | { readonly kind: 'kill'; readonly when: 'before' | 'after' }
    /** The answer is lost after the effect, and whoever looks is shown what was before it. */
    | { readonly kind: 'stale-probe' }
    /** The process ends after the effect, and the next run is shown what was before it, by the API or by its checkout. */
    | { readonly kind: 'stale-next'; readonly by: 'api' | 'checkout' };
  readonly read: Ending;
  readonly write: Ending;
  /** A look that lags may make a comment come twice: nothing guards a comment, and no more is at stake. */
  readonly repeats?: true;
  /** Belongs to the short list, which strikes every request; the others strike each sort of request once. */
  readonly everywhere?: true;
}

const down = { exit: 3, code: 'FORGE_UNAVAILABLE' } as const;
const unsettled = { exit: 3, code: 'UNSETTLED' } as const;
const limited = { exit: 2, code: 'RATE_LIMITED' } as const;
const token = { exit: 3, code: 'UNAUTHORISED' } as const;
const refused = { exit: 1, code: 'FORGE_REFUSED' } as const;
const corrupt = { exit: 3, code: 'CORRUPT' } as const;
const denied = { exit: 1, code: 'PERMISSION_MISSING' } as const;
const quiet = { read: 'absorbed', write: 'absorbed' } as const;

const status = (code: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
  kind: 'status',
  status: code,
  ...more,
});

const once = (fault: Fault) => ({ kind: 'request', fault }) as const;
const lasting = (fault: Fault) => ({ kind: 'request', fault, lasting: true }) as const;

const WORDLESS = 'Something went wrong while executing your query. Please include `LAB:1` when reporting it.';

/** All rows that strike a whole request of the API. */
export const FAULTS: readonly FaultRow[] = [
  {
    id: 'F1',
    name: 'the connection ends before the effect',
    strike: once({ kind: 'timeout', effect: 'before' }),
    ...quiet,
  },
  {
    id: 'F1',
    name: 'no answer in time, before the effect',
    strike: once({ kind: 'timeout', effect: 'before', hang: true }),
    ...quiet,
  },
  {
    id: 'F1',
    name: 'no answer in time, and none after it',
    strike: lasting({ kind: 'timeout', effect: 'before' }),
    read: down,
    write: down,
  },
  {
    id: 'F2',
    name: 'the connection ends after the effect',
    strike: once({ kind: 'timeout', effect: 'after' }),
    ...quiet,
  },
  {
    id: 'F2',
    name: 'no answer in time, after the effect',
    strike: once({ kind: 'timeout', effect: 'after', hang: true }),
    ...quiet,
  },
  {
    id: 'F2',
    name: 'no answer after the effect, and none after it',
    strike: lasting({ kind: 'timeout', effect: 'after' }),
    read: down,
    write: down,
  },
  { id: 'F3', name: '500 before the effect', strike: once(status(500)), ...quiet },
  {
    id: 'F3',
    name: '502 after the effect',
    strike: once(status(502, { effect: 'after' })),
    everywhere: true,
    ...quiet,
  },
  {
    id: 'F3',
    name: '503, and nothing else any more',
    strike: lasting(status(503)),
    everywhere: true,
    read: down,
    write: down,
  },
  { id: 'F3', name: '504 after the effect', strike: once(status(504, { effect: 'after' })), ...quiet },
  {
    id: 'F3',
    name: '200 with "Something went wrong", after the effect',
    strike: once(status(200, { effect: 'after', message: WORDLESS })),
    ...quiet,
  },
  {
    id: 'F4',
    name: '403 secondary limit, retry-after 30',
    strike: once({ kind: 'rate-limit', status: 403, retryAfter: 30 }),
    ...quiet,
  },
  {
    id: 'F4',
    name: '429 secondary limit, retry-after 30',
    strike: once({ kind: 'rate-limit', status: 429, retryAfter: 30 }),
    ...quiet,
  },
  {
    id: 'F4',
    name: '429 secondary limit, retry-after 300',
    strike: once({ kind: 'rate-limit', status: 429, retryAfter: 300 }),
    read: limited,
    write: limited,
  },
  {
    id: 'F4b',
    name: '403 secondary limit that does not say how long',
    strike: once({ kind: 'rate-limit', status: 403 }),
    ...quiet,
  },
  { id: 'F4b', name: '200 with RATE_LIMITED', strike: once({ kind: 'rate-limit', status: 200 }), ...quiet },
  {
    id: 'F4b',
    name: '403 primary limit used up for an hour',
    strike: once({ kind: 'rate-limit', status: 403, primary: true }),
    read: limited,
    write: limited,
  },
  { id: 'F5', name: '401', strike: once(status(401)), read: token, write: token },
  { id: 'F6', name: '404', strike: once(status(404)), read: corrupt, write: refused },
  {
    id: 'F6',
    name: '403 not accessible by integration',
    strike: once(status(403)),
    read: refused,
    write: denied,
  },
  { id: 'F7', name: '409', strike: once(status(409)), read: corrupt, write: refused },
  { id: 'F8', name: '422', strike: once(status(422)), read: corrupt, write: refused },
  { id: 'F9', name: 'half a body', strike: once({ kind: 'body', form: 'truncated' }), ...quiet },
  { id: 'F9', name: 'a body that is no JSON', strike: once({ kind: 'body', form: 'invalid' }), ...quiet },
  { id: 'F9', name: 'the page of a proxy', strike: once({ kind: 'body', form: 'html' }), ...quiet },
  { id: 'F9', name: 'no body', strike: once({ kind: 'body', form: 'empty' }), ...quiet },
  { id: 'F9', name: 'JSON of something else', strike: once({ kind: 'body', form: 'foreign' }), ...quiet },
  { id: 'F9', name: 'a list', strike: once({ kind: 'body', form: 'list' }), ...quiet },
  { id: 'F9', name: 'data null without an error', strike: once({ kind: 'body', form: 'void' }), ...quiet },
  {
    id: 'F9',
    name: 'every field null without an error',
    strike: once({ kind: 'body', form: 'nulls' }),
    read: refused,
    write: 'absorbed',
  },
  { id: 'F9', name: 'a body that ends with the connection', strike: once({ kind: 'cut' }), ...quiet },
  { id: 'F9', name: 'a body that never ends', strike: once({ kind: 'cut', stall: true }), ...quiet },
  {
    id: 'F10',
    name: 'a reset before the effect',
    strike: once({ kind: 'reset', effect: 'before' }),
    ...quiet,
  },
  {
    id: 'F10',
    name: 'a reset after the effect',
    strike: once({ kind: 'reset', effect: 'after' }),
    everywhere: true,
    ...quiet,
  },
  {
    id: 'F10',
    name: 'resets without end',
    strike: lasting({ kind: 'reset', effect: 'after' }),
    read: down,
    write: down,
  },
  {
    id: 'F11',
    name: 'killed before the effect',
    strike: { kind: 'kill', when: 'before' },
    everywhere: true,
    ...quiet,
  },
  {
    id: 'F11',
    name: 'killed after the effect',
    strike: { kind: 'kill', when: 'after' },
    everywhere: true,
    ...quiet,
  },
  {
    id: 'F12',
    name: 'lost after the effect, and looks that lag',
    strike: { kind: 'stale-probe' },
    read: 'absorbed',
    write: unsettled,
    repeats: true,
  },
  {
    id: 'F12',
    name: 'killed after the effect, the next run is shown the past',
    strike: { kind: 'stale-next', by: 'api' },
    repeats: true,
    everywhere: true,
    ...quiet,
  },
  {
    id: 'F12',
    name: 'killed after the effect, the next run checked out the past',
    strike: { kind: 'stale-next', by: 'checkout' },
    everywhere: true,
    ...quiet,
  },
];

/** What one field of a mutation is told, while its siblings are served: HTTP 200 with an entry of `errors`. */
export interface FieldRow {
  readonly id: string;
  readonly name: string;
  /** Fields that can be told so. */
  readonly fields: readonly string[];
  readonly error: Pick<Extract<Fault, { kind: 'field' }>, 'type' | 'message' | 'effect'>;
  readonly ending: Ending;
  readonly repeats?: true;
}

const WRITES = [
  'createRef',
  'updateRef',
  'createCommitOnBranch',
  'createPullRequest',
  'mergePullRequest',
  'closePullRequest',
];

export const FIELD_FAULTS: readonly FieldRow[] = [
  {
    id: 'F3',
    name: '"Something went wrong" before the effect',
    fields: WRITES,
    error: { type: null, message: WORDLESS },
    ending: 'absorbed',
  },
  {
    id: 'F3',
    name: '"Something went wrong" after the effect',
    fields: WRITES,
    error: { type: null, message: WORDLESS, effect: 'after' },
    ending: 'absorbed',
  },
  {
    id: 'F6',
    name: 'FORBIDDEN',
    fields: WRITES,
    error: { type: 'FORBIDDEN', message: 'Resource not accessible by integration' },
    ending: denied,
    repeats: true,
  },
  {
    id: 'F7',
    name: 'STALE_DATA',
    fields: ['createCommitOnBranch'],
    error: {
      type: 'STALE_DATA',
      message:
        'Expected branch to point to "0000000000000000000000000000000000000000" but it did not. Pull and try again.',
    },
    ending: 'absorbed',
  },
  {
    id: 'F7',
    name: 'the base was modified',
    fields: ['mergePullRequest'],
    error: { type: 'UNPROCESSABLE', message: 'Base branch was modified. Review and try the merge again.' },
    ending: 'absorbed',
  },
  {
    id: 'F7',
    name: 'the head was modified, which is not so',
    fields: ['mergePullRequest'],
    error: { type: 'UNPROCESSABLE', message: 'Head branch was modified. Review and try the merge again.' },
    ending: 'absorbed',
  },
  {
    id: 'F8',
    name: 'there is one already, which is not so',
    fields: ['createRef', 'createPullRequest'],
    error: { type: 'UNPROCESSABLE', message: 'A thing of that name already exists' },
    ending: 'absorbed',
  },
  {
    id: 'F8',
    name: 'there is nothing between, which is not so',
    fields: ['createPullRequest'],
    error: { type: 'UNPROCESSABLE', message: 'No commits between main and x' },
    ending: 'absorbed',
  },
  {
    id: 'F8',
    name: 'not mergeable, which is not so',
    fields: ['mergePullRequest'],
    error: { type: 'UNPROCESSABLE', message: 'Pull request is not mergeable' },
    ending: 'absorbed',
  },
  {
    id: 'F8',
    name: 'a validation that nobody knows',
    fields: WRITES,
    error: { type: 'UNPROCESSABLE', message: 'Validation failed: the moon is wrong' },
    ending: refused,
  },
];

/** How the lab is told. */
export function ruleOf(
  fault: Fault,
  {
    operation,
    nth,
    lasting,
  }: { readonly operation: string; readonly nth: number; readonly lasting: boolean },
): FaultRule {
  return { match: { operation }, nth, fault, ...(lasting ? { times: 1_000_000 } : {}) };
}
