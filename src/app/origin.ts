import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { quote } from '../core/yaml/yaml-path.ts';

/** Where a pull request comes from, by the word of the forge. */
export type Origin =
  /** Nobody says: a terminal, or a run that is for no pull request. */
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      /** Its commits are in another repository, where anybody may push. */
      readonly isFork: boolean;
      readonly branch: string;
      /** Who opened it. */
      readonly account: OriginAccount;
      /** Who did what the check runs for: opened it, pushed its newest commit, or reopened it. */
      readonly sender: OriginAccount;
    };

/** An account, as the event of a pull request names it. */
export interface OriginAccount {
  readonly id: number;
  readonly login: string;
  /** No person: it acts with the token of an App. */
  readonly isApp: boolean;
}

/**
 * Why a pull request is none of Belay's, whatever is in it; undefined: nothing speaks against it. A name alone never speaks for it:
 * its content is looked at as well.
 * @param family  beginning of the names of Belay's branches for the purpose
 * @param config  of the base
 */
export function findForeignOrigin(
  origin: Origin,
  families: readonly string[],
  { account }: Pick<Config, 'account'>,
): string | undefined {
  if (origin.kind === 'unknown') return undefined;
  if (origin.isFork) return 'it comes from a fork';
  if (!families.some((family) => origin.branch.startsWith(family)))
    return `its branch ${quote(origin.branch)} is not below ${families.join(' or ')}`;
  return findStranger(origin.account, 'opened it', account);
}

/**
 * Why the word of a person in a pull request of Belay's is not believed: its newest commit may be anybody's who can push, and only the
 * event that Belay's own account caused tells of the commit that it made. Undefined: it is.
 */
export function findForeignSender(origin: Origin, { account }: Pick<Config, 'account'>): string | undefined {
  if (origin.kind === 'unknown') return undefined;
  return findStranger(origin.sender, 'pushed to it, or reopened it', account);
}

function findStranger(
  { id, login, isApp }: OriginAccount,
  did: string,
  account: Config['account'],
): string | undefined {
  if (account !== undefined)
    return id === account
      ? undefined
      : `${quote(login)} (account ${id}) ${did}, and ${CONFIG_PATH} of the base has account: ${account}`;
  if (isApp) return undefined;
  return `${quote(login)} ${did}, and that is no App. Should Belay run with a token of that account, write account: ${id} in ${CONFIG_PATH}`;
}
