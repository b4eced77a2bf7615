import { notFound, unprocessable } from '../refusal.ts';
import { MAX_BODY } from './pulls.ts';
import type { Act, CommentState, LabelState, LabRepository, PullState } from './repository.ts';

/** Adds a comment to a pull request. */
export function addComment(repo: LabRepository, act: Act, pull: PullState, body: string): CommentState {
  refuseBody(body);
  const comment: CommentState = {
    id: repo.newId(),
    issue: pull.number,
    author: act.actor,
    createdAt: act.now,
    body,
    updatedAt: act.now,
  };
  repo.state.comments.push(comment);
  pull.updatedAt = act.now;
  return comment;
}

/** Replaces the body of a comment. */
export function updateComment(act: Act, comment: CommentState, body: string): void {
  refuseBody(body);
  comment.body = body;
  comment.updatedAt = act.now;
}

function refuseBody(body: string): void {
  if (body.trim() === '')
    throw unprocessable("Body can't be blank", {
      restMessage: 'Validation Failed',
      details: [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }],
    });
  if (body.length > MAX_BODY)
    throw unprocessable(`Body is too long (maximum is ${MAX_BODY} characters)`, {
      restMessage: 'Validation Failed',
      details: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data' }],
    });
}

/** Makes a label. */
export function createLabel(
  repo: LabRepository,
  label: { readonly name: string; readonly color: string; readonly description: string | undefined },
): LabelState {
  if (findLabel(repo, label.name))
    throw unprocessable('Name has already been taken', {
      restMessage: 'Validation Failed',
      details: [{ resource: 'Label', code: 'already_exists', field: 'name' }],
    });
  const state: LabelState = { id: repo.newId(), ...label };
  repo.state.labels.set(label.name.toLowerCase(), state);
  return state;
}

/** Labels are found without regard to case. */
export function findLabel(repo: LabRepository, name: string): LabelState | undefined {
  return repo.state.labels.get(name.toLowerCase());
}

/** Puts labels on a pull request; each must exist. */
export function addLabels(repo: LabRepository, act: Act, pull: PullState, names: readonly string[]): void {
  const labels = names.map((name) => {
    const label = findLabel(repo, name);
    if (label === undefined) throw notFound(`Could not resolve to a Label with the name '${name}'.`);
    return label.name;
  });
  pull.labels = [...new Set([...pull.labels, ...labels])];
  pull.updatedAt = act.now;
}
