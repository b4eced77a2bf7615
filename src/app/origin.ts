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
      readonly account: {
        readonly id: number;
        readonly login: string;
        /** No person: it acts with the token of an App. */
        readonly isApp: boolean;
      };
    };

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
  const { id, login, isApp } = origin.account;
  if (origin.isFork) return 'it comes from a fork';
  if (!families.some((family) => origin.branch.startsWith(family)))
    return `its branch ${quote(origin.branch)} is not below ${families.join(' or ')}`;
  if (account !== undefined)
    return id === account
      ? undefined
      : `${quote(login)} (account ${id}) opened it, and ${CONFIG_PATH} of the base has account: ${account}`;
  if (isApp) return undefined;
  return `${quote(login)} opened it, and that is no App. Should Belay run with a token of that account, write account: ${id} in ${CONFIG_PATH}`;
}
