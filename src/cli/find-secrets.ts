import type { Problem } from '../core/errors.ts';
import type { AuthSpec } from '../core/manifest/auth-schema.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { formatPath, type YamlPath } from '../core/yaml/yaml-path.ts';
import type { CommandContext } from './command.ts';

/**
 * Secrets of providers, registries and dispatches that a check of a pull request was given: it asks nobody and needs none, and the same job
 * may well run what the pull request brings. Only in a workflow; a person's terminal may hold what it likes.
 * @param config  whose word counts: that of the base, for a pull request names what it likes
 */
export function findSecrets(
  config: Partial<Config> | undefined,
  env: CommandContext['env'],
): readonly Problem[] {
  if (env.GITHUB_ACTIONS !== 'true') return [];
  return secretsIn(config ?? {})
    .filter(({ name }) => env[name])
    .map(({ path, name }): Problem => {
      const message = `validate must not receive secrets: ${name} is set; delete it from env of the step, the job and the workflow that run validate`;
      const at = { file: CONFIG_PATH, line: 1, column: 1 };
      return { code: 'SEC-03', severity: 'error', at, path: formatPath(path), message };
    });
}

interface Secret {
  readonly path: YamlPath;
  /** Of the environment variable. */
  readonly name: string;
}

function secretsIn({ providers = {}, registries = {}, dispatch }: Partial<Config>): readonly Secret[] {
  const servers = Object.entries({ providers, registries }).flatMap(([section, specs]) =>
    Object.entries(specs).flatMap(([server, spec]) =>
      secretsOf('auth' in spec ? spec.auth : undefined).map(([key, name]) => ({
        path: [section, server, 'auth', key],
        name,
      })),
    ),
  );
  const sources = Object.entries(dispatch?.sources ?? {}).map(([source, { keyEnv }]) => ({
    path: ['dispatch', 'sources', source, 'keyEnv'],
    name: keyEnv,
  }));
  return [...servers, ...sources];
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
