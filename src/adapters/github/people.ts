import { ToolError } from '../../core/errors.ts';
import { sha } from '../../core/units.ts';
import type { Membership, People, PersonStanding, Reaction, Review } from '../../ports/people.ts';
import { grantHint } from './caller.ts';
import { at, listAt, textAt } from './data.ts';
import { oneLine } from './mask.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import type { Place } from './place.ts';

/** Pages of a hundred reviews that are looked through. Of more nobody knows whether somebody asks for changes, which is no yes. */
const MOST_PAGES = 10;

const REACTIONS: Readonly<Record<Reaction, string>> = { accepted: 'eyes', done: 'rocket', refused: '-1' };

const REVIEW_STATES: Readonly<Record<string, Review['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
};

/** What GitHub knows of people, by its REST API: GraphQL tells nobody's permission but of those who were invited by name. */
export function createGitHubPeople(options: PlaceOptions): People {
  const place = openPlace(options);
  return {
    standingOf: (login) => standingOf(place, login),
    membershipIn: (team, login) => membershipIn(place, team, login),
    reviews: (pull) => readReviews(place, pull),
    react: (comment, reaction) => react(place, comment, reaction),
    cost: place.caller.cost,
  };
}

function pathOf({ owner, name }: Place, ...parts: readonly (string | number)[]): string {
  return `/repos/${[owner, name, ...parts].map((part) => encodeURIComponent(part)).join('/')}`;
}

/** Teams and the organisation's base permission are counted in; so is whoever reads what is public. */
async function standingOf(place: Place, login: string): Promise<PersonStanding> {
  const path = pathOf(place, 'collaborators', login, 'permission');
  const answer = await place.caller.ask({ method: 'GET', path });
  if (answer.kind === 'rejected') return { kind: 'unknown', reason: whyNot(answer) };
  const { body } = answer;
  const id = at(body, 'user', 'id');
  // `maintain` counts as write there, and `triage` as read
  const permission = textAt(body, 'permission');
  if (typeof id !== 'number') return { kind: 'unknown', reason: 'no account bears this login' };
  const role = at(body, 'role_name');
  return {
    kind: 'known',
    role: typeof role === 'string' && role !== '' ? oneLine(role) : permission,
    canWrite: permission === 'admin' || permission === 'write',
    id,
  };
}

/** A team that the token may not see looks like one that is not there. */
async function membershipIn({ caller }: Place, team: string, login: string): Promise<Membership> {
  const [org = '', slug = ''] = team.split('/');
  const parts = ['orgs', org, 'teams', slug, 'memberships', login].map(encodeURIComponent);
  const answer = await caller.ask({ method: 'GET', path: `/${parts.join('/')}` });
  if (answer.kind === 'rejected') return { kind: 'unknown', reason: whyNot(answer) };
  return textAt(answer.body, 'state') === 'active' ? { kind: 'member' } : { kind: 'none' };
}

function whyNot({
  status,
  reason,
  permissions,
}: {
  status: number;
  reason: string;
  permissions: string | undefined;
}) {
  return `HTTP ${status}: ${oneLine(reason)}${grantHint(permissions)}`;
}

async function readReviews(place: Place, pull: number): Promise<readonly Review[]> {
  const reviews: Review[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const path = `${pathOf(place, 'pulls', pull, 'reviews')}?per_page=100&page=${page}`;
    const answer = await place.caller.ask({ method: 'GET', path });
    if (answer.kind === 'rejected')
      throw new ToolError({
        code: 'FORGE_REFUSED',
        message: `GitHub: reviews of #${pull} may not be read: ${whyNot(answer)}. The token needs "pull-requests: read"`,
      });
    const found = listAt({ list: answer.body }, 'list');
    reviews.push(...found.flatMap(readReview));
    if (found.length < 100) return reviews;
  }
  throw new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: #${pull} has ${MOST_PAGES * 100} reviews or more, and the newest could not be read; approve by /belay approve instead`,
  });
}

/** A review of an account that is gone is nobody's. */
function readReview(node: unknown): readonly Review[] {
  const [id, author, login, commit] = [
    at(node, 'id'),
    at(node, 'user', 'id'),
    at(node, 'user', 'login'),
    at(node, 'commit_id'),
  ];
  if (typeof id !== 'number' || typeof author !== 'number' || typeof login !== 'string') return [];
  return [
    {
      id,
      author: { id: author, login, isPerson: at(node, 'user', 'type') === 'User' },
      state: REVIEW_STATES[textAt(node, 'state')] ?? 'commented',
      commit: typeof commit === 'string' && /^[0-9a-f]{40,64}$/.test(commit) ? sha(commit) : undefined,
    },
  ];
}

async function react(place: Place, comment: number, reaction: Reaction): Promise<void> {
  const path = pathOf(place, 'issues', 'comments', comment, 'reactions');
  const answer = await place.caller.ask({ method: 'POST', path, fields: { content: REACTIONS[reaction] } });
  if (answer.kind === 'answer') return;
  throw new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: refused a reaction to comment ${comment}: ${whyNot(answer)}. The token needs "issues: write" or "pull-requests: write"`,
  });
}
