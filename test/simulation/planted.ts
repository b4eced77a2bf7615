import type { InvariantId } from './invariants.ts';
import { PLANTED_DRILLS } from './planted-drills.ts';
import { PLANTED_ORDERS } from './planted-orders.ts';
import type { Mutation } from './system.ts';

/** A bug that is put into a copy of the product on purpose, to see that it is found. */
export interface PlantedBug {
  readonly name: string;
  readonly mutations: readonly Mutation[];
  /** The invariant that it was planted against; another one may be quicker. */
  readonly meant: InvariantId;
  /** It takes histories with drills to find it. */
  readonly drills?: true;
}

const bug = (name: string, meant: InvariantId, file: string, from: string, to: string): PlantedBug => ({
  name,
  meant,
  mutations: [{ file, from, to }],
});

const DECIDE = 'core/decision/decide.ts';
const WATCHED = 'core/decision/decide-watched.ts';
const STATES = 'app/states-the-same.ts';
const PROPOSE = 'app/propose.ts';
const PLAN = 'app/plan-release.ts';
const STATE = 'core/record/release-state.ts';

/** Each is one line that somebody could have written. */
export const PLANTED: readonly PlantedBug[] = [
  bug(
    'missing evidence passes',
    'INV-1',
    DECIDE,
    "if (assessment.overall !== 'pass') return decideUnproven",
    "if (assessment.overall !== 'pass' && assessment.overall !== 'error' && assessment.overall !== 'no-data') return decideUnproven",
  ),
  bug(
    'unproven passes',
    'INV-1',
    DECIDE,
    "if (assessment.overall !== 'pass') return decideUnproven",
    "if (assessment.overall === 'error') return decideUnproven",
  ),
  bug(
    'a provider that is down rolls back',
    'INV-7',
    DECIDE,
    "input.assessment?.overall === 'fail'",
    "(input.assessment?.overall === 'fail' || input.assessment?.overall === 'error')",
  ),
  bug(
    'the hold is not waited for',
    'INV-2',
    DECIDE,
    'if (input.now < standing.holdUntil) {',
    'if (input.now < standing.enteredAt) {',
  ),
  bug(
    'missed ticks are caught up by two steps',
    'INV-2',
    'core/plan/rollout.ts',
    'next: steps[index + 1],',
    'next: steps[index + 2] ?? steps[index + 1],',
  ),
  bug(
    'a step by pull request counts from its decision',
    'INV-2',
    'app/read-snapshot.ts',
    'if (proposed.length === 0) return file;',
    'if (proposed.length >= 0) return file;',
  ),
  bug(
    'a pause is not looked at',
    'INV-10',
    DECIDE,
    "if (release.spec.rollout.paused) return holdPaused(input, 'PAUSED_BY_MANIFEST', 'rollout.paused is true');\n  if (!assessment)",
    'if (!assessment)',
  ),
  bug(
    'what was rolled back may come again',
    'INV-10',
    DECIDE,
    'const bad = findQuarantine(state, candidate);',
    'const bad = findQuarantine({ ...state, quarantined: [] }, candidate);',
  ),
  bug(
    'a rolled-back stable is adopted',
    'INV-9',
    DECIDE,
    'const bad = findQuarantine(state, stable);',
    'const bad = findQuarantine({ ...state, quarantined: [] }, stable);',
  ),
  {
    name: 'the rollback goes to the version itself',
    meant: 'INV-9',
    mutations: [
      {
        file: 'core/decision/last-good.ts',
        from: 'input.state.good.filter(({ ref }) => !input.bad || !sameVersion(ref, input.bad));',
        to: 'input.state.good;',
      },
      {
        file: 'core/decision/last-good.ts',
        from: 'if (input.bad && sameContent(input.bad, ref)) {',
        to: "if (input.bad && sameContent(input.bad, ref) && ref.version === '') {",
      },
    ],
  },
  bug(
    'a manifest with a candidate counts as settled',
    'INV-9',
    'core/decision/last-good.ts',
    'if (release.spec.candidate || !sameVersion',
    'if (!sameVersion',
  ),
  bug(
    'the rollback leaves the split',
    'INV-8',
    'app/restore-targets.ts',
    'edits: [...after].map(([path, text]) => ({ path, before: before.get(path), after: text })),',
    'edits: [],',
  ),
  bug(
    'a step leaves the split',
    'INV-3',
    PLAN,
    'return { manifest, targets: edits, problems };',
    'return { manifest, targets: [], problems };',
  ),
  bug(
    'a record names no record before it',
    'INV-5',
    'core/change/build-change.ts',
    'previous: input.state.tip,',
    'previous: null,',
  ),
  bug(
    'a number is used twice',
    'INV-5',
    'core/change/build-change.ts',
    'const sequence = input.state.sequence + 1;',
    'const sequence = Math.max(1, input.state.sequence);',
  ),
  bug(
    'the record is left out of the commit',
    'INV-5',
    'app/commit-change.ts',
    'const writes = files.map(',
    'const writes = files.slice(0, -1).map(',
  ),
  bug(
    'a decision is written onto whatever is there now',
    'INV-5',
    'app/commit-change.ts',
    'commit({ parent, files',
    'commit({ parent: await forge.refresh(), files',
  ),
  bug(
    'comments of the manifest are lost',
    'INV-12',
    'core/manifest/edit-manifest.ts',
    'return verified(source, text, withValue(source.value, WEIGHT, weight));',
    "return verified(source, text.replace(/ *#.*$/gm, ''), withValue(source.value, WEIGHT, weight));",
  ),
  bug(
    'a closed rollback is opened again',
    'INV-10',
    PROPOSE,
    'const before = await findAnswer(world, proposal, state);',
    'const before = undefined as Awaited<ReturnType<typeof findAnswer>>;',
  ),
  bug(
    'steps go on under an open rollback',
    'INV-10',
    'app/hold-for-rollbacks.ts',
    'const known = await forge.branches(head, ROLLBACKS);',
    'const known: readonly string[] = [];',
  ),
  bug(
    'older rollbacks are left open',
    'INV-4',
    PROPOSE,
    'await closePulls(world, older, {',
    'await closePulls(world, older.slice(older.length), {',
  ),
  bug(
    'whatever is on the branch is merged',
    'INV-11',
    PROPOSE,
    "if (known && left.kind === 'foreign') return taken(branch, left.tip, known);",
    "if (known && left.kind === 'foreign') return ended(await settle(forge, proposal, known));",
  ),
  bug(
    'a lost run blocks its own branch',
    'INV-6',
    PROPOSE,
    "return own ? { kind: 'own', proposal: own } : { kind: 'foreign', tip };",
    "return { kind: 'foreign', tip };",
  ),
  bug(
    'people are told at every tick',
    'INV-13',
    DECIDE,
    "const told = pause?.code === 'EVIDENCE_MISSING' && !seenAfterwards;",
    'const told = false as boolean && seenAfterwards;',
  ),
  bug(
    'people are never told',
    'INV-13',
    DECIDE,
    'if (blind && !told && elapsed(since, input.now) > limit) {',
    'if (blind && !told && elapsed(since, input.now) > limit * 100) {',
  ),
  bug(
    'the words of an unexpected error are shown',
    'INV-14',
    'app/fault.ts',
    '; please report it`',
    '; ` + String(fault)',
  ),
  bug(
    'writes are tried until they work',
    'INV-15',
    'app/fault.ts',
    '      return await write();\n    } catch (fault) {',
    "      for (let tries = 0; tries < 100; tries += 1) {\n        const receipt = await write();\n        if (receipt.kind !== 'head-moved' && receipt.kind !== 'blocked') return receipt;\n      }\n      return await write();\n    } catch (fault) {",
  ),
  bug(
    'a lost answer ends all later decisions',
    'BUG',
    'app/fault.ts',
    'if (!(fault instanceof ToolError)) throw fault;\n      const failed',
    "throw new TypeError('answer');\n      const failed",
  ),
  bug(
    'one release that cannot be read stops the others',
    'HEAL',
    'app/advance.ts',
    "if (file.kind === 'unreadable') return reportUnreadable(file);",
    "if (snapshot.releases.some(({ kind }) => kind === 'unreadable') || file.kind === 'unreadable') return reportHeld(file, 'MANIFEST_INVALID', '');",
  ),
  bug(
    'a candidate that went keeps its rollout',
    'INV-1',
    STATE,
    'const running = candidate && started && sameDeployment(started, candidate) ? unfinished : [];',
    'const running = candidate && started ? unfinished : [];',
  ),
  bug(
    'a way down never ends',
    'HEAL',
    'core/decision/decide-braking.ts',
    'input.now < until) {',
    'input.now > 0 && until > 0) {',
  ),
  bug(
    'a recovery is said while the bad version is served',
    'INV-16',
    WATCHED,
    "if (served.kind === 'gone' && assessment.overall === 'pass')",
    "if (assessment.overall === 'pass')",
  ),
  bug(
    'a restored version that fails is not looked at',
    'INV-16',
    WATCHED,
    "if (assessment.overall === 'fail') return decideSick(input, watched, assessment);",
    '',
  ),
  {
    name: 'freezes are forgotten',
    meant: 'INV-16',
    mutations: [
      {
        file: 'core/record/watched.ts',
        from: 'const isSecond = decision.reasons.some(',
        to: 'const isSecond = false as boolean && decision.reasons.some(',
      },
      {
        file: 'app/require-way-back.ts',
        from: 'if (message === undefined) return decision;',
        to: 'if (message !== null) return decision;',
      },
    ],
  },
  bug(
    'blind counts as not recovered',
    'INV-7',
    WATCHED,
    "if (assessment.overall === 'fail') return decideSick",
    "if (assessment.overall === 'fail' || (now >= until && isBlind(assessment))) return decideSick",
  ),
  bug(
    'blind counts as recovered',
    'INV-16',
    WATCHED,
    "if (served.kind === 'unseen' || isBlind(assessment)) {",
    "if (served.kind === 'unseen' && served.reason === '') {",
  ),
  bug(
    'each look at a rollback that did not help is written down',
    'INV-13',
    WATCHED,
    'const isTold = pause !== undefined &&',
    'const isTold = (false as boolean) && pause !== undefined &&',
  ),
  bug(
    'a candidate that waits takes the eyes off a rollback',
    'INV-16',
    DECIDE,
    'const looked = watched && decideWatched(input, watched);\n  if (looked && isRecorded(looked))',
    'const looked = undefined as Decision | undefined;\n  if (looked && isRecorded(looked))',
  ),
  bug('a recovery that waits is somebody else’s', 'HEAL', STATES, "'evidence', 'recovery']", "'evidence']"),
  bug(
    'a split that a person changed is called recovered',
    'INV-3',
    PLAN,
    "new Set(['advance', 'promote', 'recover'])",
    "new Set(['advance', 'promote'])",
  ),
  bug(
    'a watch never ends',
    'HEAL',
    'core/decision/watch.ts',
    'return watch === undefined ? undefined : after(since, watch);',
    'return watch === undefined ? undefined : after(since, millis(watch * 100));',
  ),
  bug(
    'a promoted version is watched in vain',
    'INV-8',
    WATCHED,
    "if (assessment.overall === 'fail') return takeBack(",
    "if (assessment.overall === 'fail' && watched.pause) return takeBack(",
  ),
  bug('harm waits for a person', 'INV-8', 'app/restore.ts', "landing: 'arm',", "landing: 'person',"),
  ...PLANTED_ORDERS,
  ...PLANTED_DRILLS,
];
