import { elapsed, formatDuration, instant, type Millis, millis } from '../../core/units.ts';
import type { PullRequest } from '../../ports/forge.ts';
import { at, textAt } from './data.ts';
import { FAILING_ADVICE, SILENT_ADVICE } from './explain.ts';
import { oneLine } from './mask.ts';
import type { Place } from './place.ts';

/** By then a check that will come has begun. */
const PATIENCE = millis(5 * 60_000);

const FIELDS = `createdAt
  baseRef {
    refUpdateRule { requiredStatusCheckContexts }
    rules(first: 100) { nodes { parameters {
      ... on RequiredStatusChecksParameters { requiredStatusChecks { context } }
    } } }
  }
  commits(last: 1) { nodes { commit { statusCheckRollup { contexts(first: 100) { nodes {
    __typename
    ... on CheckRun { name status conclusion }
    ... on StatusContext { context state }
  } } } } } }`;

/** Whether it has been open for longer than checks take to begin. One of which GitHub does not say when it was opened may have been. */
export function isOverdue(place: Place, openedAt: unknown): boolean {
  const age = ageOf(place, openedAt);
  return age === undefined || age > PATIENCE;
}

function ageOf(place: Place, openedAt: unknown): Millis | undefined {
  const opened = Date.parse(String(openedAt ?? ''));
  return Number.isNaN(opened) ? undefined : elapsed(instant(opened), place.now());
}

/**
 * Asks which required checks keep a pull request from landing; one request. GitHub's own words count them, and name none where there
 * are several. What a token may not see is left out, and never a reason to fail.
 * @returns for people, with what to do; undefined: no required check is open, or nothing is shown of them
 */
export async function askWaiting(
  place: Place,
  { number }: Pick<PullRequest, 'number'>,
): Promise<string | undefined> {
  const answer = await place.caller.read({
    query: `query($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) { ${FIELDS} } }
    }`,
    variables: { owner: place.owner, name: place.name, number },
  });
  const pull = at(answer.data, 'repository', 'pullRequest');
  const states = readStates(pull);
  const open = requiredChecks(pull).filter((name) => states?.get(name) !== 'success');
  return open.length === 0 ? undefined : describe(open, states, ageOf(place, at(pull, 'createdAt')));
}

type CheckState = 'success' | 'pending' | 'failed';

function describe(
  open: readonly string[],
  states: ReadonlyMap<string, CheckState> | undefined,
  age: Millis | undefined,
): string {
  const shown = (wanted: CheckState | undefined): string =>
    open
      .filter((name) => states?.get(name) === wanted)
      .map((name) => `"${oneLine(name)}"`)
      .join(', ');
  const [failed, pending, silent] = [shown('failed'), shown('pending'), shown(undefined)];
  const parts = [
    ...(failed === '' ? [] : [`failed: ${failed}`]),
    ...(pending === '' ? [] : [`pending: ${pending}`]),
    ...(silent === '' ? [] : [`${states ? 'not reported' : 'required'}: ${silent}`]),
  ];
  const advice = [
    ...(failed === '' ? [] : [FAILING_ADVICE]),
    ...(silent === '' || !states ? [] : [SILENT_ADVICE]),
  ];
  const blind = states
    ? []
    : ['How they stand is not shown to this token, which lacks "checks: read" and "statuses: read"'];
  return [`${describeAge(age)}, required checks ${parts.join('; ')}.`, ...blind, ...advice].join(' ');
}

function describeAge(age: Millis | undefined): string {
  if (age === undefined) return 'Open';
  const minutes = Math.floor(age / 60_000);
  return minutes === 0 ? 'Just opened' : `Open for ${formatDuration(millis(minutes * 60_000))}`;
}

/** Rulesets and classic protection of the base, each name once. */
function requiredChecks(pull: unknown): readonly string[] {
  const rules = listOf(at(pull, 'baseRef', 'rules', 'nodes')).flatMap((rule) =>
    listOf(at(rule, 'parameters', 'requiredStatusChecks')).map((check) => textAt(check, 'context')),
  );
  const classic = listOf(at(pull, 'baseRef', 'refUpdateRule', 'requiredStatusCheckContexts')).map(String);
  return [...new Set([...rules, ...classic])];
}

/** The newest state by name; undefined when GitHub shows no commit at all. */
function readStates(pull: unknown): ReadonlyMap<string, CheckState> | undefined {
  const [node] = listOf(at(pull, 'commits', 'nodes'));
  if (at(node, 'commit') === undefined) return undefined;
  const contexts = listOf(at(node, 'commit', 'statusCheckRollup', 'contexts', 'nodes'));
  return new Map(contexts.map((one) => [String(at(one, 'name') ?? at(one, 'context')), stateOf(one)]));
}

/** Source: GitHub GraphQL schema, CheckStatusState, CheckConclusionState and StatusState. */
function stateOf(context: unknown): CheckState {
  const ended = at(context, 'conclusion') ?? at(context, 'state');
  switch (ended) {
    case undefined:
    case 'PENDING':
    case 'EXPECTED':
      return 'pending';
    case 'SUCCESS':
    case 'NEUTRAL':
    case 'SKIPPED':
      return 'success';
    default:
      return 'failed';
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
