import type { Problem } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { dependentsOf, graphOf } from './check-dependencies.ts';
import { nameOf, type ReadableRelease, type RepositoryReading } from './read-files.ts';

/** A sandbox that is none, and what is made up for it where it is not to be asked. */
export function checkSandbox(reading: RepositoryReading): readonly Problem[] {
  return [...findSandboxFaults(reading), ...findStrayQuestions(reading)];
}

/** Why the release that the config names is no place for a drill that is real; nothing where none is named. */
export function findSandboxFaults(reading: RepositoryReading): readonly Problem[] {
  const { config, parsedConfig, releases } = reading;
  const name = config?.drill?.sandbox;
  if (name === undefined || !parsedConfig) return [];
  const file = releases.find((one) => nameOf(one) === name);
  if (!file) {
    const known = releases.map(nameOf).map(quote).join(', ') || 'none';
    const message = `expected the name of a release, one of ${known}, got ${quote(name)}; correct it or add its manifest`;
    const path = ['drill', 'sandbox'];
    return [toProblem(parsedConfig.source, { code: 'SANDBOX_UNKNOWN', path, message })];
  }
  // one that cannot be read has its problems already
  if (file.kind === 'unreadable') return [];
  const findings = [
    ...findShared(file, reading),
    ...findLinks(file, reading),
    ...findUnproven(file, config?.providers ?? {}),
  ];
  return findings.map((finding) => toProblem(file.parsed.source, finding));
}

/** Of what a drill moves nothing may be anybody else's. */
function* findShared(sandbox: ReadableRelease, { releases }: RepositoryReading): Iterable<RuleFinding> {
  const { targets } = sandbox.parsed.release.spec;
  const own = backendsOf(sandbox);
  for (const other of releases) {
    if (other.path === sandbox.path || other.kind === 'unreadable') continue;
    const files = new Set(other.parsed.release.spec.targets.map(({ file }) => file));
    for (const [index, { file }] of targets.entries())
      if (files.has(file))
        yield shared(
          ['spec', 'targets', index, 'file'],
          `${quote(file)} is a target of ${quote(nameOf(other))} too`,
        );
    const backend = [...backendsOf(other)].find((one) => own.has(one));
    if (backend !== undefined)
      yield shared(
        ['spec', 'stable', 'backend'],
        `backend ${quote(backend)} is one of ${quote(nameOf(other))} too`,
      );
  }
}

/** Those of its versions, now and before. */
function backendsOf({ parsed, state }: ReadableRelease): ReadonlySet<string> {
  const { stable, candidate } = parsed.release.spec;
  return new Set([stable.backend, ...(candidate ? [candidate.backend] : []), ...state.backends.keys()]);
}

function shared(path: RuleFinding['path'], what: string): RuleFinding {
  const message = `${what}, and a drill moves the traffic of a sandbox; give the sandbox one of its own`;
  return { code: 'SANDBOX_SHARED', path, message };
}

/** What depends on each other goes back together. */
function* findLinks(sandbox: ReadableRelease, { releases }: RepositoryReading): Iterable<RuleFinding> {
  const name = nameOf(sandbox);
  const others = [...(graphOf(releases).get(name) ?? []), ...(dependentsOf(releases).get(name) ?? [])];
  const [other] = others;
  if (other === undefined) return;
  const message = `the sandbox and ${quote(other)} depend on each other, so that a drill would take that one back too; let nothing depend on a sandbox, and a sandbox on nothing`;
  yield { code: 'SANDBOX_SHARED', path: ['metadata', 'name'], message };
}

/** A drill needs harm that is made up, and a rollback that proves itself. */
function* findUnproven(
  { parsed: { release } }: ReadableRelease,
  providers: Config['providers'],
): Iterable<RuleFinding> {
  const { health, rollback } = release.spec;
  for (const [index, { provider }] of health.checks.entries()) {
    const kind = Object.hasOwn(providers, provider) ? providers[provider]?.kind : undefined;
    if (kind === undefined || kind === 'drill') continue;
    const message = `provider ${quote(provider)} knows nothing of what a drill makes up, expected one of kind drill; name such a provider in .belay/config.yaml and ask it`;
    yield { code: 'SANDBOX_PROVIDER', path: ['spec', 'health', 'checks', index, 'provider'], message };
  }
  if (rollback?.verify !== undefined) return;
  const message =
    'expected rollback.verify in the manifest of the sandbox, got none, so that a drill could not show that anything recovers; write how long that may take, like {mode: revert, verify: 2m}';
  yield { code: 'SANDBOX_UNPROVEN', path: rollback ? ['spec', 'rollback'] : ['spec'], message };
}

/** No other release is judged by numbers that are made up. */
function findStrayQuestions({ config, releases }: RepositoryReading): readonly Problem[] {
  const { providers = {}, drill } = config ?? {};
  const isMadeUp = (name: string) => Object.hasOwn(providers, name) && providers[name]?.kind === 'drill';
  return releases.flatMap((file) => {
    if (file.kind === 'unreadable' || nameOf(file) === drill?.sandbox) return [];
    const { source, release } = file.parsed;
    return release.spec.health.checks.flatMap(({ provider }, index) => {
      if (!isMadeUp(provider)) return [];
      const message = `the answers of ${quote(provider)} are made up for the sandbox (drill.sandbox), expected a provider that sees this release; name another one`;
      const path = ['spec', 'health', 'checks', index, 'provider'];
      return [toProblem(source, { code: 'DRILL_PROVIDER', path, message })];
    });
  });
}
