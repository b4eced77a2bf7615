import { guaranteeOf } from '../core/analysis/guarantee.ts';
import { buildChange } from '../core/change/build-change.ts';
import type { Change, FileEdit } from '../core/change/change.ts';
import { type DecisionInput, decide } from '../core/decision/decide.ts';
import { type Decision, isRecorded, type Reason, type ReasonCode } from '../core/decision/decision.ts';
import { asksApproval } from '../core/decision/obey-orders.ts';
import { assertNever, type Problem, ToolError } from '../core/errors.ts';
import { promoteManifest, writeWeight } from '../core/manifest/edit-manifest.ts';
import { type ParsedRelease, parseRelease } from '../core/manifest/parse-release.ts';
import { policyFor } from '../core/manifest/policy.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { findStanding } from '../core/plan/rollout.ts';
import { versionRef } from '../core/record/version-ref.ts';
import { type Instant, percent } from '../core/units.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import type { Evidence } from './evaluate.ts';
import { requireConfig } from './last-config.ts';
import { nameOf, type ReadableRelease, type ReleaseFile, type UnreadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { findDifference, placeMissing, readTargets, renderTargets, textsOf } from './render-targets.ts';
import { requireHistory } from './require-history.ts';
import { requireHold } from './require-hold.ts';
import { requireTarget, requireWayBack } from './require-way-back.ts';
import type { World } from './world.ts';

/** What is to be done about one release, before anything is written. */
export interface ReleasePlan {
  readonly report: ReleaseReport;
  /** What to write; undefined for hold, nothing and rollback (which has its own flow). */
  readonly change: Change | undefined;
  /** The step that is entered must be merged by a person. */
  readonly needsApproval: boolean;
  readonly release: ReadableRelease;
  readonly evidence: Evidence | undefined;
  /** What is done instead of a rollback that cannot be proposed, or that a person closed. */
  readonly otherwise?: ReleasePlan;
}

/** Decides about a release and, for a step, prepares everything it writes. */
export async function planRelease(
  world: World,
  snapshot: Snapshot,
  input: {
    readonly release: ReadableRelease;
    readonly evidence: Evidence | undefined;
    readonly now: Instant;
  },
): Promise<ReleasePlan> {
  const { release, evidence, now } = input;
  const { parsed, state, digest } = release;
  const asked: DecisionInput = {
    release: parsed.release,
    manifest: digest,
    state,
    assessment: evidence?.assessment,
    policy: snapshot.config && policyFor(snapshot.config, parsed.release),
    sources: snapshot.config?.providers,
    served: evidence?.served,
    now,
  };
  const writable = await decideWritable(world, snapshot, release, asked);
  const decided = await requireTarget(world, snapshot, { release, evidence, asked, decision: writable });
  const found = await findServed(world, snapshot, release, decided);
  const configured = requireConfig(snapshot.lastConfig, decided);
  const held = await requireHold(world, snapshot, { release, decision: configured, now });
  const served = requireServed(release, held, found);
  const rooted = await requireHistory(world, snapshot, { release, decision: served });
  const decision = await requireWayBack(world, snapshot, release, rooted);
  const plan = { release, evidence, needsApproval: needsApproval(parsed.release, decision) };
  const problems = [...release.problems, ...found];
  if (!isRecorded(decision) || decision.kind === 'rollback')
    return { ...plan, report: reportRelease(input, decision, { edits: [], problems }), change: undefined };
  const edited = await editFiles(world, snapshot, release, decision);
  if (edited.problems.length > 0) {
    const text = `cannot ${decision.kind}: ${edited.problems.length} problem(s) in the files to be edited`;
    const held = hold(decision, 'TARGET_MISMATCH', text);
    const all = [...release.problems, ...edited.problems];
    const report = reportRelease(input, held, { edits: [], problems: all });
    return { ...plan, report, change: undefined };
  }
  const change = buildChange({
    run: { tool: world.tool, trigger: world.trigger, base: snapshot.head, now },
    release: parsed.release.metadata.name,
    decision,
    via: plan.needsApproval || snapshot.config?.advance?.mode === 'pull-request' ? 'pull-request' : 'commit',
    state,
    stable: versionRef(parsed.release.spec.stable),
    candidate: parsed.release.spec.candidate ? versionRef(parsed.release.spec.candidate) : null,
    rollout: state.rollout,
    ...(decision.kind === 'start'
      ? { guarantee: guaranteeOf(parsed.release, snapshot.config?.providers) }
      : {}),
    ...(state.watched?.kind === 'restored' && decision.kind === 'recover'
      ? { recovery: { from: state.watched, served: evidence?.served } }
      : {}),
    manifest: edited.manifest,
    targets: edited.targets,
    ...(evidence ? { assessment: evidence.assessment, answers: evidence.answers } : {}),
    sha256: world.sha256,
  });
  const edits = change.files.slice(0, -1);
  return { ...plan, report: reportRelease(input, decision, { edits, problems }), change };
}

/** What is decided; where that is a lower weight that cannot be written, what is decided knowing that. */
async function decideWritable(
  world: World,
  snapshot: Snapshot,
  release: ReadableRelease,
  input: DecisionInput,
): Promise<Decision> {
  const decided = decide(input);
  if (decided.kind !== 'reduce') return decided;
  const [first] = (await editFiles(world, snapshot, release, decided)).problems;
  if (!first) return decided;
  const text = `no lower weight can be written: ${first.at.file} cannot be edited (${first.code})`;
  return decide({ ...input, unwritable: { code: 'STEP_NOT_WRITABLE', text } });
}

/** The report of a manifest that cannot be read: held, with its problems. */
export function reportUnreadable(release: UnreadableRelease): ReleaseReport {
  const text = `cannot be read: ${release.problems.length} problem(s); nothing is done about it until they are mended`;
  return reportHeld(release, 'MANIFEST_INVALID', text);
}

/** The report of a release that is left as it is for a reason that lies outside of it. */
export function reportHeld(release: ReleaseFile, code: ReasonCode, text: string): ReleaseReport {
  const spec = release.kind === 'readable' ? release.parsed.release.spec : undefined;
  const weight = spec?.rollout.weight;
  const at = weight ?? percent(0);
  return {
    name: nameOf(release),
    path: release.path,
    stable: spec?.stable.version,
    candidate: spec?.candidate?.version,
    weight,
    standing: undefined,
    decision: { kind: 'hold', from: at, to: at, reasons: [{ code, text }] },
    assessment: undefined,
    problems: release.problems,
    edits: [],
    receipt: { kind: 'none' },
  };
}

/** Reasons for which the manifest itself is not what was decided, so that files that follow it say nothing. */
const CHANGED_BY_HAND: ReadonlySet<ReasonCode> = new Set([
  'WEIGHT_CHANGED_BY_HAND',
  'STABLE_CHANGED_BY_HAND',
]);

/**
 * Where the target files do not say what the manifest says: errors where they keep a release from going up, else warnings. A
 * rollback renders them again whatever they say, and what adopts looks for itself.
 */
async function findServed(
  world: World,
  { head, served }: Snapshot,
  { parsed }: ReadableRelease,
  { kind, reasons }: Decision,
): Promise<readonly Problem[]> {
  if (kind === 'rollback' || kind === 'adopt' || CHANGED_BY_HAND.has(reasons[0].code)) return [];
  const { targets, rollout } = parsed.release.spec;
  const paths = new Set(targets.map((target) => target.file));
  const texts = textsOf(served ?? (await world.forge.read(head, [...paths])), paths);
  const { edits, problems } = renderTargets(parsed.release, rollout.weight, texts);
  const place = { targets, source: parsed.source };
  const found = [...placeMissing(problems, place), ...edits.flatMap(findDifference)];
  const severity = RESTS_ON_SPLIT.has(kind) ? 'error' : 'warning';
  return found.map((problem) => ({ ...problem, severity }));
}

/** Decisions on evidence that a split gave. A start has none yet: it writes the first step, whatever was served before. */
const RESTS_ON_SPLIT: ReadonlySet<Decision['kind']> = new Set(['advance', 'promote', 'recover']);

/** Evidence belongs to the split that was served: under another one than the manifest's nothing goes up or has recovered, and a hold says so. */
function requireServed(
  { state }: ReadableRelease,
  decision: Decision,
  [first]: readonly Problem[],
): Decision {
  if (!first) return decision;
  const text = `${first.at.file} is not as the manifest asks for (${first.code}), so what was measured is no evidence about this split; put it back, or roll back`;
  const mismatch: Reason = { code: 'TARGET_MISMATCH', text };
  if (RESTS_ON_SPLIT.has(decision.kind)) return hold(decision, mismatch.code, mismatch.text);
  return state.rollout && decision.kind === 'hold'
    ? { ...decision, reasons: [...decision.reasons, mismatch] }
    : decision;
}

/** Whether the step that a decision enters asks for a person who has not spoken yet. */
function needsApproval(release: Release, { kind, to, reasons }: Decision): boolean {
  if (kind !== 'start' && kind !== 'advance') return false;
  return asksApproval(release, to) && !reasons.some(({ code }) => code === 'APPROVED');
}

interface EditedFiles {
  readonly manifest: FileEdit;
  readonly targets: readonly FileEdit[];
  readonly problems: readonly Problem[];
}

async function editFiles(
  world: World,
  snapshot: Snapshot,
  release: ReadableRelease,
  decision: Decision,
): Promise<EditedFiles> {
  const { path, text } = release;
  const after = editManifest(release, decision);
  const manifest: FileEdit = { path, before: text, after };
  // Not whenever the manifest stays: a weight that a person wrote before the start is not in the target files yet.
  if (decision.kind === 'pause' || decision.kind === 'recover')
    return { manifest, targets: [], problems: [] };
  const next = parseAgain(path, after);
  const texts = await readTargets((paths) => world.forge.read(snapshot.head, paths), next.release);
  const rendered = renderTargets(next.release, next.release.spec.rollout.weight, texts);
  const { targets } = next.release.spec;
  const problems = placeMissing(rendered.problems, { targets, source: next.source });
  const { edits } = rendered;
  if (decision.kind !== 'adopt' || decision.reasons[0].code === 'CANDIDATE_WITHDRAWN')
    return { manifest, targets: edits, problems };
  // What is called good must be what is served; a split that says otherwise is a person's to mend, not ours to move.
  return { manifest, targets: [], problems: [...problems, ...edits.flatMap(findDifference)] };
}

function editManifest(release: ReadableRelease, decision: Decision): string {
  switch (decision.kind) {
    case 'start':
    case 'advance':
    case 'reduce':
      return writeWeight(release.parsed.source, decision.to);
    case 'promote':
      return promoteManifest(release.parsed.source);
    case 'adopt':
    case 'pause':
    case 'resume':
    case 'approve':
    case 'recover':
    case 'lift':
    case 'hold':
    case 'nothing':
    case 'rollback':
      return release.text;
    default:
      return assertNever(decision.kind);
  }
}

/** What was written is what is rendered: the edited bytes are read again, not the value they were meant to hold. */
function parseAgain(path: string, text: string): ParsedRelease {
  const reading = parseRelease(path, text);
  if (reading.kind === 'ok') return reading.value;
  const [first] = reading.problems;
  throw new ToolError({
    code: 'BUG',
    message: `${path}: the edited manifest is not valid: ${first?.message ?? ''}; nothing was written`,
  });
}

function hold(decision: Decision, code: ReasonCode, text: string): Decision {
  return { kind: 'hold', from: decision.from, to: decision.from, reasons: [{ code, text }] };
}

function reportRelease(
  input: { readonly release: ReadableRelease; readonly evidence: Evidence | undefined },
  decision: Decision,
  found: { readonly edits: readonly FileEdit[]; readonly problems: readonly Problem[] },
): ReleaseReport {
  const { release, evidence } = input;
  const { spec, metadata } = release.parsed.release;
  const { rollout } = release.state;
  return {
    name: metadata.name,
    path: release.path,
    stable: spec.stable.version,
    candidate: spec.candidate?.version,
    weight: spec.rollout.weight,
    standing: rollout ? findStanding(release.parsed.release, rollout) : undefined,
    decision,
    assessment: evidence?.assessment,
    problems: found.problems,
    edits: found.edits,
    receipt: { kind: 'none' },
  };
}
