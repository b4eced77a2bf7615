import type { Assessment } from '../analysis/assessment.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { Release } from '../manifest/release-schema.ts';
import { PAUSED_BY_CHECK } from '../record/braked.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { PromotedVersion, RestoredVersion, Watched } from '../record/watched.ts';
import { type Digest, elapsed, formatDuration, formatInstant, type Instant, percent } from '../units.ts';
import { takeBack } from './decide-braking.ts';
import { type Decision, type Reason, reasonsForPerson } from './decision.ts';
import { checkReasons, move, stay, unprovenReasons } from './moves.ts';
import { describeServed, type ServedShare } from './served-share.ts';
import { isBlind, verifiedUntil, watchedUntil } from './watch.ts';

/** What a decision about a settled release rests on. */
export interface WatchedInput {
  readonly release: Release;
  readonly assessment: Assessment | undefined;
  /** Digest of the manifest's bytes. */
  readonly manifest: Digest;
  /** Of a restored version. */
  readonly served?: ServedShare | undefined;
  /** Why there is nothing to go back to once more; undefined: there is, as far as is known. */
  readonly stuck?: Reason | undefined;
  readonly now: Instant;
}

/** Decides about the version that Belay left a release with; undefined when it is not looked after any more. */
export function decideWatched(input: WatchedInput, watched: Watched): Decision | undefined {
  return watched.kind === 'promoted' ? decidePromoted(input, watched) : decideRestored(input, watched);
}

/** After its promotion a version is held to its checks for a while longer: labels come late, and rare faults later. */
function decidePromoted(input: WatchedInput, watched: PromotedVersion): Decision | undefined {
  const { release, assessment, now } = input;
  const until = watchedUntil(release, watched);
  if (until === undefined || now > until || !assessment) return undefined;
  if (assessment.overall === 'fail') return takeBack(input, assessment);
  const asked = containing(assessment);
  if (asked.length > 0) {
    const text = `${watched.ref.version} was promoted and keeps its traffic, for there is no step to cut it to; a person decides: go back with "belay rollback --from ${watched.ref.version}", or edit the manifest (what the check asks, or its onFail)`;
    const isTold = watched.pause?.code === PAUSED_BY_CHECK;
    return withMore(stay(input, isTold ? 'hold' : 'pause', PAUSED_BY_CHECK, text), asked);
  }
  const { noDataDeadline } = healthSettings(release);
  const since = assessment.lastSeen ?? watched.since;
  const seenAgain = watched.pause !== undefined && since > watched.pause.at;
  if (isBlind(assessment) && elapsed(since, now) > noDataDeadline && (!watched.pause || seenAgain)) {
    const text = `no usable evidence for more than ${formatDuration(noDataDeadline)} about ${watched.ref.version}, which is watched until ${formatInstant(until)}; it keeps its traffic`;
    return withMore(stay(input, 'pause', 'EVIDENCE_MISSING', text), unprovenReasons(assessment));
  }
  const text = `settled on ${watched.ref.version}, which is watched until ${formatInstant(until)}: no harm is proven`;
  return stay(input, 'nothing', 'WATCHING', text);
}

/** What checks that reduce or pause say when they fail: nothing is proven against the version, and somebody must look at it. */
function containing({ checks }: Assessment): readonly Reason[] {
  const failing = checks.filter(
    ({ verdict, gating, brake }) => verdict === 'fail' && gating && (brake === 'reduce' || brake === 'pause'),
  );
  return failing.map(({ sentence }) => ({ code: 'CHECK_INCONCLUSIVE', text: sentence }));
}

/**
 * After a rollback: has the bad version no traffic any more, and is the restored one as well as it used to be? Harm goes back once
 * more, and after that a person decides. Traffic that stays where it was is no fault of the restored version.
 */
function decideRestored(input: WatchedInput, watched: RestoredVersion): Decision | undefined {
  const { release, assessment, served, now } = input;
  const until = verifiedUntil(release, watched, input.manifest);
  if (until === undefined || !assessment || !served) return undefined;
  const { version } = watched.ref;
  if (assessment.overall === 'fail') return decideSick(input, watched, assessment);
  const seen = describeServed(served, watched.bad.version);
  if (served.kind === 'gone' && assessment.overall === 'pass')
    return recover(input, `${seen}, and ${describeWell(watched, assessment)}`);
  if (now < until) {
    const text = `settled on ${version}: looking until ${formatInstant(until)} whether it recovers; ${seen}`;
    return withMore(stay(input, 'nothing', 'VERIFYING', text), unprovenReasons(assessment));
  }
  if (served.kind === 'still') {
    const text = `${seen}, ${formatDuration(elapsed(watched.since, now))} after the rollback landed: the serving system does not follow the default branch; look at its sync`;
    return tell(input, watched, { code: 'NOT_SERVED', text });
  }
  if (served.kind === 'unseen' || isBlind(assessment)) {
    const text = `whether ${version} recovers cannot be seen, ${formatDuration(elapsed(watched.since, now))} after the rollback landed; ${seen}. Look at the provider; to ask for no proof of this rollback, ${howToEnd(release)}`;
    return tell(input, watched, { code: 'RECOVERY_UNSEEN', text });
  }
  return recover(input, `${seen}, and ${describeUnproven(watched, assessment)}`);
}

