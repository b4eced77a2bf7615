import { describe, expect, it } from 'vitest';
import { findSecrets } from '../../src/cli/find-secrets.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';

const reading = parseConfig(
  '.belay/config.yaml',
  `apiVersion: belay.dev/v1
kind: Config
providers:
  prod: {kind: prometheus, url: "https://prom.acme.dev", auth: {kind: bearer, tokenEnv: PROM_TOKEN}}
registries:
  registry.acme.dev: {auth: {kind: basic, usernameEnv: REGISTRY_USER, passwordEnv: REGISTRY_PASSWORD}}
  open.acme.dev: {}
dispatch: {sources: {alertmanager: {keyEnv: DISPATCH_KEY}}}
`,
);
const config = reading.kind === 'ok' ? reading.value.config : undefined;
const found = (env: Record<string, string>) => findSecrets(config, env).map(({ path }) => path);

describe('secrets in a check of a pull request', () => {
  it('are named where the config names their variables, of providers, registries and dispatches', () => {
    const env = {
      PROM_TOKEN: 'x',
      REGISTRY_USER: 'y',
      REGISTRY_PASSWORD: 'z',
      DISPATCH_KEY: 'k',
      OTHER: 'o',
    };
    expect(found({ ...env, GITHUB_ACTIONS: 'true' })).toEqual([
      'providers.prod.auth.tokenEnv',
      'registries["registry.acme.dev"].auth.usernameEnv',
      'registries["registry.acme.dev"].auth.passwordEnv',
      'dispatch.sources.alertmanager.keyEnv',
    ]);
    expect(found({ GITHUB_ACTIONS: 'true', REGISTRY_PASSWORD: '' })).toEqual([]);
    expect(found(env)).toEqual([]);
  });
});
