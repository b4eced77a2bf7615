import type { Sha } from '../core/units.ts';
import type { ForgeCost } from './forge.ts';

/** What the forge knows of people, and how they are answered. Whatever it cannot tell is no yes. */
export interface People {
  /**
   * What somebody may do in this repository, whoever calls them what.
   * @throws ToolError FORGE_UNAVAILABLE, RATE_LIMITED, UNAUTHORISED when it is not told
   */
  standingOf(login: string): Promise<PersonStanding>;
  /** Whether somebody belongs to a team (`org/team`), or why that is not known. @throws ToolError as above */
  membershipIn(team: string, login: string): Promise<Membership>;
  /** Reviews of a pull request, oldest first, one for each time that somebody gave one. One request. */
  reviews(pull: number): Promise<readonly Review[]>;
  /** Puts a reaction of this tool under a comment; one that is there stays the only one of its kind. */
  react(comment: number, reaction: Reaction): Promise<void>;
  /** What was asked of the API until now. */
  cost(): ForgeCost;
}

export type PersonStanding =
  | {
      readonly kind: 'known';
      /** `none`, `read`, `triage`, `write`, `maintain`, `admin`, or the name of a role of the organisation. */
      readonly role: string;
      /** May push to this repository. */
      readonly canWrite: boolean;
      /** Number of the account that bears the login now. */
      readonly id: number;
    }
  /** The forge does not say; `reason` is in its words. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type Membership =
  | { readonly kind: 'member' }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** `accepted`: seen, and not done (yet); `done`; `refused`. */
export type Reaction = 'accepted' | 'done' | 'refused';

export interface Review {
  readonly id: number;
  readonly author: { readonly login: string; readonly id: number; readonly isPerson: boolean };
  readonly state: 'approved' | 'changes-requested' | 'dismissed' | 'commented';
  /** The commit that was looked at; undefined when it is gone. */
  readonly commit: Sha | undefined;
}
