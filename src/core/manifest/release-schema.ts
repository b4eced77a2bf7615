import * as z from 'zod';
import {
  ContentDigest,
  Duration,
  ErrorRate,
  Label,
  Line,
  Name,
  Query,
  Ratio,
  RepoPath,
  Weight,
} from './scalars.ts';

/**
 * The one declaration of a release manifest: from it come the type, the validation and the JSON Schema for editors.
 * Rules that need more than one field live in rules.ts.
 */

const Artifact = z
  .strictObject({
    uri: z
      .string()
      .min(1)
      .max(1_000)
      .regex(/^[a-z][a-z0-9+.-]*:\/{0,2}[^\s"'`{}<>\\]+$/, {
        error: 'must be a URI like oci://registry/name or s3://bucket/key',
      })
      .meta({ description: 'Where the artifact is; the digest says what it is.' }),
    digest: ContentDigest.meta({
      description: 'SHA-256 of the artifact; what was reviewed is what is served.',
    }),
    format: Label.optional().meta({ description: 'File format, e.g. onnx or safetensors.' }),
  })
  .meta({ description: 'One thing that a version is made of, pinned by digest.' });

const Provenance = z
  .strictObject({
    code: Label.optional().meta({ description: 'Commit of the training code.' }),
    data: ContentDigest.optional().meta({ description: 'Digest of the training data snapshot.' }),
    run: z.string().min(1).max(500).optional().meta({ description: 'Training run, e.g. mlflow:/runs/…' }),
    seed: z.number().int().optional().meta({ description: 'Random seed of the training run.' }),
  })
  .meta({ description: 'Where a version comes from; copied into the record.' });

const Version = z.strictObject({
  version: Label.meta({ description: 'The name of this version; {{version}} in queries.' }),
  backend: Label.meta({
    description: 'What the targets route to; a version keeps its backend for life. {{backend}} in queries.',
  }),
  summary: Line.optional().meta({
    description: 'What is new in it, for the people who review and the revert PR.',
  }),
  artifacts: z
    .record(Name, Artifact)
    .refine((artifacts) => Object.keys(artifacts).length > 0, { error: 'must name at least one artifact' })
    .meta({
      description: 'What it is made of, by name; `model` is the one that targets with a storage URI serve.',
    }),
  provenance: Provenance.optional(),
});

const Step = z
  .strictObject({
    weight: Weight,
    hold: Duration.meta({ description: 'How long to stay on this weight at least, e.g. 1h.' }),
    approval: z
      .literal('required')
      .optional()
      .meta({ description: 'This step is entered by a pull request that a person merges.' }),
  })
  .meta({ description: 'One declared weight. The last step is at 100: its hold is the bake.' });

/** At most `relative` times worse plus `absolute` worse than stable. */
const Margin = z
  .strictObject({
    relative: Ratio.optional().meta({ description: 'Relative to stable: 10% tolerates 1.1 times as many.' }),
    absolute: Ratio.optional().meta({
      description: 'Added to stable: 0.25% tolerates a rate higher by 0.0025.',
    }),
  })
  .refine((margin) => margin.relative !== undefined || margin.absolute !== undefined, {
    error: 'must say relative, absolute or both',
  });

const checkBase = {
  name: Name.meta({ description: 'Name of the check, unique in the manifest.' }),
  provider: Name.meta({ description: 'A provider of .belay/config.yaml.' }),
};

const ProportionCheck = z
  .strictObject({
    ...checkBase,
    kind: z.literal('proportion'),
    bad: Query.meta({ description: 'How many bad events in {{window}}.' }),
    total: Query.meta({ description: 'How many events in {{window}}, bad ones included.' }),
    tolerate: Margin.meta({ description: 'Rolled back when proven worse than stable by more than this.' }),
    safe: Margin.optional().meta({
      description:
        'Advances when proven not worse than stable by more than this. Default: tolerate, but at least 25% and 0.25%.',
    }),
    limit: Ratio.optional().meta({
      description: 'And never above this, whatever stable does; the only bound at 100%.',
    }),
    absentIsZero: z
      .boolean()
      .optional()
      .meta({ description: 'No series for `bad` while `total` has one means no bad events. Default false.' }),
  })
  .meta({ description: 'A share of bad events, compared with stable at the same time.' });

const ThresholdCheck = z
  .strictObject({
    ...checkBase,
    kind: z.literal('threshold'),
    query: Query.meta({ description: 'The value of the candidate.' }),
    max: z.number().optional().meta({ description: 'Fails above this.' }),
    min: z.number().optional().meta({ description: 'Fails below this.' }),
    for: Duration.optional().meta({
      description:
        'How long the value must stay beyond the bound to fail, and within it to pass. Default 5m.',
    }),
    samples: Query.optional().meta({ description: 'How many events the value rests on in {{window}}.' }),
    minSamples: z
      .number()
      .int()
      .positive()
      .optional()
      .meta({ description: 'Fewer than this is not enough to judge.' }),
  })
  .refine((check) => check.max !== undefined || check.min !== undefined, {
    error: 'must say max, min or both',
  })
  .refine((check) => (check.samples === undefined) === (check.minSamples === undefined), {
    error: 'samples and minSamples go together',
  })
  .meta({ description: 'A value of the candidate against a bound.' });

