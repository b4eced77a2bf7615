import * as z from 'zod';
import type { TierBrakes } from './brake.ts';
import { checkSchema } from './check-schema.ts';
import { compatSchema, contractSchema, needsSchema, otherValuesSchema } from './compat-schema.ts';
import { lazily } from './lazily.ts';
import {
  ContentDigest,
  Duration,
  ErrorRate,
  Label,
  Line,
  Name,
  Owner,
  RepoPath,
  Weight,
  wording,
} from './scalars.ts';
import { targetSchema } from './target-schema.ts';
import { waiverSchema } from './waiver-schema.ts';

/**
 * The one declaration of a release manifest: from it come the type, the validation and the JSON Schema for editors.
 * Rules that need more than one field live in rules.ts.
 */

const artifactSchema = () =>
  z
    .strictObject({
      uri: z
        .string()
        .max(1_000)
        .regex(/^[a-z][a-z0-9+.-]*:\/{0,2}[^\s"'`{}<>\\]+$/)
        .refine((text) => !/^[^:]*:\/\/[^/]*@/.test(text), {
          error: 'must not carry a user or password; the serving system has its own',
          params: { code: 'SEC-03' },
        })
        .refine((text) => !/^(?:javascript|data|vbscript):/.test(text), {
          error:
            'must say where the artifact is, not be a script or the content itself; write oci://…, s3://… or https://…',
          params: { code: 'SEC-11' },
        })
        .register(wording, { expected: 'a URI like oci://registry/name or s3://bucket/key', isPrivate: true })
        .meta({ description: 'Where the artifact is; the digest says what it is.' }),
      digest: ContentDigest.meta({
        description: 'SHA-256 of the artifact; what was reviewed is what is served.',
      }),
      format: Label.optional().meta({ description: 'File format, e.g. onnx or safetensors.' }),
      signature: RepoPath.optional().meta({
        description:
          'A sigstore bundle in this repository that signs the digest; `verify` in the config says whose count.',
      }),
    })
    .meta({ description: 'One thing that a version is made of, pinned by digest.' });

const provenanceSchema = () =>
  z
    .strictObject({
      code: Label.optional().meta({ description: 'Commit of the training code.' }),
      data: ContentDigest.optional().meta({ description: 'Digest of the training data snapshot.' }),
      run: Line.optional().meta({ description: 'Training run, e.g. mlflow:/runs/41d0.' }),
      seed: z.number().int().optional().meta({ description: 'Random seed of the training run.' }),
    })
    .meta({ description: 'Where a version comes from; copied into the record.' });

const versionSchema = () =>
  z.strictObject({
    version: Label.meta({ description: 'The name of this version; {{version}} in queries.' }),
    backend: Label.meta({
      description: 'What the targets route to; a version keeps its backend for life. {{backend}} in queries.',
    }),
    summary: Line.optional().meta({
      description: 'What is new in it, for the people who review and the revert PR.',
    }),
    artifacts: z
      .record(Name, artifactSchema())
      .refine((artifacts) => Object.keys(artifacts).length > 0, {
        error: 'must name at least one artifact',
        params: { code: 'VALUE_INCOMPLETE' },
      })
      .register(wording, { expected: 'a map of artifacts by name, such as model: {uri: …, digest: …}' })
      .meta({
        description: 'What it is made of, by name; `model` is the one that targets with a storage URI serve.',
      }),
    provenance: provenanceSchema().optional(),
    contract: contractSchema().optional(),
    compat: compatSchema().optional(),
    alsoWorksWith: otherValuesSchema().optional(),
    needs: needsSchema().optional(),
  });

const stepSchema = () =>
  z
    .strictObject({
      weight: Weight,
      hold: Duration.meta({ description: 'How long to stay on this weight at least, e.g. 1h.' }),
      approval: z.literal('required').optional().meta({
        description: 'A person approves this step, by a review of its pull request or with /belay approve.',
      }),
    })
    .meta({ description: 'One declared weight. The last step is at 100: its hold is the bake.' });

const metadataSchema = () =>
  z
    .strictObject({
      name: Name.meta({ description: 'Name of the release; its records are in .belay/records/<name>/.' }),
      owners: z
        .array(Owner)
        .max(20)
        .optional()
        .meta({ description: 'Who answers for it: GitHub logins or teams, each beginning with @.' }),
      runbook: RepoPath.optional().meta({
        description: 'What to do when it goes wrong; linked from the revert PR.',
      }),
      dependsOn: z
        .array(Name)
        .max(20)
        .register(wording, { expected: 'a list of releases of this repository' })
        .optional()
        .meta({ description: 'Releases of this repository that it needs; they are rolled out before it.' }),
    })
    .meta({ description: 'What the release is called and who answers for it.' });

const rolloutSchema = () =>
  z
    .strictObject({
      strategy: z
        .literal('canary')
        .meta({ description: 'Some traffic to the candidate, more with every step.' }),
      weight: Weight.meta({
        description: 'Percent of traffic the candidate gets. Belay’s number: a new candidate carries 0.',
      }),
      paused: z
        .boolean()
        .optional()
        .meta({ description: 'true: Belay watches and may roll back, but does not advance.' }),
      steps: z
        .array(stepSchema())
        .min(1)
        .max(50)
        .register(wording, { expected: 'a list of steps like {weight: 5, hold: 1h}' })
        .meta({ description: 'The declared weights, rising to 100.' }),
      deadline: Duration.meta({
        description: 'A rollout that takes longer is paused and a person is told.',
      }),
      watch: Duration.optional().meta({
        description:
          'So long a promoted version is still held to its checks, late labels included, and taken back when one fails. Default: not at all.',
      }),
    })
    .meta({ description: 'How the candidate gets its traffic, step by step.' });

const healthSchema = () =>
  z
    .strictObject({
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
      checks: z
        .array(checkSchema())
        .min(1)
        .max(50)
        .register(wording, { expected: 'a list of checks' })
        .meta({ description: 'The health questions; all must pass to advance, any that fails rolls back.' }),
    })
    .meta({ description: 'How the health of the candidate is judged.' });

const specSchema = () =>
  z
    .strictObject({
      tier: Name.optional().meta({
        description: 'The tier of .belay/config.yaml whose floors hold. Default: its defaultTier.',
      }),
      stable: versionSchema().meta({ description: 'The version that serves everyone else.' }),
      candidate: versionSchema().optional().meta({
        description: 'The version being tried; absent when the release is settled.',
      }),
      rollout: rolloutSchema(),
      health: healthSchema(),
      targets: z
        .array(targetSchema())
        .min(1)
        .max(20)
        .register(wording, { expected: 'a list of targets' })
        .meta({
          description: 'The resources of the serving system whose traffic split follows this manifest.',
        }),
      rollback: z
        .strictObject({
          mode: z.enum(['revert', 'step-down', 'fallback']).optional().meta({
            description:
              'What a failing check without onFail does. revert: at once, by a pull request that restores the last good manifest. step-down: the declared steps down first. fallback: as revert, to the version that fallback names. Default revert.',
          }),
          every: Duration.optional().meta({
            description: 'Of step-down: how long to stay on each step on the way down. Default two ticks.',
          }),
          fallback: Label.optional().meta({
            description:
              'The version that fallback goes back to, good by the records. Where it cannot be restored, the newest good one is taken.',
          }),
          verify: Duration.optional().meta({
            description:
              'After a rollback: so long Belay looks whether the traffic is back and the checks are well, and writes down that it recovered, or goes back once more. Default: not at all.',
          }),
        })
        .optional()
        .meta({ description: 'How a failing candidate is taken back.' }),
      waivers: z
        .array(waiverSchema())
        .max(20)
        .register(wording, { expected: 'a list of waivers' })
        .optional()
        .meta({ description: 'Rules that an owner sets aside for a while.' }),
    })
    .meta({ description: 'What is rolled out, how, and how its health is judged.' });

/** The schema of a release manifest, built on first use: a command that reads none does not pay for it. */
export const releaseSchema = lazily(() =>
  z
    .strictObject({
      apiVersion: z.literal('belay.dev/v1').meta({ description: 'Version of this format.' }),
      kind: z.literal('Release').meta({ description: 'A release manifest.' }),
      metadata: metadataSchema(),
      spec: specSchema(),
    })
    .meta({ title: 'Belay release', description: 'What is rolled out, how, and how its health is judged.' }),
);

/** A release manifest, as read: durations in ms, percentages as ratios, weights in percent. */
export type Release = z.output<ReturnType<typeof releaseSchema>> & { readonly byTier?: TierBrakes };
/** A version: stable or candidate. */
export type VersionSpec = Release['spec']['stable'];
/** How a failing candidate is taken back. */
export type RollbackSpec = NonNullable<Release['spec']['rollback']>;
/** One declared weight and how long to stay on it. */
export type StepSpec = Release['spec']['rollout']['steps'][number];
/** A health check of any kind. */
export type CheckSpec = Release['spec']['health']['checks'][number];
/** A share of bad events, compared with stable. */
export type ProportionSpec = Extract<CheckSpec, { kind: 'proportion' }>;
/** The candidate alone against a share of bad events. */
export type LimitSpec = Extract<CheckSpec, { kind: 'limit' }>;
/** A measurement, compared with stable. */
export type GaugeSpec = Extract<CheckSpec, { kind: 'gauge' }>;
/** A distribution, compared with stable's or a fixed one. */
export type DistributionSpec = Extract<CheckSpec, { kind: 'distribution' }>;
/** Whether traffic is split as declared. */
export type SplitSpec = Extract<CheckSpec, { kind: 'split' }>;
/** Events per unit of exposure, compared with stable. */
export type RateSpec = Extract<CheckSpec, { kind: 'rate' }>;
/** Measurements in buckets, compared with stable. */
export type LatencySpec = Extract<CheckSpec, { kind: 'latency' }>;
/** A value of the candidate against fixed bounds. */
export type ThresholdSpec = Extract<CheckSpec, { kind: 'threshold' }>;
/** A check that counts as evidence within the promise; all but `threshold`. */
export type EvidenceSpec = Exclude<CheckSpec, ThresholdSpec>;
/** Group by group. */
export type FairnessSpec = Extract<CheckSpec, { kind: 'fairness' }>;
/** What a model's probabilities are worth. */
export type CalibrationSpec = Extract<CheckSpec, { kind: 'calibration' }>;
/** Questions of the field that are another kind in other words; see expand-check.ts. */
export type QuestionSpec = Extract<
  CheckSpec,
  {
    kind:
      | 'errors'
      | 'accuracy'
      | 'agreement'
      | 'data-quality'
      | 'business'
      | 'throughput'
      | 'saturation'
      | 'drift'
      | 'confidence';
  }
>;
/** How much worse than stable: ratios, each part optional, one of them there. */
export type MarginSpec = NonNullable<ProportionSpec['tolerate']>;
/** What still counts as safe, each part optional, one of them there. */
export type SafeMarginSpec = NonNullable<ProportionSpec['safe']>;
/** A resource whose traffic split follows the manifest. */
export type TargetSpec = Release['spec']['targets'][number];
/** A Gateway API HTTPRoute. */
export type GatewayApiSpec = Extract<TargetSpec, { kind: 'gateway-api' }>;
/** A KServe InferenceService. */
export type KServeSpec = Extract<TargetSpec, { kind: 'kserve' }>;