function describeWell({ ref }: RestoredVersion, { alone }: Assessment): string {
  return alone
    ? `${ref.version}, which has no past that it could be held against, keeps its limits`
    : `${ref.version} is as well as it was before`;
}

function describeUnproven({ ref }: RestoredVersion, { alone }: Assessment): string {
  return alone
    ? `nothing proves that ${ref.version}, which has no past that it could be held against, is beyond its limits`
    : `nothing proves that ${ref.version} is worse than it was before`;
}

/** The restored version fails as well: back once more, then no further without a person. */
function decideSick(input: WatchedInput, watched: RestoredVersion, assessment: Assessment): Decision {
  const { version } = watched.ref;
  const { stuck } = input;
  const failing = checkReasons(assessment, ['fail'], 'NOT_RECOVERED');
  const after = `after the rollback from ${watched.bad.version}`;
  const isFrozen = watched.pause?.code === 'RELEASE_FROZEN';
  if (!watched.isSecond && !stuck && !isFrozen)
    return move(input, 'rollback', percent(0), [
      { code: 'NOT_RECOVERED', text: `${version} did not recover ${after}` },
      ...failing,
    ]);
  const why = watched.isSecond
    ? `${version} did not recover either, after two rollbacks: the versions are not the cause, or all of them are`
    : `${version} did not recover ${after}, and there is nothing else to go back to`;
  const text = `${why}. Nothing moves until a person edits the manifest: bring another version, or ${howToEnd(input.release)} to be told no more`;
  return withMore(tell(input, watched, { code: 'RELEASE_FROZEN', text }), [
    ...(stuck ? [stuck] : []),
    ...failing,
  ]);
}

/** Where the restored manifest is older than the wish for proof, any edit takes it over. */
function howToEnd({ spec }: Release): string {
  return spec.rollback?.verify === undefined
    ? 'edit the manifest, which has no rollback.verify of its own'
    : 'take rollback.verify out of the manifest';
}

/** What a rollback that did not help is told as, the graver later. */
const TOLD: readonly string[] = ['RECOVERY_UNSEEN', 'NOT_SERVED', 'RELEASE_FROZEN'];

/** Once as a record, and then with every run until it is over; after a graver word the lesser one is no news. */
function tell(input: WatchedInput, { pause }: RestoredVersion, { code, text }: Reason): Decision {
  const isTold = pause !== undefined && TOLD.indexOf(pause.code) >= TOLD.indexOf(code);
  return stay(input, isTold ? 'hold' : 'pause', code, text);
}

/**
 * What keeps another version from being started after a rollback; undefined when nothing does. A serving system that still serves
 * the bad version would give the next one's share to it. Frozen is frozen until a person edits the manifest, and bringing another
 * candidate is an edit. What cannot be seen was told, and is asked again before anybody is exposed.
 */
export function waitsForRecovery(
  input: WatchedInput & { readonly state: Pick<ReleaseState, 'watched'> },
  looked: Decision,
): Decision | undefined {
  const [{ code, text }] = looked.reasons;
  switch (code) {
    case 'VERIFYING':
      return stay(input, 'hold', 'RECOVERY_PENDING', text);
    case 'NOT_SERVED':
      return looked;
    case 'RELEASE_FROZEN':
      return input.state.watched?.pause?.manifest === input.manifest ? looked : undefined;
    default:
      return undefined;
  }
}

/** A candidate that waits says what a person was told of the version that serves meanwhile, or its harm would look mended. */
export function sayBeside(decision: Decision, looked: Decision): Decision {
  return decision.kind === 'hold' ? withMore(decision, reasonsForPerson(looked)) : decision;
}

function recover(input: WatchedInput, text: string): Decision {
  return stay(input, 'recover', 'RECOVERED', text);
}

function withMore(decision: Decision, more: readonly Reason[]): Decision {
  const [first, ...rest] = decision.reasons;
  return { ...decision, reasons: [first, ...rest, ...more] };
}
