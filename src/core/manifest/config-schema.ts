import * as z from 'zod';
import { Duration, Name, RepoPath } from './scalars.ts';

/**
 * The one declaration of `.belay/config.yaml`. It is the only file that may name a URL or a secret, and privileged runs
 * read it from the default branch only.
 */

const EnvName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, { error: 'must name an environment variable, like PROMETHEUS_TOKEN' });

const Auth = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bearer'),
    tokenEnv: EnvName.meta({ description: 'Environment variable that holds the token.' }),
  }),
  z.strictObject({
    kind: z.literal('basic'),
    usernameEnv: EnvName.meta({ description: 'Environment variable that holds the user name.' }),
    passwordEnv: EnvName.meta({ description: 'Environment variable that holds the password.' }),
  }),
]);

const PrometheusProvider = z
  .strictObject({
    kind: z.literal('prometheus'),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL without user, query or fragment' })
      .refine((text) => !/[@?#]/.test(text), {
        error: 'must be an http(s) URL without user, query or fragment',
      })
      .meta({ description: 'Base URL of the Prometheus API, e.g. https://prometheus.acme.dev' }),
    auth: Auth.optional(),
    tenant: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,128}$/)
      .optional()
      .meta({ description: 'Value of the X-Scope-OrgID header (Mimir, Cortex, Thanos).' }),
    timeout: Duration.optional().meta({ description: 'Per query. Default 10s.' }),
    maxStaleness: Duration.optional().meta({
      description: 'A newest sample older than this is no sample. Default 5m.',
    }),
  })
  .meta({ description: 'Prometheus or anything that answers its HTTP API.' });

const OpenMetricsProvider = z
  .strictObject({
    kind: z.literal('openmetrics'),
    file: RepoPath.meta({ description: 'An OpenMetrics text file with timestamps.' }),
    maxStaleness: Duration.optional().meta({
      description: 'A newest sample older than this is no sample. Default 5m.',
    }),
  })
  .meta({ description: 'Recorded history: replays a rollout without a server.' });

const Provider = z.discriminatedUnion('kind', [PrometheusProvider, OpenMetricsProvider]);

export const ConfigSchema = z
  .strictObject({
    apiVersion: z.literal('belay.dev/v1'),
    kind: z.literal('Config'),
    releases: z.array(RepoPath).min(1).optional().meta({
      description:
        'Folders that hold release manifests (*.yaml, *.yml, not their subfolders). Default releases.',
    }),
    providers: z
      .record(Name, Provider)
      .refine((providers) => Object.keys(providers).length > 0, { error: 'must name at least one provider' })
      .meta({ description: 'The metrics sources that manifests may name.' }),
    advance: z
      .strictObject({
        mode: z.enum(['commit', 'pull-request']).meta({
          description:
            'commit: straight to the default branch. pull-request: one per step, for protected branches.',
        }),
      })
      .optional(),
    merge: z
      .strictObject({
        method: z
          .enum(['merge', 'squash', 'rebase'])
          .meta({ description: 'How Belay merges its own pull requests. Default merge.' }),
      })
      .optional(),
  })
  .meta({ title: 'Belay config', description: 'Providers and how Belay works in this repository.' });

/** `.belay/config.yaml`, as read: durations in ms. */
export type Config = z.output<typeof ConfigSchema>;
export type ProviderSpec = Config['providers'][string];
export type PrometheusSpec = Extract<ProviderSpec, { kind: 'prometheus' }>;
export type OpenMetricsSpec = Extract<ProviderSpec, { kind: 'openmetrics' }>;

/** Where the config lives. */
export const CONFIG_PATH = '.belay/config.yaml';
/** Folder of all records; one folder per release below it. */
export const RECORDS_PATH = '.belay/records';
