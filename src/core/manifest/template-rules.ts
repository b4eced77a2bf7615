import type { Problem } from '../errors.ts';
import type { YamlPath } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import type { ParsedConfig } from './parse-config.ts';
import type { ParsedRelease } from './parse-release.ts';
import { type RuleFinding, toProblem } from './rule.ts';

/** What `belay init` writes for people to replace, as far as it can be told from what they might mean. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const NO_HOST = /^https?:\/\/prometheus\.example\.com(?=[:/]|$)/i;

/** Values of `belay init` that were left in a manifest. Warnings: nothing is wrong with the form of them. */
export function findReleaseLeftovers({ release, source }: ParsedRelease): readonly Problem[] {
  return [...leftovers(release)].map((finding) => toProblem(source, { ...finding, severity: 'warning' }));
}

function* leftovers({ metadata, spec }: ParsedRelease['release']): Iterable<RuleFinding> {
  for (const role of ['stable', 'candidate'] as const)
    for (const [name, { uri, digest }] of Object.entries(spec[role]?.artifacts ?? {})) {
      const path: YamlPath = ['spec', role, 'artifacts', name];
      if (digest === NO_DIGEST)
        yield {
          code: 'DIGEST_PLACEHOLDER',
          path: [...path, 'digest'],
          message:
            'all zeros are the digest of nothing, as "belay init" writes it; write that of the artifact, which sha256sum prints',
        };
      if (uri === `s3://models/${metadata.name}/1.0.0`)
        yield {
          code: 'URI_PLACEHOLDER',
          path: [...path, 'uri'],
          message: `${quote(uri)} is what "belay init" writes; write where the artifact is`,
        };
    }
}

/** Values of `belay init` that were left in the config, as warnings. */
export function findConfigLeftovers({ config, source }: ParsedConfig): readonly Problem[] {
  return Object.entries(config.providers).flatMap(([name, provider]) => {
    if (provider.kind !== 'prometheus' || !NO_HOST.test(provider.url)) return [];
    const message = `prometheus.example.com is what "belay init" writes, and no server; write the address of yours`;
    const path = ['providers', name, 'url'];
    return [toProblem(source, { code: 'URL_PLACEHOLDER', severity: 'warning', path, message })];
  });
}
