import type { Problem } from '../core/errors.ts';
import type { AuthSpec } from '../core/manifest/auth-schema.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { formatPath } from '../core/yaml/yaml-path.ts';
import type { CommandContext } from './command.ts';

/**
 * Secrets of providers and registries that a check of a pull request was given: it asks nobody and needs none, and the same job
 * may well run what the pull request brings. Only in a workflow; a person's terminal may hold what it likes.
 */
export function findSecrets(config: Config | undefined, env: CommandContext['env']): readonly Problem[] {
  if (env.GITHUB_ACTIONS !== 'true') return [];
  const { providers = {}, registries = {} } = config ?? {};
  return Object.entries({ providers, registries }).flatMap(([section, servers]) =>
    Object.entries(servers).flatMap(([server, spec]) =>
      secretsOf('auth' in spec ? spec.auth : undefined)
        .filter(([, name]) => env[name])
        .map(([key, name]): Problem => {
          const message = `validate must not receive secrets: ${name} is set; delete it from env of the step, the job and the workflow that run validate`;
          const at = { file: CONFIG_PATH, line: 1, column: 1 };
          const path = formatPath([section, server, 'auth', key]);
          return { code: 'SEC-03', severity: 'error', at, path, message };
        }),
    ),
  );
}

/** The environment variables that hold secrets, by the key that names them. */
function secretsOf(auth: AuthSpec | undefined): readonly (readonly [key: string, name: string])[] {
  if (!auth) return [];
  if (auth.kind === 'bearer') return [['tokenEnv', auth.tokenEnv]];
  return [
    ['usernameEnv', auth.usernameEnv],
    ['passwordEnv', auth.passwordEnv],
  ];
}
