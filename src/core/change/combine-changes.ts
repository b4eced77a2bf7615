import type { Sha256 } from '../units.ts';
import type { Change } from './change.ts';

/** Names of releases fit into the subject of a commit up to this many characters; the body has all of them. */
const MAX_NAMES = 80;

/**
 * One commit for several changes; the same changes have the same operation.
 * @param changes of different releases, which write different files
 */
export function combineChanges(
  changes: readonly Change[],
  sha256: Sha256,
): Pick<Change, 'files' | 'subject' | 'body' | 'operation'> {
  const [only] = changes;
  if (changes.length === 1 && only) return only;
  const operation = sha256(changes.map((change) => change.operation).join('\n'));
  const details = changes
    .map((change) => `${change.subject}\n\n${withoutOperation(change.body)}`)
    .join('\n\n');
  const names = changes.map((change) => change.release).join(', ');
  return {
    files: changes.flatMap((change) => change.files),
    subject: `release: ${verbOf(changes)} ${changes.length} releases${names.length <= MAX_NAMES ? ` (${names})` : ''}`,
    body: `${details}\n\nBelay-Op: ${operation}`,
    operation,
  };
}

/** What was decided, where it is the same for all of them. */
function verbOf(changes: readonly Change[]): string {
  const [kind, ...others] = new Set(changes.map(({ decision }) => decision.kind));
  return kind === undefined || others.length > 0 ? 'change' : kind;
}

/**
 * One commit for a rollback and those of other releases that go back with it, under the operation of the first, which was built with
 * theirs in `along`. Its record comes last.
 */
export function joinRollbacks(
  main: Change,
  along: readonly Change[],
): Pick<Change, 'files' | 'subject' | 'body' | 'operation'> {
  if (along.length === 0) return main;
  return {
    files: [...main.files.slice(0, -1), ...along.flatMap(({ files }) => files), ...main.files.slice(-1)],
    ...joinMessages(main, along),
    operation: main.operation,
  };
}

type Told = Pick<Change, 'release' | 'subject' | 'body' | 'operation'>;

/** The message of the commit that brings a rollback and those that go back with it. */
export function joinMessages(main: Told, along: readonly Told[]): Pick<Change, 'subject' | 'body'> {
  if (along.length === 0) return { subject: main.subject, body: main.body };
  const names = along.map(({ release }) => release).join(', ');
  const whom = names.length <= MAX_NAMES ? names : `${along.length} releases that need it`;
  const bodies = along.map(({ subject, body }) => `${subject}\n\n${withoutOperation(body)}`);
  return {
    subject: main.subject.replace(/ \(record \d+\)$/, (record) => `, with ${whom}${record}`),
    body: [withoutOperation(main.body), ...bodies, `Belay-Op: ${main.operation}`].join('\n\n'),
  };
}

function withoutOperation(body: string): string {
  return body.replace(/\n*Belay-Op: [0-9a-f]{64}$/, '');
}
