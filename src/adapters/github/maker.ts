import { at, listAt } from './data.ts';
import type { Place } from './place.ts';

/** What tells who made a commit. */
export const MAKER_FIELDS = `oid author { email user { login } } committer { email } signature { isValid wasSignedByGitHub }
  associatedPullRequests(first: 20) { totalCount nodes { mergeCommit { oid } } }`;

/** As what GitHub commits for whoever asks its API. */
const GITHUB = 'noreply@github.com';

/**
 * Whether the account of our token made a commit through the API, as every run of this tool does. GitHub signs those with its own key and
 * writes the account in as author, neither of which a push can imitate. A squash merge looks the same, with the author of its pull
 * request and anybody's content, so what a pull request was merged as is none, and neither is what more pull requests have than are
 * listed: anybody can open some to keep that one off the list. A server that does not sign has the author's word alone.
 * @param login of the token's account, as `viewer` names it
 */
export function isMadeByUs({ signs }: Pick<Place, 'signs'>, commit: unknown, login: string): boolean {
  const email = at(commit, 'author', 'email');
  const isAuthor =
    at(commit, 'author', 'user', 'login') === login ||
    (typeof email === 'string' && email.endsWith(`+${login}@users.noreply.github.com`));
  if (!isAuthor || at(commit, 'committer', 'email') !== GITHUB) return false;
  if (!signs) return true;
  const isSigned =
    at(commit, 'signature', 'isValid') === true && at(commit, 'signature', 'wasSignedByGitHub') === true;
  const pulls = listAt(commit, 'associatedPullRequests', 'nodes');
  if (at(commit, 'associatedPullRequests', 'totalCount') !== pulls.length) return false;
  return isSigned && pulls.every((pull) => at(pull, 'mergeCommit', 'oid') !== at(commit, 'oid'));
}
