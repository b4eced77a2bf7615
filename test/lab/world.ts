import type { LabClock } from './options.ts';
import { notFound } from './refusal.ts';
import type { Act, LabRepository } from './state/repository.ts';
import { canSee, type Token, type TokenOffice } from './tokens.ts';

/** Everything that is behind the API. */
export interface World {
  readonly clock: LabClock;
  readonly tokens: TokenOffice;
  /** By full name in lower case. */
  readonly repositories: Map<string, LabRepository>;
  /** Root of all URLs, without a slash at the end: http://127.0.0.1:1234. */
  readonly serverUrl: string;
}

/** One authenticated request, as the handlers of both interfaces get it. */
export interface Call {
  readonly world: World;
  /** Undefined when no token came; then only public things can be read. */
  readonly token: Token | undefined;
  /** Frozen repositories by full name in lower case, when this request gets a stale read. */
  readonly stale: ReadonlyMap<string, LabRepository> | undefined;
}

/** A repository to read from; undefined when it is not there or the token cannot see it. */
export function visibleRepository(call: Call, fullName: string): LabRepository | undefined {
  const key = fullName.toLowerCase();
  const repo = call.stale?.get(key) ?? call.world.repositories.get(key);
  if (repo === undefined) return undefined;
  return canSee(call.token, repo.fullName, repo.settings.private ?? false) ? repo : undefined;
}

/** The live repository of that number to write to. @throws Refusal NOT_FOUND naming `what` */
export function repositoryById(call: Call, id: number, what: string): LabRepository {
  const repo = [...call.world.repositories.values()].find((one) => one.id === id);
  if (repo === undefined || visibleRepository({ ...call, stale: undefined }, repo.fullName) === undefined)
    throw notFound(what);
  return repo;
}

/** Who acts now. @throws Error without a token: the routes ask for one before they write */
export function actOf(call: Call): Act {
  if (call.token === undefined) throw new Error('lab: a write without a token');
  return { actor: call.token.actor, now: call.world.clock.now() };
}
