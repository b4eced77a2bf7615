import * as z from 'zod';
import { ContentDigest, Label, Name, RepoPath, Weight } from '../manifest/scalars.ts';
import { type Sha, sha } from '../units.ts';
import { Moment } from './moment.ts';
import { OrderSchema } from './order-schema.ts';

/**
 * The one declaration of a record: evidence and decision as JSON, in the same commit as the change, hash-chained by
 * `previous`. It holds the inputs of the decision, so that replaying it gives the same decision.
 */

/** A commit's whole id. */
export const CommitId = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
  .transform((text): Sha => sha(text));

const VersionRefSchema = z.strictObject({
  version: Label,
  backend: Label,
  artifacts: z.record(Name, ContentDigest),
});

const Reason = z.strictObject({ code: z.string().regex(/^[A-Z][A-Z_]*$/), text: z.string() });

const FileChange = z.strictObject({
  path: RepoPath,
  before: ContentDigest.nullable(),
  after: ContentDigest,
});

const PointValue = z.union([z.number(), z.enum(['missing', 'not-a-number', 'infinite'])]);

const Outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sample'), value: z.number() }),
  z.strictObject({ kind: z.literal('series'), values: z.array(PointValue) }),
  /** One series per value of the label that was asked for. */
  z.strictObject({
    kind: z.literal('grouped'),
    groups: z.array(z.strictObject({ value: z.string().min(1), values: z.array(PointValue) })).min(1),
  }),
  z.strictObject({ kind: z.literal('absent'), reason: z.string(), detail: z.string() }),
  /** Numbers that came and were left out, since the file would have been too large to be read again. */
  z.strictObject({ kind: z.literal('omitted'), points: z.number().int().positive() }),
]);

const Grid = z.strictObject({ first: Moment, last: Moment, step: z.number().positive() });

const RequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('instant'), query: z.string(), at: Moment }),
  z.strictObject({ kind: z.literal('range'), query: z.string(), grid: Grid }),
  z.strictObject({ kind: z.literal('grouped'), query: z.string(), grid: Grid, by: z.string().min(1) }),
]);

const RecordedObservation = z.strictObject({
  id: z.string(),
  provider: Name,
  request: RequestSchema,
  fetchedAt: Moment,
  outcome: Outcome,
});

const RecordedCheck = z.strictObject({
  name: Name,
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'no-data', 'error']),
  gating: z.boolean(),
  sentence: z.string(),
  parameters: z.record(z.string(), z.json()).optional().meta({
    description:
      'How it was read, defaults and estimates filled in; of checks within the promise. Records before it have none.',
  }),
});

const Evidence = z.strictObject({
  overall: z.enum(['pass', 'fail', 'inconclusive', 'no-data', 'error']),
  logHarm: z.number(),
  threshold: z.number(),
  checks: z.array(RecordedCheck),
  observations: z.array(RecordedObservation),
});

const GuaranteeSchema = z.strictObject({
  falseRollbackRate: z.number(),
  falseAdvanceRate: z.number(),
  tick: z.number(),
  ingestDelay: z.number().optional(),
  providers: z.record(z.string(), z.record(z.string(), z.json())).optional(),
  steps: z.array(z.tuple([z.number(), z.number()])),
  checks: z.record(z.string(), z.record(z.string(), z.json())),
});

/** Who and what started a run. */
export const TriggerSchema = z.strictObject({
  kind: z.enum(['schedule', 'manual', 'dispatch', 'comment', 'command-line']),
  actor: z.string().nullable(),
  dispatch: z.strictObject({ id: z.string(), source: Name, reason: z.string() }).optional().meta({
    description: 'Of a rollback that a signed dispatch asked to look for; its id is not heeded again.',
  }),
  order: OrderSchema.optional().meta({
    description: 'What a person ordered; this record is what came of it.',
  }),
});

export const RecordSchema = z
  .strictObject({
    apiVersion: z.literal('belay.dev/v1'),
    kind: z.literal('Record'),
    release: Name,
    sequence: z.number().int().positive(),
    previous: ContentDigest.nullable().meta({
      description: 'Digest of the record before it; null in the first.',
    }),
    at: Moment.meta({ description: 'When it was decided.' }),
    tool: z.string(),
    trigger: TriggerSchema,
    via: z.enum(['commit', 'pull-request']).meta({
      description:
        'How it reached the default branch; a pull request may land much later than it was decided.',
    }),
    base: CommitId.meta({ description: 'The commit that was decided on.' }),
    operation: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'Names the change: `Belay-Op` of its commit.' }),
    decision: z.strictObject({
      kind: z.enum([
        'adopt',
        'start',
        'advance',
        'reduce',
        'promote',
        'pause',
        'resume',
        'approve',
        'rollback',
        'recover',
        'lift',
      ]),
      from: Weight,
      to: Weight,
      reasons: z.array(Reason),
    }),
    stable: VersionRefSchema.nullable(),
    candidate: VersionRefSchema.nullable(),
    good: VersionRefSchema.nullable().meta({ description: 'The version that is good from here on.' }),
    quarantine: VersionRefSchema.nullable().meta({
      description: 'The version that may not come again from here on.',
    }),
    lifted: Label.optional().meta({
      description:
        'Name of a version that was quarantined and may come again from here on. Other records have none.',
    }),
    restored: z
      .strictObject({
        version: VersionRefSchema,
        commit: CommitId,
        record: z.number().int().positive(),
        passedOver: z
          .array(z.strictObject({ version: Label, reason: z.string() }))
          .optional()
          .meta({ description: 'Good versions that come first and could not be gone back to.' }),
        verify: z.number().int().positive().optional().meta({
          description: 'How long it has to prove itself, in ms. A rollback that needs no proof has none.',
        }),
      })
      .nullable()
      .meta({ description: 'What a rollback went back to, and the commit that its bytes are of.' }),
    rollout: z
      .strictObject({
        startedAt: Moment,
        transitions: z.array(z.strictObject({ weight: Weight, at: Moment })).min(1),
      })
      .nullable()
      .meta({ description: 'The rollout that it is of, with every weight until then.' }),
    manifest: FileChange,
    targets: z.array(FileChange),
    evidence: Evidence.nullable(),
    recovery: z
      .strictObject({
        rollback: z.number().int().positive().meta({ description: 'Number of the record of the rollback.' }),
        decided: Moment.meta({
          description: 'When the evidence against the bad version was read, and its rollback decided.',
        }),
        landed: Moment.meta({ description: 'When the rollback reached the default branch.' }),
        served: Moment.nullable().meta({
          description:
            'End of the first tick in which the bad version had no traffic any more (at most 1%); null: it had none in any tick that was looked at, so it was gone before the first of them.',
        }),
        recovered: Moment.meta({ description: 'When the restored version was found to be well.' }),
      })
      .nullable()
      .optional()
      .meta({ description: 'Of a recovery: when each phase of it was over. Other records have none.' }),
    guarantee: GuaranteeSchema.nullable().optional().meta({
      description: 'Of a start: what the error rates of the rollout rest on. Records before it have none.',
    }),
  })
  .meta({ title: 'Belay record', description: 'What was decided, on what evidence; written by Belay only.' });

/** A record, as read: moments in ms since the epoch. */
export type BelayRecord = z.output<typeof RecordSchema>;
/** A record, as written: moments as ISO 8601 text. */
export type WrittenRecord = z.input<typeof RecordSchema>;
