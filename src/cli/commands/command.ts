import '../prepare-libraries.ts';

import type { CommentAnswer } from '../../app/answer-comment.ts';
import type { World } from '../../app/world.ts';
import { checkPerson } from '../../core/command/check-comment.ts';
import { type Command, readCommand, refuseCommand } from '../../core/command/command.ts';
import { type Problem, ToolError } from '../../core/errors.ts';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import type { WrittenOrder } from '../../core/record/order-schema.ts';
import type { RunReport } from '../../report/run-report.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  hasFlag,
  textFlag,
} from '../command.ts';
import { nameUser } from '../find-user-name.ts';
import { gitHubOptions } from '../open-github-forge.ts';
import { forgeKind, openPlace, withUnsent } from '../open-world.ts';
import { readCommentEvent, readSender } from '../read-event.ts';
import { runResult } from '../run-result.ts';

/**
 * Obeys a person: a comment, whose text comes from the event and never from a line; a workflow that was started by hand; or whoever
 * sits at a terminal and may write to the repository there.
 */
export async function runCommand(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { env } = context;
  if (env.GITHUB_EVENT_NAME === 'issue_comment') return runComment(input.flags, context);
  const command = readCommand(wordsOf(input), env.GITHUB_ACTIONS === 'true' ? 'comment' : 'terminal');
  const place = await openPlace(input.flags, context);
  const opened = { ...place, world: await nameUser(place.world, place.input.directory, context) };
  const order =
    forgeKind(opened.input) === 'github'
      ? await acceptRun(opened.world, command, context)
      : await orderFrom(
          command,
          { login: opened.world.trigger.actor ?? 'somebody', id: null },
          { kind: 'terminal' },
        );
  const { obeyCommand } = await import('../../app/obey-command.ts');
  const world = { ...opened.world, trigger: { ...opened.world.trigger, actor: order.by.login, order } };
  const report = await obeyCommand(world, command, { dryRun: hasFlag(input.flags, 'dry-run') });
  return withUnsent(resultOf(report, []), place);
}

async function runComment(flags: Flags, context: CommandContext): Promise<CommandResult> {
  const event = readCommentEvent(context);
  const { world, input } = await openPlace(flags, context);
  const { people } = world;
  if (!people) throw refuseCommand('comments are answered on GitHub; leave out --forge local');
  const { createGitHubPullRequests } = await import('../../adapters/github/pull-requests.ts');
  const { answerComment } = await import('../../app/answer-comment.ts');
  const pulls = createGitHubPullRequests(await gitHubOptions(input));
  return answerResult(await answerComment(world, event, { people, pulls }));
}

function answerResult(answer: CommentAnswer): CommandResult {
  switch (answer.kind) {
    case 'obeyed':
      return resultOf(answer.report, answer.unsaid);
    case 'refused': {
      const problems = [problem('error', 'SEC-18', answer.message), ...answer.unsaid.map(unsaid)];
      return quiet({ exitCode: 1, text: `${answer.message}\n`, problems, decision: 'refused' });
    }
    case 'ignored':
      return quiet({ exitCode: 0, text: 'no command in this comment\n', problems: [], decision: 'nothing' });
  }
}

function quiet({
  decision,
  text,
  ...rest
}: Pick<CommandResult, 'exitCode' | 'text' | 'problems'> & { readonly decision: string }): CommandResult {
  return {
    ...rest,
    text,
    json: { decision, message: text.trim() },
    // what a stranger wrote is shown in the log alone
    summary: '',
    outputs: {
      decision,
      'reason-code': decision === 'refused' ? 'SEC-18' : 'NO_COMMAND',
      release: '',
      changed: 'false',
      commit: '',
      'pull-request': '',
      requests: '',
    },
  };
}

function resultOf(report: RunReport, lost: readonly string[]): CommandResult {
  const result = runResult(report);
  return { ...result, problems: [...result.problems, ...lost.map(unsaid)] };
}

function unsaid(message: string): Problem {
  return problem('warning', 'ANSWER_LOST', message);
}

function problem(severity: Problem['severity'], code: string, message: string): Problem {
  return {
    code,
    severity,
    at: { file: CONFIG_PATH, line: 1, column: 1 },
    path: '',
    message: message.replace(/^refused\[SEC-18\] /, ''),
  };
}

/** A word after the release is the version that is meant; the input of a workflow says the same. */
function wordsOf({ flags, positionals }: CommandInput): Parameters<typeof readCommand>[0] {
  const [name = textFlag(flags, 'command'), release = textFlag(flags, 'release'), word] = positionals;
  if (name === undefined)
    throw refuseCommand('expected a command and a release, got neither; see belay command --help');
  const version = word ?? textFlag(flags, 'version');
  const isLeft = (name === 'rollback' || name === 'abort') && word === undefined && version !== undefined;
  return {
    name,
    release,
    version: isLeft ? undefined : version,
    reason: textFlag(flags, 'reason'),
    until: textFlag(flags, 'until'),
    from: textFlag(flags, 'from') ?? (isLeft ? version : undefined),
    to: textFlag(flags, 'to'),
  };
}

/** @throws ToolError REFUSED (SEC-18) when whoever started the run may not order this */
async function acceptRun(world: World, command: Command, context: CommandContext): Promise<WrittenOrder> {
  const { env } = context;
  if (env.GITHUB_EVENT_NAME !== 'workflow_dispatch' || !world.people)
    throw refuseCommand(
      `commands come by issue_comment or workflow_dispatch, got "${env.GITHUB_EVENT_NAME ?? ''}"; correct "on:" of the workflow, or use --forge local`,
    );
  if (Number(env.GITHUB_RUN_ATTEMPT ?? '1') > 1)
    throw refuseCommand('this run was started again, and a will may have changed since; start a new one');
  // no event tells when a run was started, and it may have waited for a runner: what is approved has to be said
  if (command.name === 'approve' && (command.version === undefined || command.to === undefined))
    throw refuseCommand(
      'a run that approves names what was looked at, since the release may have moved while it waited; fill in version (like 3.5.0) and to (the weight of its next step, like 25%)',
    );
  const sender = readSender(context);
  checkPerson(sender);
  const { acceptPerson } = await import('../../app/answer-comment.ts');
  const { readSnapshot } = await import('../../app/read-snapshot.ts');
  const snapshot = await readSnapshot(world, await world.forge.head());
  await acceptPerson(snapshot, { command, person: sender }, world.people);
  const id = Number(env.GITHUB_RUN_ID);
  if (!Number.isSafeInteger(id) || id <= 0)
    throw new ToolError({
      code: 'REFUSED',
      message: `GITHUB_RUN_ID: expected the number of the run, got "${env.GITHUB_RUN_ID ?? ''}"`,
    });
  return orderFrom(command, sender, { kind: 'run', id });
}

async function orderFrom(
  command: Command,
  { login, id }: WrittenOrder['by'],
  source: WrittenOrder['source'],
): Promise<WrittenOrder> {
  const { orderOf } = await import('../../app/answer-comment.ts');
  return { ...orderOf(command, { person: { login, id: id ?? 0 }, source }), by: { login, id } };
}