const Check = z.discriminatedUnion('kind', [ProportionCheck, ThresholdCheck]);

const targetBase = {
  file: RepoPath.meta({ description: 'The file of the serving system in this repository.' }),
  namespace: Name.optional().meta({ description: 'Only a resource in this namespace.' }),
};

const GatewayApiTarget = z
  .strictObject({
    ...targetBase,
    kind: z.literal('gateway-api'),
    route: Label.meta({ description: 'Name of the HTTPRoute.' }),
    rule: Label.optional().meta({
      description: 'Name of the rule, when several rules route to the backends.',
    }),
  })
  .meta({ description: 'The weights of a Gateway API HTTPRoute.' });

const KServeTarget = z
  .strictObject({
    ...targetBase,
    kind: z.literal('kserve'),
    service: Label.meta({ description: 'Name of the InferenceService.' }),
    mode: z.enum(['knative', 'standard']).meta({
      description:
        'knative: canaryTrafficPercent and storageUri of the predictor. standard: the entries of spec.canary.',
    }),
    artifact: Name.optional().meta({ description: 'Which artifact the storage URI names. Default model.' }),
  })
  .meta({ description: 'The traffic split of a KServe InferenceService.' });

const Target = z.discriminatedUnion('kind', [GatewayApiTarget, KServeTarget]);

export const ReleaseSchema = z
  .strictObject({
    apiVersion: z.literal('belay.dev/v1'),
    kind: z.literal('Release'),
    metadata: z.strictObject({
      name: Name.meta({ description: 'Name of the release; its records are in .belay/records/<name>/.' }),
      owners: z
        .array(
          z.string().regex(/^@[A-Za-z0-9-]+(?:\/[A-Za-z0-9._-]+)?$/, {
            error: 'must be a GitHub login or team: @name or @org/team',
          }),
        )
        .optional()
        .meta({ description: 'Who answers for it.' }),
      runbook: RepoPath.optional().meta({
        description: 'What to do when it goes wrong; linked from the revert PR.',
      }),
    }),
    spec: z.strictObject({
      stable: Version.meta({ description: 'The version that serves everyone else.' }),
      candidate: Version.optional().meta({
        description: 'The version being tried; absent when the release is settled.',
      }),
      rollout: z.strictObject({
        strategy: z.literal('canary'),
        weight: Weight.meta({
          description: 'Percent of traffic the candidate gets. Belay’s number: a new candidate carries 0.',
        }),
        paused: z
          .boolean()
          .optional()
          .meta({ description: 'true: Belay watches and may roll back, but does not advance.' }),
        steps: z.array(Step).min(1).max(50).meta({ description: 'The declared weights, rising to 100.' }),
        deadline: Duration.meta({
          description: 'A rollout that takes longer is paused and a person is told.',
        }),
      }),
      health: z.strictObject({
        falseRollbackRate: ErrorRate.optional().meta({
          description:
            'Probability that a healthy rollout is rolled back, over all checks and looks together. Default 1%.',
        }),
        falseAdvanceRate: ErrorRate.optional().meta({
          description:
            'Probability that a rollout with a check worse than its safe margin reaches the end. Default 5%.',
        }),
        tick: Duration.optional().meta({
          description: 'Width of one count of evidence; fixed for a rollout. Default 5m.',
        }),
        ingestDelay: Duration.optional().meta({
          description: 'How long until metrics are complete; the newest stretch is left out. Default 1m.',
        }),
        noDataDeadline: Duration.optional().meta({
          description: 'Evidence missing for longer than this: pause and tell a person. Default 1h.',
        }),
        checks: z.array(Check).min(1).max(50),
      }),
      targets: z.array(Target).min(1).max(20),
      rollback: z
        .strictObject({
          mode: z
            .literal('revert')
            .meta({ description: 'At once, by a pull request that restores the last good manifest.' }),
        })
        .optional(),
    }),
  })
  .meta({ title: 'Belay release', description: 'What is rolled out, how, and how its health is judged.' });

/** A release manifest, as read: durations in ms, percentages as ratios, weights in percent. */
export type Release = z.output<typeof ReleaseSchema>;
export type VersionSpec = Release['spec']['stable'];
export type StepSpec = Release['spec']['rollout']['steps'][number];
export type CheckSpec = Release['spec']['health']['checks'][number];
export type ProportionSpec = Extract<CheckSpec, { kind: 'proportion' }>;
export type ThresholdSpec = Extract<CheckSpec, { kind: 'threshold' }>;
export type MarginSpec = ProportionSpec['tolerate'];
export type TargetSpec = Release['spec']['targets'][number];
export type GatewayApiSpec = Extract<TargetSpec, { kind: 'gateway-api' }>;
export type KServeSpec = Extract<TargetSpec, { kind: 'kserve' }>;
