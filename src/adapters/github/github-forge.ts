import type { Forge } from '../../ports/forge.ts';
import { closePull } from './close.ts';
import { commitToBranch } from './commit-to-branch.ts';
import { inspectProposal } from './inspect.ts';
import { mergePull } from './merge.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import { propose } from './propose.ts';

export interface GitHubForgeOptions extends PlaceOptions {
  /** Reads commits; no API is asked for what a checkout holds. */
  readonly reader: Pick<
    Forge,
    'head' | 'refresh' | 'list' | 'read' | 'digests' | 'history' | 'goesOnFrom' | 'branches' | 'known'
  >;
}

/** A repository on github.com or a GitHub Enterprise Server: reads from a checkout, writes by GraphQL. */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const place = openPlace(options);
  return {
    ...options.reader,
    defaultBranch: options.defaultBranch,
    commit: (request) => commitToBranch(place, request),
    inspect: (proposal) => inspectProposal(place, proposal),
    propose: (request) => propose(place, request),
    merge: (request) => mergePull(place, request),
    close: (request) => closePull(place, request),
    cost: place.caller.cost,
  };
}
