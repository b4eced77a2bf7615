import { elapsed, formatDuration, type Instant, millis } from '../units.ts';
import { refuseCommand } from './command.ts';

/** An account, as an event names it. */
export interface Account {
  readonly login: string;
  /** Its number, which no other account ever has; a login may be given up and taken by somebody else. */
  readonly id: number;
  /** `User` for a person. */
  readonly type: string;
}

/** A comment, as its event tells of it. */
export interface CommentEvent {
  /** What happened to it: `created`, `edited` or `deleted`. */
  readonly action: string;
  readonly id: number;
  readonly body: string;
  readonly createdAt: Instant;
  /** Who wrote it. */
  readonly author: Account;
  /** Who did what the event tells of. */
  readonly sender: Account;
  /** The issue or pull request that it stands on. */
  readonly on: { readonly number: number; readonly isPull: boolean };
}

/** A run that was started again long after its comment tells of a will that may have changed. */
const LONGEST_LIFE = millis(60 * 60_000);

/**
 * Holds a comment against what makes it a command, whoever wrote it.
 * @param issue number of the issue that is read as well
 * @throws ToolError REFUSED (SEC-18)
 */
export function checkComment(
  { action, createdAt, author, sender, on }: CommentEvent,
  { issue, now }: { readonly issue: number | undefined; readonly now: Instant },
): void {
  if (action !== 'created')
    throw refuseCommand(
      `the comment was ${action}, and whoever may edit may change another's words; a command is a new comment`,
    );
  checkPerson(author);
  if (sender.id !== author.id)
    throw refuseCommand(
      `@${sender.login} sent what @${author.login} wrote; a command is given by its author`,
    );
  if (!on.isPull && on.number !== issue)
    throw refuseCommand(
      `#${on.number} is an issue; commands are given on pull requests${issue === undefined ? '' : ` and on #${issue}`}. "commands: {issue: …}" of .belay/config.yaml names an issue for them`,
    );
  if (now > createdAt + LONGEST_LIFE)
    throw refuseCommand(
      `the comment is ${formatDuration(elapsed(createdAt, now))} old, and a command is obeyed for ${formatDuration(LONGEST_LIFE)}; write it again`,
    );
}

/** @throws ToolError REFUSED (SEC-18) for an account that is no person's */
export function checkPerson({ login, type }: Account): void {
  if (type === 'User' && !login.endsWith('[bot]')) return;
  throw refuseCommand(`@${login} is no person (${type}); commands are given by people`);
}
