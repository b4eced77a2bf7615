import * as z from 'zod';
import { authSchema, envNameSchema } from './auth-schema.ts';
import { lazily } from './lazily.ts';
import { policyShape } from './policy-schema.ts';
import { registriesSchema } from './registry-schema.ts';
import { Duration, Name, RepoPath, wording } from './scalars.ts';
import { verifySchema } from './verify-schema.ts';

/**
 * The one declaration of `.belay/config.yaml`. It is the only file that may name a URL or a secret, and privileged runs
 * read it from the default branch only.
 */

const maxStalenessSchema = () =>
  Duration.optional().meta({ description: 'A newest sample older than this is no sample. Default 5m.' });

const prometheusSchema = () =>
  z
    .strictObject({
      kind: z.literal('prometheus').meta({ description: 'A server that answers the Prometheus HTTP API.' }),
      url: z
        .url({ protocol: /^https?$/ })
        .regex(/^https?:\/\/[^\s@?#]+$/)
        .register(wording, {
          expected: 'an http(s) URL without user, query or fragment',
          must: 'must be an http(s) URL without user, query or fragment; a user and a password come from variables, by auth: {kind: basic, usernameEnv: …, passwordEnv: …}',
          isPrivate: true,
        })
        .meta({ description: 'Base URL of the Prometheus API, e.g. https://prometheus.acme.dev' }),
      auth: authSchema().optional().meta({ description: 'How the server knows us. Default: not at all.' }),
      tenant: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,128}$/)
        .register(wording, { expected: 'a tenant id of letters, digits, dots, dashes and underscores' })
        .optional()
        .meta({ description: 'Value of the X-Scope-OrgID header (Mimir, Cortex, Thanos).' }),
      timeout: Duration.optional().meta({ description: 'Per query. Default 10s.' }),
      maxStaleness: maxStalenessSchema(),
    })
    .meta({ description: 'Prometheus or anything that answers its HTTP API.' });

const openMetricsSchema = () =>
  z
    .strictObject({
      kind: z.literal('openmetrics').meta({ description: 'Recorded history in a file.' }),
      file: RepoPath.meta({ description: 'An OpenMetrics text file with timestamps.' }),
      maxStaleness: maxStalenessSchema(),
    })
    .meta({ description: 'Recorded history: replays a rollout without a server.' });

const drillProviderSchema = () =>
  z
    .strictObject({
      kind: z.literal('drill').meta({
        description:
          'Traffic that Belay makes up for drill.sandbox, along the split on the default branch: a version that a drill brought fails.',
      }),
    })
    .meta({ description: 'What the checks of the sandbox ask, and no other release.' });

const providersSchema = () =>
  z
    .record(
      Name,
      z.discriminatedUnion('kind', [prometheusSchema(), openMetricsSchema(), drillProviderSchema()]),
    )
    .refine((providers) => Object.keys(providers).length > 0, {
      error: 'must name at least one provider',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a map of providers by name, such as prod: {kind: prometheus, url: …}' })
    .meta({ description: 'The metrics sources that manifests may name.' });

const dispatchSchema = () =>
  z
    .strictObject({
      sources: z
        .record(
          Name,
          z
            .strictObject({
              keyEnv: envNameSchema('Environment variable that holds the key, of at least 32 characters.'),
            })
            .meta({ description: 'Somebody who may ask Belay to look.' }),
        )
        .refine((sources) => Object.keys(sources).length > 0, {
          error: 'must name at least one source',
          params: { code: 'VALUE_INCOMPLETE' },
        })
        .register(wording, { expected: 'a map of sources by name, such as alertmanager: {keyEnv: …}' })
        .meta({ description: 'Who may ask Belay to look at a release, by name.' }),
    })
    .meta({
      description:
        'Whose repository_dispatch is heeded by rollback. Default: anybody’s, for it only makes Belay look.',
    });

const drillSchema = () =>
  z
    .strictObject({
      every: Duration.optional().meta({
        description:
          'validate warns of each release whose last drill that passed is older than this, like 90d; a tier may say another time. Default: never.',
      }),
      target: Duration.optional().meta({
        description: 'A drill passes only when a rollback takes no longer than this. Default 10m.',
      }),
      sandbox: Name.optional().meta({
        description:
          'A release that serves nobody, on which drills are real: a version is started, fails, is taken back on the default branch and its recovery verified. Default: none.',
      }),
    })
    .meta({ description: 'How often a rollback of each release is rehearsed, and how quick it must be.' });

/** The schema of the config, built on first use. */
export const configSchema = lazily(() =>
  z
    .strictObject({
      apiVersion: z.literal('belay.dev/v1').meta({ description: 'Version of this format.' }),
      kind: z.literal('Config').meta({ description: 'The config of Belay in this repository.' }),
      releases: z.array(RepoPath).min(1).max(50).optional().meta({
        description:
          'Folders that hold release manifests (*.yaml, *.yml, not their subfolders). Default releases.',
      }),
      providers: providersSchema(),
      registries: registriesSchema().optional(),
      verify: verifySchema().optional(),
      advance: z
        .strictObject({
          mode: z.enum(['commit', 'pull-request']).meta({
            description:
              'commit: straight to the default branch. pull-request: one per step, for protected branches; merged by the first run that decides it and finds its requirements met.',
          }),
        })
        .optional()
        .meta({ description: 'How a step reaches the default branch. Default: mode commit.' }),
      merge: z
        .strictObject({
          method: z
            .enum(['merge', 'squash', 'rebase'])
            .meta({ description: 'How Belay merges its own pull requests. Default merge.' }),
        })
        .optional()
        .meta({ description: 'How pull requests of Belay are merged.' }),
      account: z
        .number()
        .int()
        .positive()
        .register(wording, { expected: 'the number of an account, such as 41898282' })
        .optional()
        .meta({
          description:
            'Number of the account whose token Belay runs with (`id` at https://api.github.com/users/NAME): a pull request of any other that brings records is refused. Default: any App.',
        }),
      ...policyShape(),
      dispatch: dispatchSchema().optional(),
      drill: drillSchema().optional(),
    })
    .meta({
      title: 'Belay config',
      description: 'Providers, policy, and how Belay works in this repository.',
    }),
);

/** `.belay/config.yaml`, as read: durations in ms. */
export type Config = z.output<ReturnType<typeof configSchema>>;
/** A metrics source of any kind. */
export type ProviderSpec = Config['providers'][string];
/** A server with the Prometheus HTTP API. */
export type PrometheusSpec = Extract<ProviderSpec, { kind: 'prometheus' }>;
/** Recorded history in a file. */
export type OpenMetricsSpec = Extract<ProviderSpec, { kind: 'openmetrics' }>;

/** Made-up traffic of the sandbox. */
export type DrillProviderSpec = Extract<ProviderSpec, { kind: 'drill' }>;

/** Where the config lives. */
export const CONFIG_PATH = '.belay/config.yaml';
/** Folder of all records; one folder per release below it. */
export const RECORDS_PATH = '.belay/records';
/** Folder of the records of drills; one folder per release below it. */
export const DRILLS_PATH = '.belay/drills';
/** Beginning of the names of all branches that drills make, and the only ones that they delete. */
export const DRILL_BRANCHES = 'belay/drill/';
