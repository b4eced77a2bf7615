import type { Sha } from '../core/units.ts';
import type { ForgeCost, Refusal } from './forge.ts';

/** What people propose, and the one place where this tool speaks about it. It never merges, closes or approves anything. */
export interface PullRequests {
  /** A pull request as it is now; undefined when there is none of that number. One request. */
  look(number: number): Promise<PullRequestView | undefined>;
  /**
   * Sees to it that a pull request bears this text as this tool's one comment about a topic: writes it, edits the oldest of its own
   * in place, or does nothing when it says so already. Own is what the token's account wrote and what ends in the mark of the
   * topic; what anybody else wrote is left alone, whatever it holds. One request, and one more to write.
   */
  keepComment(request: CommentRequest): Promise<CommentOutcome>;
  /** What was asked of the API until now. */
  cost(): ForgeCost;
}

export interface PullRequestView {
  readonly number: number;
  readonly head: Sha;
  /** Its head is in another repository. */
  readonly isFork: boolean;
}

export interface CommentRequest {
  /** Number of the pull request. */
  readonly pull: number;
  /** Names the comment among those of this tool: lower-case letters, digits and dashes. */
  readonly topic: string;
  /** Markdown, with the mark at its end at most 65,536 characters. */
  readonly text: string;
}

export type CommentOutcome =
  | { readonly kind: 'created' | 'edited' | 'unchanged'; readonly url: string }
  | Refusal;
