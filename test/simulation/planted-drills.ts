import type { PlantedBug } from './planted.ts';
import type { Mutation } from './system.ts';

const bug = (name: string, ...mutations: readonly Mutation[]): PlantedBug => ({
  name,
  meant: 'INV-19',
  mutations,
  drills: true,
});

/** In what rehearses a rollback. */
export const PLANTED_DRILLS: readonly PlantedBug[] = [
  bug(
    'a drill is held on the default branch',
    {
      file: 'app/drill-scratch.ts',
      from: 'createDrillForge(scratch.onto(base), ',
      to: 'createDrillForge(world.forge, ',
    },
    {
      file: 'app/drill-forge.ts',
      from: 'if (under.startsWith(DRILL_BRANCHES) && branch.startsWith(under)) return;',
      to: 'if (under.startsWith(DRILL_BRANCHES) || branch.startsWith(under)) return;',
    },
  ),
  bug('a drill begins under an open rollback', {
    file: 'app/drill.ts',
    from: 'incident === undefined ? await rehearse(job)',
    to: 'incident !== null ? await rehearse(job)',
  }),
  bug('a drill looks for incidents once', {
    file: 'app/drill-job.ts',
    from: 'if (incident !== undefined) throw new DrillStopped(incident);',
    to: 'if (incident === null) throw new DrillStopped(incident);',
  }),
  bug('a rollout that cannot be seen stops no drill', {
    file: 'app/drill-incident.ts',
    from: "new Set(['fail', 'error', 'no-data'])",
    to: "new Set(['fail'])",
  }),
  bug('what a killed drill left stays', {
    file: 'app/drill-traces.ts',
    from: 'return now !== undefined && then',
    to: 'return now === undefined && then',
  }),
  bug('a drill takes another one for killed at once', {
    file: 'app/drill-traces.ts',
    from: 'now - then >= KILLED_AFTER',
    to: 'now - then >= 0',
  }),
  bug('a drill in which nothing was merged passes', {
    file: 'app/drill-faults.ts',
    from: '...(isMerged ? expectMerged(outcome) : [])',
    to: '...(isMerged ? [] : [])',
  }),
  bug('the record of a drill names none before it', {
    file: 'app/drill-record.ts',
    from: 'previous: tip,',
    to: 'previous: null,',
  }),
];
