import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config, type ProviderSpec } from '../core/manifest/config-schema.ts';
import type { CommandContext } from './command.ts';

/**
 * Secrets of providers that a check of a pull request was given: it asks nobody and needs none, and the same job may well run what
 * the pull request brings. Only in a workflow; a person's terminal may hold what it likes.
 */
export function findSecrets(config: Config | undefined, env: CommandContext['env']): readonly Problem[] {
  if (env.GITHUB_ACTIONS !== 'true') return [];
  return Object.entries(config?.providers ?? {}).flatMap(([provider, spec]) =>
    secretsOf(spec)
      .filter(([, name]) => env[name])
      .map(([key, name]): Problem => {
        const message = `validate must not receive secrets: ${name} is set; delete it from env of the step, the job and the workflow that run validate`;
        const at = { file: CONFIG_PATH, line: 1, column: 1 };
        return { code: 'SEC-03', severity: 'error', at, path: `providers.${provider}.auth.${key}`, message };
      }),
  );
}

/** The environment variables that hold a provider's secrets, by the key that names them. */
function secretsOf(spec: ProviderSpec): readonly (readonly [key: string, name: string])[] {
  if (spec.kind !== 'prometheus' || !spec.auth) return [];
  const { auth } = spec;
  if (auth.kind === 'bearer') return [['tokenEnv', auth.tokenEnv]];
  return [
    ['usernameEnv', auth.usernameEnv],
    ['passwordEnv', auth.passwordEnv],
  ];
}
