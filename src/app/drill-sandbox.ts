import { ToolError } from '../core/errors.ts';
import { healthSettings } from '../core/manifest/defaults.ts';
import type { DrillFinding } from '../core/record/drill-schema.ts';
import { after, millis, percent, type Sha } from '../core/units.ts';
import { describeDrillReceipt, markDrill } from '../report/drill.ts';
import { checkRestored } from './check-restored.ts';
import { findSandboxFaults } from './check-sandbox.ts';
import { closePulls } from './close-pulls.ts';
import { judgeFault, withFault } from './drill-faults.ts';
import { guarded, type Job, NOTHING, notStarted, type Rehearsal, requireCalm, stepsOf } from './drill-job.ts';
import { drillVersion, fitCandidate, isDrillVersion } from './drill-start.ts';
import { type DrillChange, landDrillChange } from './drill-write.ts';
import { nameOf } from './read-files.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readTargets, renderTargets } from './render-targets.ts';
import { rollback } from './rollback.ts';
import { createSandboxForge, sandboxFamily } from './sandbox-forge.ts';
import { lookEvery, patienceOf, type Sandbox, seeSandbox, tickSandbox, waitFor } from './sandbox-ticks.ts';
import type { World } from './world.ts';

/**
 * A drill that is real: on the default branch, a version is brought to the release that serves nobody, gets its first traffic, fails by
 * made-up metrics, is taken back by a pull request that is merged, and the version that was restored proves itself. Each part is done by
 * the ticks of `advance`; a drill only brings the version, looks, and times. What a killed drill left is gone on with.
 */
export async function walkSandbox(job: Job): Promise<Rehearsal> {
  const { world, release } = job;
  const faults = findSandboxFaults(job.snapshot);
  if (faults.length > 0) return { ...NOTHING, findings: faults.map(notStarted) };
  const forge = createSandboxForge(world.forge, { release, steps: stepsOf(job) });
  const drilled: World = { ...world, forge };
  let version = drillVersion(job.id);
  const walked = await guarded(job, async () => {
    const ready = await waitFor(job, drilled, {
      stages: ['settled', 'brought', 'exposed'],
      phase: 'prepare',
    });
    if (ready.kind === 'ended') return { ...NOTHING, findings: ready.findings };
    const refusal = ready.stage === 'settled' ? await bring(job, drilled) : foreign(ready);
    if (refusal.length > 0) return { ...NOTHING, findings: refusal };
    version = candidateIn(ready) ?? version;
    return walk(job, drilled);
  });
  if (walked.findings.length === 0) {
    // nobody is to bring a version while there is an incident
    if (walked.stopped !== undefined) await guarded(job, () => closeBringing(job, drilled));
    return walked;
  }
  const left = await guarded(job, async () => ({ ...NOTHING, findings: await takeAway(job, version) }));
  const findings = [...walked.findings, ...left.findings];
  return { ...walked, stopped: walked.stopped ?? left.stopped, findings };
}

/** With a version of a drill in the sandbox: until it is taken back, and that is proven. */
async function walk(job: Job, drilled: World): Promise<Rehearsal> {
  const { scratch, watch, options } = job;
  const exposed = await waitFor(job, drilled, { stages: ['exposed', 'restored'], phase: 'start' });
  if (exposed.kind === 'ended') return { ...NOTHING, findings: exposed.findings };
  const from = candidateIn(exposed);
  const told = exposed.stage === 'exposed' ? await underFault(job, drilled) : [];
  const restored = await waitFor(job, drilled, { stages: ['restored', 'settled'], phase: 'detect' });
  if (restored.kind === 'ended') return { ...NOTHING, from, findings: [...told, ...restored.findings] };
  watch.enter('restored');
  const wrong = [...(await checkRestored(drilled, options.release)), ...changed(job, restored)];
  const proven = await waitFor(job, drilled, { stages: ['settled'], phase: 'verify' });
  watch.enter('checks');
  const landing = await scratch.landing();
  const unproven = proven.kind === 'ended' ? proven.findings : [];
  return { ...NOTHING, from, landing, findings: [...told, ...wrong, ...unproven] };
}

function candidateIn({ file }: Pick<Sandbox, 'file'>): string | undefined {
  return file.parsed.release.spec.candidate?.version;
}

/** Somebody's own candidate is none of a drill's business. */
function foreign(sandbox: Sandbox): readonly DrillFinding[] {
  const candidate = candidateIn(sandbox);
  if (candidate === undefined || isDrillVersion(candidate)) return [];
  const text = `${sandbox.file.path}: no drill brought candidate ${candidate} to the sandbox; take it out of the manifest`;
  return [{ code: 'SANDBOX_TAKEN', text }];
}

/** The next drill must find what this one found. */
function changed({ release }: Job, { file }: Sandbox): readonly DrillFinding[] {
  if (release.parsed.release.spec.candidate || file.text === release.text) return [];
  const text = `${file.path} is not what it was before the drill; look at its history`;
  return [{ code: 'NOT_RESTORED', text }];
}

