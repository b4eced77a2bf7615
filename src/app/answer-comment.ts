import { type CommentEvent, checkComment } from '../core/command/check-comment.ts';
import { claimsFor, isBrake } from '../core/command/claims.ts';
import { type Command, refuseCommand } from '../core/command/command.ts';
import { readComment } from '../core/command/read-comment.ts';
import { ToolError } from '../core/errors.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import type { WrittenOrder } from '../core/record/order-schema.ts';
import { formatInstant } from '../core/units.ts';
import type { People, Reaction } from '../ports/people.ts';
import type { PullRequests } from '../ports/pull-requests.ts';
import { escapeText } from '../report/markdown.ts';
import { describeReceipt } from '../report/receipt.ts';
import type { RunReport } from '../report/run-report.ts';
import { authorise, type Person } from './authorise.ts';
import { withLastConfig } from './last-config.ts';
import { obeyCommand } from './obey-command.ts';
import { nameOf } from './read-files.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** What a comment came to. */
export type CommentAnswer =
  /** It is no command. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly message: string; readonly unsaid: readonly string[] }
  | { readonly kind: 'obeyed'; readonly report: RunReport; readonly unsaid: readonly string[] };

/** Where a comment is answered. `unsaid` of an answer is what could not be said there. */
export interface Answering {
  readonly people: People;
  readonly pulls: PullRequests;
}

/**
 * Answers a comment: what is no command is passed by without a word; what is refused gets one reaction and no text, so that nobody
 * makes this tool talk; what is accepted gets one when it is seen, another when it is done, and words only where they add something.
 * @throws ToolError for what broke while obeying
 */
export async function answerComment(
  world: World,
  event: CommentEvent,
  { people, pulls }: Answering,
): Promise<CommentAnswer> {
  const unsaid: string[] = [];
  const say = async (speech: () => Promise<unknown>): Promise<void> => {
    try {
      await speech();
    } catch (fault) {
      if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
      unsaid.push(fault.message);
    }
  };
  const react = (reaction: Reaction) => say(() => people.react(event.id, reaction));
  let report: RunReport;
  try {
    const command = readComment(event.body);
    if (!command) return { kind: 'ignored' };
    await acceptComment(world, { event, command }, { people, pulls });
    await react('accepted');
    const source = { kind: 'comment', id: event.id, on: event.on.number } as const;
    const order = orderOf(command, { person: event.author, source });
    const trigger = { kind: 'comment', actor: event.author.login, order } as const;
    report = await obeyCommand({ ...world, trigger }, command, {
      dryRun: false,
      seen: { kind: 'at', at: event.createdAt },
    });
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code !== 'REFUSED') throw fault;
    await react('refused');
    return { kind: 'refused', message: fault.message, unsaid };
  }
  if (isDone(report)) await react('done');
  const words = describeOutcome(report);
  if (words !== undefined && event.on.isPull)
    await say(async () => {
      const outcome = await pulls.keepComment({
        pull: event.on.number,
        topic: `command-${event.id}`,
        text: words,
      });
      if (outcome.kind === 'refused') unsaid.push(outcome.message);
    });
  return { kind: 'obeyed', report, unsaid };
}

/** An order as it stands in records. */
export function orderOf(
  { name, reason, until, version }: Command,
  { person, source }: { readonly person: Person; readonly source: WrittenOrder['source'] },
): WrittenOrder {
  return {
    name,
    by: { login: person.login, id: person.id },
    source,
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until: formatInstant(until) }),
    ...(version === undefined ? {} : { version }),
  };
}

/** @throws ToolError REFUSED (SEC-18) */
async function acceptComment(
  world: World,
  { event, command }: { readonly event: CommentEvent; readonly command: Command },
  { people, pulls }: Answering,
): Promise<void> {
  const snapshot = await readSnapshot(world, await world.forge.head());
  const issue = configFor(snapshot, command)?.commands?.issue;
  checkComment(event, { issue, now: world.clock.now() });
  if (event.on.isPull) await refuseForks(event.on.number, pulls);
  await acceptPerson(snapshot, { command, person: event.author }, people);
}

/** Whether somebody may give a command, by the roles of the default branch. @throws ToolError REFUSED (SEC-18) */
export async function acceptPerson(
  snapshot: Snapshot,
  { command, person }: { readonly command: Command; readonly person: Person },
  people: People,
): Promise<void> {
  const config = configFor(snapshot, command);
  if (!config)
    throw refuseCommand(`${CONFIG_PATH} cannot be read, so nobody knows who has which role; mend it`);
  const file = snapshot.releases.find((one) => nameOf(one) === command.release);
  const release = file?.kind === 'readable' ? file.parsed.release : undefined;
  await authorise(people, person, claimsFor(command, config, release));
}

/** Whoever brakes must not wait until the config is mended: the newest one that can be read says who may. */
function configFor(snapshot: Snapshot, command: Command): Snapshot['config'] {
  return (isBrake(command) ? withLastConfig(snapshot) : snapshot).config;
}

/** What stands on a fork's pull request is read by people who think of another repository. */
async function refuseForks(number: number, pulls: PullRequests): Promise<void> {
  let pull: Awaited<ReturnType<PullRequests['look']>>;
  try {
    pull = await pulls.look(number);
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    throw refuseCommand(`nobody knows whether #${number} comes from a fork: ${fault.message}`);
  }
  if (pull && !pull.isFork) return;
  throw refuseCommand(
    pull
      ? `#${number} comes from a fork; give commands on a pull request of this repository`
      : `there is no pull request #${number}`,
  );
}

function isDone({ releases }: RunReport): boolean {
  return releases.every(
    ({ receipt, decision }) =>
      receipt.kind === 'committed' || receipt.kind === 'merged' || decision.reasons[0].code === 'ORDER_DONE',
  );
}

/** What a reaction does not tell: what was not done or not yet, and which pull request a rollback is. */
function describeOutcome({ command, releases }: RunReport): string | undefined {
  const [release] = releases;
  if (!release || (command === 'command' && release.receipt.kind === 'committed')) return undefined;
  const { decision, receipt } = release;
  const words = [decision.reasons[0].text, describeReceipt(receipt)].filter((text) => text !== '');
  return `**${escapeText(release.name)}: ${decision.kind}.** ${escapeText(words.join('. '))}`;
}
