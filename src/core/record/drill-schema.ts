import * as z from 'zod';
import { ContentDigest, Label, Name } from '../manifest/scalars.ts';
import { Moment } from './moment.ts';
import { CommitId, TriggerSchema } from './record-schema.ts';

/**
 * The one declaration of the record of a drill. Drills have folders of their own, so that the chain of a release tells of what was
 * served alone; they are written and chained like other records.
 */

/** What goes wrong in a drill, on purpose. */
export const DRILL_VARIANTS = [
  'healthy',
  'provider-down',
  'auto-merge-off',
  'target-missing',
  'permission-lost',
] as const;

/** The parts of a drill that are timed, in their order; all time of a drill is in one of them. */
export const DRILL_PHASES = [
  /** Looking for a real incident: before the drill and between its phases. */
  'look',
  /** The scratch branch on which a version is in flight; of a sandbox, the candidate that nobody is sent to yet. */
  'prepare',
  /** Of a sandbox: until the candidate has its first traffic. */
  'start',
  /** Of a sandbox: until its harm is proven. */
  'detect',
  /** Reading, finding the last good version, computing the rollback. */
  'decide',
  /** Branch, commit and pull request: one request. */
  'pull-request',
  'merge',
  /** Reading what was restored. */
  'restored',
  /** Of a sandbox: until the rollback has proven itself. */
  'verify',
  /** Reading what the default branch asks of a pull request. */
  'checks',
  /** Closing and deleting all that the drill made. */
  'close',
] as const;

/** Where a drill rolls back. */
export const DRILL_PLACES = [
  /** On a branch of its own. */
  'scratch',
  /** On the default branch, a release that serves nobody. */
  'sandbox',
] as const;

const Length = z.number().int().nonnegative();

export const DrillSchema = z
  .strictObject({
    apiVersion: z.literal('belay.dev/v1'),
    kind: z.literal('Drill'),
    release: Name,
    sequence: z.number().int().positive(),
    previous: ContentDigest.nullable(),
    /** When it began. */
    at: Moment,
    tool: z.string(),
    trigger: TriggerSchema,
    /** The commit that was drilled on. */
    base: CommitId,
    operation: z.string().regex(/^[0-9a-f]{64}$/),
    variant: z.enum(DRILL_VARIANTS),
    place: z.enum(DRILL_PLACES).default('scratch'),
    passed: z.boolean(),
    /** The version that was taken back; null when none could be put in flight. */
    from: Label.nullable(),
    /** In milliseconds; they add up to the total. */
    phases: z.array(z.strictObject({ phase: z.enum(DRILL_PHASES), length: Length })),
    total: Length,
    /** From the decision until what was restored could be read: what is held against the target. */
    restore: Length,
    target: Length,
    /** What the default branch asks of a pull request; null when that could not be seen. */
    requirements: z.array(z.string()).nullable(),
    /** What must be mended before a real rollback; none when it passed. */
    findings: z.array(z.strictObject({ code: z.string().regex(/^[A-Z][A-Z0-9_-]*$/), text: z.string() })),
  })
  .meta({ title: 'Belay drill', description: 'A rollback that was rehearsed; written by Belay only.' });

/** The record of a drill, as read: moments in ms since the epoch. */
export type Drill = z.output<typeof DrillSchema>;
/** The record of a drill, as written: moments as ISO 8601 text. */
export type WrittenDrill = z.input<typeof DrillSchema>;
/** What goes wrong in a drill. */
export type DrillVariant = Drill['variant'];
/** Where a drill rolls back. */
export type DrillPlace = Drill['place'];
/** A part of a drill that is timed. */
export type DrillPhase = Drill['phases'][number]['phase'];
/** What a drill found to be mended. */
export type DrillFinding = Drill['findings'][number];