/** Brings a version that is made up, for nobody yet; gives why that could not be done. */
async function bring(job: Job, drilled: World): Promise<readonly DrillFinding[]> {
  const { snapshot, options, id } = job;
  const change = {
    config: snapshot.config,
    build: (head: Sha) => buildBringing(job, drilled, head),
    family: sandboxFamily(options.release),
    branchOf: () => `${sandboxFamily(options.release)}${id}`,
    description: `Brings a version that is made up to \`${options.release}\`, which serves nobody; the drill takes it back.`,
    whenClosed: 'no drill is held',
  };
  const receipt = await landDrillChange(drilled, change, {
    patience: patienceOf(job),
    every: lookEvery(job),
    meanwhile: () => requireCalm(job),
  });
  if (receipt.kind === 'committed' || receipt.kind === 'merged') return [];
  return [
    {
      code: 'NOT_STARTED',
      text: `no version could be brought: ${describeDrillReceipt(receipt, 'it is closed')}`,
    },
  ];
}

/** @throws ToolError REFUSED when the sandbox is not what it was */
async function buildBringing(job: Job, drilled: World, head: Sha): Promise<DrillChange | undefined> {
  const { options, id } = job;
  const snapshot = await readSnapshot(drilled, head);
  const release = snapshot.releases.find((one) => nameOf(one) === options.release);
  if (release?.kind === 'readable' && candidateIn({ file: release }) === drillVersion(id)) return undefined;
  if (release?.kind !== 'readable' || release.text !== job.release.text)
    throw refused(`${job.release.path} was changed while the drill began; drill again`);
  const fitting = await fitCandidate(drilled, snapshot, { release, id });
  if (fitting.kind === 'impossible')
    throw refused(fitting.problems.map((one) => notStarted(one).text).join('; '));
  const { brought } = fitting;
  const texts = await readTargets((paths) => drilled.forge.read(head, paths), brought.release);
  const { edits } = renderTargets(brought.release, percent(0), texts);
  const operation = drilled.sha256(JSON.stringify(['drill-start', options.release, id]));
  const manifest = { path: release.path, before: release.text, after: brought.source.text };
  return {
    files: [manifest, ...edits.filter(({ before, after }) => before !== after)],
    subject: markDrill(`release(${options.release}): bring ${brought.release.spec.candidate?.version}`),
    body: `Made up for a drill; nothing serves it.\n\nBelay-Op: ${operation}`,
    operation,
  };
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message });
}

/** Looks with the fault of the variant, until what Belay does about it is seen. */
async function underFault(job: Job, drilled: World): Promise<readonly DrillFinding[]> {
  const { watch, options, release } = job;
  const { variant } = options;
  if (variant === 'healthy') return [];
  const faulty = withFault(drilled, variant);
  const { tick, ingestDelay } = healthSettings(release.parsed.release);
  // by then harm would be proven, if anybody could see it
  const until = after(drilled.clock.now(), millis(BLIND_TICKS * tick + ingestDelay));
  watch.enter('detect');
  for (;;) {
    await requireCalm(job);
    const looked = await tickSandbox(faulty, job);
    watch.fold(['decide', 'pull-request', 'merge'], 'detect');
    const owners = release.parsed.release.metadata.owners ?? [];
    if (looked.decision.kind !== 'rollback' && (await seeSandbox(job)).stage !== 'exposed')
      return [OVERTAKEN];
    const isOver = drilled.clock.now() >= until;
    if (looked.decision.kind === 'rollback' || isOver)
      return judgeFault(variant, { ordered: looked, looked, owners });
    await drilled.clock.sleep(lookEvery(job));
  }
}

const OVERTAKEN: DrillFinding = {
  code: 'DRILL_OVERTAKEN',
  text: 'another run took the version back before the fault was seen, so that the variant shows nothing; drill again when no other run is under way',
};

/** So many ticks of a version that fails every other request are proof of harm, twice over. */
const BLIND_TICKS = 4;

/** After a drill that failed: what it brought, or went on with, goes by order and not by evidence. Gives what is left. */
async function takeAway(job: Job, version: string): Promise<readonly DrillFinding[]> {
  const { world, watch, release, options, id } = job;
  watch.enter('close');
  const steps = { ...stepsOf(job), decided: () => undefined, proposed: () => undefined };
  const drilled: World = { ...world, forge: createSandboxForge(world.forge, { release, steps }) };
  await closeBringing(job, drilled);
  if (!(await has(job, version))) return [];
  const order = { release: options.release, from: version, dryRun: false, onlyIfFailing: false };
  await rollback(drilled, { ...order, reason: `DRILL ${id}: given up` });
  if (!(await has(job, version))) return [];
  const text = `${release.path} still has the candidate of the drill; the next tick, or the next drill, takes it back. Or take it out by hand`;
  return [{ code: 'DRILL_LEFTOVER', text }];
}

/** Closes what would bring the version of this drill, where it waits. */
async function closeBringing({ options, id }: Job, drilled: World): Promise<Rehearsal> {
  const branch = `${sandboxFamily(options.release)}${id}`;
  const { pulls } = await drilled.forge.inspect({ branch, families: [] });
  const open = pulls.filter(({ state }) => state === 'open');
  await closePulls(drilled, open, { comment: 'DRILL: given up. Nothing here was ever served.' });
  return NOTHING;
}

/** Whether a version is the sandbox's candidate. */
async function has(job: Job, version: string): Promise<boolean> {
  return candidateIn(await seeSandbox(job)) === version;
}
