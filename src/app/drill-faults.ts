import { assertNever } from '../core/errors.ts';
import type { DrillFinding, DrillVariant } from '../core/record/drill-schema.ts';
import type { Forge } from '../ports/forge.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { BlockCode, ReleaseReport } from '../report/run-report.ts';
import type { World } from './world.ts';

/** The world of a drill with the fault of its variant in it: what Belay would meet, at the seam where it would meet it. */
export function withFault(world: World, variant: DrillVariant): World {
  const { forge } = world;
  switch (variant) {
    case 'healthy':
      return world;
    case 'provider-down':
      return { ...world, openProvider: async (name) => unreachable(world, name) };
    case 'auto-merge-off':
      return withForge(world, {
        merge: async () => ({
          kind: 'blocked',
          code: 'AUTO_MERGE_OFF',
          message:
            'drill: a requirement is pending and auto-merge is off. Merge it by hand then, or switch on "Allow auto-merge" under Settings > General',
        }),
      });
    case 'target-missing':
      return withForge(world, { history: async () => [] });
    case 'permission-lost':
      return withForge(world, {
        propose: async () => ({
          kind: 'refused',
          code: 'PERMISSION_MISSING',
          message: `drill: the token may not write below "${forge.defaultBranch}". It needs "contents: write" and "pull-requests: write"`,
        }),
      });
    default:
      return assertNever(variant);
  }
}

function withForge(world: World, fault: Partial<Forge>): World {
  return { ...world, forge: { ...world.forge, ...fault } };
}

function unreachable({ clock }: World, name: string): MetricsProvider {
  return {
    name,
    query: async (request) => ({
      provider: name,
      request,
      fetchedAt: clock.now(),
      outcome: { kind: 'absent', reason: 'unreachable', detail: 'drill: the provider is down' },
    }),
  };
}

/** What a rollback of the drill came to, and who would be told. */
export interface DrillOutcome {
  /** The order of a person, carried out. */
  readonly ordered: ReleaseReport;
  /** A look for harm before it; only where the provider is down. */
  readonly looked: ReleaseReport | undefined;
  readonly owners: readonly string[];
}

/** What a variant shows to be wrong: nothing where Belay did what its documents say, and a person could go on from it. */
export function judgeVariant(variant: DrillVariant, outcome: DrillOutcome): readonly DrillFinding[] {
  const isMerged = variant === 'healthy' || variant === 'provider-down';
  return [...judgeFault(variant, outcome), ...(isMerged ? expectMerged(outcome) : [])];
}

/** The same while the fault is there, whatever comes of the rollback. */
export function judgeFault(variant: DrillVariant, outcome: DrillOutcome): readonly DrillFinding[] {
  switch (variant) {
    case 'healthy':
      return [];
    case 'provider-down':
      return expectHeld(outcome);
    case 'auto-merge-off':
      return expectBlocked(outcome, 'AUTO_MERGE_OFF');
    case 'permission-lost':
      return expectBlocked(outcome, 'PERMISSION_MISSING');
    case 'target-missing':
      return [...expectTold(outcome), ...expectPerson(outcome)];
    default:
      return assertNever(variant);
  }
}

/** What somebody did to the pull request of the drill; what a rollback says of it names branches of a real one. */
const MEDDLED: Partial<Record<BlockCode, string>> = {
  BRANCH_TAKEN: 'somebody pushed to the branch of the revert',
  PULL_CLOSED: 'somebody closed the pull request of the revert, or deleted its branch,',
};

function expectMerged({ ordered }: DrillOutcome): readonly DrillFinding[] {
  const { receipt } = ordered;
  if (receipt.kind === 'merged') return [];
  const somebody = receipt.kind === 'blocked' ? MEDDLED[receipt.code] : undefined;
  if (receipt.kind === 'blocked' && somebody !== undefined)
    return [
      {
        code: receipt.code,
        text: `${somebody} while the drill ran, so that it was not merged there. Drill again`,
      },
    ];
  const said = 'message' in receipt ? receipt.message : 'the revert was not merged';
  return otherwise(ordered, {
    code: 'NOT_MERGED',
    text: `${said}. Expected it to be merged into the scratch branch`,
  });
}

/** What kept a rollback from coming to what was expected, in its own words; where it has none, what is given. */
function otherwise(
  { receipt, decision, problems }: ReleaseReport,
  unexplained: DrillFinding,
): readonly DrillFinding[] {
  const [{ code, text }] = decision.reasons;
  // not what the fault is about: a brake that is gentler, or harm that no check minds
  const undecided: DrillFinding = { code, text: `no rollback was decided: ${text}` };
  if (receipt.kind === 'none') return [undecided];
  if (receipt.kind === 'blocked' && receipt.code !== 'NOT_COMPUTED')
    return [{ code: receipt.code, text: receipt.message }];
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors.map((problem) => ({ code: problem.code, text: problem.message }));
  return [decision.kind === 'rollback' ? unexplained : undecided];
}

/** Blind is not sick: a look that sees nothing rolls nothing back. */
function expectHeld({ looked }: DrillOutcome): readonly DrillFinding[] {
  if (looked?.decision.kind !== 'rollback') return [];
  return [{ code: 'BLIND_ROLLBACK', text: 'a look without a provider rolled back; please report it' }];
}

function expectBlocked({ ordered }: DrillOutcome, code: string): readonly DrillFinding[] {
  const { receipt } = ordered;
  if (receipt.kind === 'blocked' && receipt.code === code) return [];
  return otherwise(ordered, {
    code: 'NOT_TOLD',
    text: `expected the rollback to be held with ${code}, got ${receipt.kind}; please report it`,
  });
}

function expectTold({ ordered }: DrillOutcome): readonly DrillFinding[] {
  if (ordered.problems.some(({ code }) => code === 'NOTHING_TO_RESTORE')) return [];
  return otherwise(ordered, {
    code: 'NOT_TOLD',
    text: `expected NOTHING_TO_RESTORE to be told, got ${ordered.receipt.kind}; please report it`,
  });
}

function expectPerson({ owners, ordered: { path } }: DrillOutcome): readonly DrillFinding[] {
  if (owners.length > 0) return [];
  return [
    {
      code: 'NOBODY_NAMED',
      text: `nothing can be restored then, and ${path} names nobody who would decide; add metadata.owners to it`,
    },
  ];
}
