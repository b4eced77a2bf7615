import { guaranteeOf } from '../core/analysis/guarantee.ts';
import { buildChange } from '../core/change/build-change.ts';
import type { Change, FileEdit } from '../core/change/change.ts';
import type { Problem } from '../core/errors.ts';
import { addCandidate, writeWeight } from '../core/manifest/edit-manifest.ts';
import { type ParsedRelease, parseRelease } from '../core/manifest/parse-release.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import { versionRef } from '../core/record/version-ref.ts';
import { percent, type Sha256 } from '../core/units.ts';
import { readSplit } from '../targets/render-target.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { readTargets, renderTargets } from './render-targets.ts';
import type { World } from './world.ts';

/** How a release comes to be in flight for a drill. */
export type DrillStart =
  /** A version has traffic already: the drill takes that one back. */
  | { readonly kind: 'in-flight' }
  /** The change that starts the candidate of the manifest, or one that was made up. */
  | { readonly kind: 'start'; readonly change: Change }
  | { readonly kind: 'impossible'; readonly problems: readonly Problem[] };

/** Works out how a release would look with its candidate, or a made-up one, at its first step. Writes nothing. */
export async function planDrillStart(
  world: World,
  snapshot: Snapshot,
  { release, id }: { readonly release: ReadableRelease; readonly id: string },
): Promise<DrillStart> {
  const { spec } = release.parsed.release;
  if (spec.candidate && spec.rollout.weight > 0) return { kind: 'in-flight' };
  const fitting = await fitCandidate(world, snapshot, { release, id });
  if (fitting.kind === 'impossible') return fitting;
  const { parsed, targets } = fitting.started;
  const manifest = { path: release.path, before: release.text, after: parsed.source.text };
  return { kind: 'start', change: buildStart(world, snapshot, { release, parsed, manifest, targets }) };
}

/** A candidate that fits into the files: as it is brought, for nobody yet, and at its first step. */
export type FittingCandidate =
  | { readonly kind: 'fits'; readonly brought: ParsedRelease; readonly started: Started }
  | { readonly kind: 'impossible'; readonly problems: readonly Problem[] };

interface Started {
  readonly parsed: ParsedRelease;
  readonly targets: readonly FileEdit[];
}

/** The candidate of the manifest, or else the first one made up that a weight can be written for. Writes nothing. */
export async function fitCandidate(
  world: World,
  snapshot: Snapshot,
  { release, id }: { readonly release: ReadableRelease; readonly id: string },
): Promise<FittingCandidate> {
  const texts = await readTargets((paths) => world.forge.read(snapshot.head, paths), release.parsed.release);
  let problems: readonly Problem[] = [];
  for (const brought of candidatesFor(world.sha256, release, { texts, id })) {
    const started = brought.kind === 'ok' ? startAt(brought.value) : brought;
    if (brought.kind === 'bad' || started.kind === 'bad') {
      problems = started.kind === 'bad' ? started.problems : [];
      continue;
    }
    const { value: parsed } = started;
    const rendered = renderTargets(parsed.release, parsed.release.spec.rollout.weight, texts);
    problems = rendered.problems;
    if (problems.length > 0) continue;
    return { kind: 'fits', brought: brought.value, started: { parsed, targets: rendered.edits } };
  }
  return { kind: 'impossible', problems };
}

type Reading = ReturnType<typeof parseRelease>;

/** The manifest with a candidate: its own, or one made up on each backend that stable does not have, until one fits. */
function* candidatesFor(
  sha256: Sha256,
  { path, text, parsed, state }: ReadableRelease,
  { texts, id }: { readonly texts: ReadonlyMap<string, string>; readonly id: string },
): Iterable<Reading> {
  const { stable, candidate, targets } = parsed.release.spec;
  if (candidate) {
    yield parseRelease(path, text);
    return;
  }
  const routed = targets.flatMap((target) => {
    const split = readSplit(target, texts.get(target.file) ?? '', { stable, candidate, weight: percent(0) });
    // there, shares are told by what is served and not by backend
    if (target.kind === 'kserve' && target.mode === 'knative') return [];
    return split.kind === 'found' ? [...split.value.keys()] : [];
  });
  const backends = new Set([...routed, ...state.backends.keys(), `${stable.backend.slice(0, 50)}-drill`]);
  backends.delete(stable.backend);
  for (const backend of backends)
    yield parseRelease(path, addCandidate(parsed.source, makeUp(sha256, stable, { backend, id })));
}

/** Beginning of the names of versions that drills make up. */
const MADE_UP = 'drill-';
/** The id of a drill. */
const ID = /^\d{8}T\d+Z-[0-9a-f]{4}$/;

/** The version that a drill makes up. */
export function drillVersion(id: string): string {
  return `${MADE_UP}${id}`;
}

/** Whether a version was made up for a drill. */
export function isDrillVersion(version: string): boolean {
  return version.startsWith(MADE_UP) && ID.test(version.slice(MADE_UP.length));
}

/** A version that cannot be taken for a real one: its artifacts are nowhere. */
function makeUp(
  sha256: Sha256,
  stable: VersionSpec,
  { backend, id }: { readonly backend: string; readonly id: string },
): VersionSpec {
  const artifacts = Object.keys(stable.artifacts).map((name) => {
    const content = `sha256:${sha256(`drill ${id} ${name}`)}`;
    return [name, { uri: `oci://belay.invalid/drill@${content}`, digest: content }] as const;
  });
  return {
    version: drillVersion(id),
    backend,
    summary: 'Made up for a drill; nothing serves it.',
    artifacts: Object.fromEntries(artifacts) as VersionSpec['artifacts'],
  };
}

function startAt(parsed: ParsedRelease): Reading {
  const [first] = parsed.release.spec.rollout.steps;
  const text = writeWeight(parsed.source, first?.weight ?? percent(100));
  return parseRelease(parsed.source.file, text);
}

function buildStart(
  world: World,
  snapshot: Snapshot,
  input: Pick<Parameters<typeof buildChange>[0], 'manifest' | 'targets'> & {
    readonly release: ReadableRelease;
    readonly parsed: ParsedRelease;
  },
): Change {
  const { spec, metadata } = input.parsed.release;
  return buildChange({
    run: { tool: world.tool, trigger: world.trigger, base: snapshot.head, now: world.clock.now() },
    release: metadata.name,
    decision: {
      kind: 'start',
      from: percent(0),
      to: spec.rollout.weight,
      reasons: [{ code: 'CANDIDATE_NEW', text: 'a drill puts it in flight on a scratch branch' }],
    },
    via: 'commit',
    state: input.release.state,
    stable: versionRef(spec.stable),
    candidate: spec.candidate ? versionRef(spec.candidate) : null,
    rollout: undefined,
    guarantee: guaranteeOf(input.parsed.release, snapshot.config?.providers),
    manifest: input.manifest,
    targets: input.targets,
    sha256: world.sha256,
  });
}
