import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preflight } from '../../src/app/preflight.ts';
import { createProviders } from '../../src/app/providers.ts';
import { openVerifier } from '../../src/cli/open-verifier.ts';
import { millis } from '../../src/core/units.ts';
import { describePreflight, isReady, printPreflight } from '../../src/report/preflight.ts';
import { makeManifest, openRegistry, REPOSITORY } from '../adapters/oci/setup.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG } from '../builders/world.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../tools/docker-registry.ts';
import { startServer } from '../tools/http-server.ts';
import { openBench, writeFiles } from './bench.ts';

const OLD = makeManifest('stable');
const NEW = makeManifest('candidate');

/** What a preflight says of two versions in the registry of a host. */
async function look(host: string, { registries = `registries:\n  "${host}": {insecure: true}\n` } = {}) {
  const at = (digest: string) => ({ uri: `oci://${host}/${REPOSITORY}`, digest });
  const files = writeFiles({
    stable: { ...STABLE, model: at(OLD.digest) },
    candidate: { ...CANDIDATE, model: at(NEW.digest) },
  });
  const { world } = openBench({ files, config: `${CONFIG}${registries}` });
  const { forge, clock, sha256, openProvider, log } = world;
  const head = await forge.head();
  const report = await preflight(
    {
      forge: {
        list: (at, folder) => forge.list(at, folder),
        read: (at, paths) => forge.read(at, paths),
      },
      clock,
      sha256,
      providers: createProviders({ openProvider, clock, log }),
      artifacts: { openVerifier, openRegistry: async (name, spec) => openRegistry(name, { spec }) },
    },
    { subject: { head, base: undefined, trusted: head }, only: [], stretch: millis(86_400_000), seed: '1' },
  );
  const found = report.problems.filter(({ code }) => code.startsWith('ARTIFACT_'));
  return {
    report,
    rows: describePreflight(report, 60_000)
      .split('\n')
      .filter((line) => line.includes(`oci://${host}`) && /^\| [^a-z]/.test(line)),
    problems: found.map(({ code, severity, path }) => [code, severity, path]),
    messages: found.map(({ message }) => message),
  };
}

describe.skipIf(!hasDockerRegistry())('artifacts of a preflight, in a real registry', () => {
  let registry: DockerRegistry;
  const push = ({ bytes, digest }: typeof OLD) =>
    fetch(`http://${registry.host}/v2/${REPOSITORY}/manifests/${digest}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
      body: bytes,
    });
  beforeAll(async () => {
    registry = await startDockerRegistry();
    await push(OLD);
  });
  afterAll(() => registry.stop());

  it('are fetched and hashed, and a candidate that is not there is an error', async () => {
    const missing = await look(registry.host);
    expect(missing.problems).toEqual([
      ['ARTIFACT_MISSING', 'error', 'spec.candidate.artifacts.model.digest'],
    ]);
    expect(isReady(missing.report)).toBe(false);
    expect(missing.rows).toEqual([
      expect.stringMatching(/^\| ✅ \| 3\.4\.1 /),
      expect.stringMatching(/^\| ❌ \| 3\.5\.0 /),
    ]);

    await push(NEW);
    const there = await look(registry.host);
    expect(there.problems).toEqual([]);
    expect(there.rows).toHaveLength(2);
    for (const row of there.rows) expect(row).toContain('computed from the bytes: as in the manifest');
    expect(printPreflight(there.report)).toContain('computed from the bytes: as in the manifest');
  });
});

describe('artifacts of a preflight', () => {
  it('that are other bytes are an error, whichever version they are of', async () => {
    const { url, close } = await startServer((_, response) => response.end('{"not": "reviewed"}'));
    try {
      const { problems, messages } = await look(new URL(url).host);
      expect(problems).toEqual([
        ['ARTIFACT_MISMATCH', 'error', 'spec.stable.artifacts.model.digest'],
        ['ARTIFACT_MISMATCH', 'error', 'spec.candidate.artifacts.model.digest'],
      ]);
      expect(messages[1]).toContain('Push what was reviewed again');
    } finally {
      await close();
    }
  });

  it('that cannot be looked at are not checked, which is neither good nor bad', async () => {
    const { url, close } = await startServer((_, response) => response.end());
    await close();
    const { host } = new URL(url);
    const { problems, messages, rows } = await look(host);
    expect(problems.map(([code, severity]) => [code, severity])).toEqual([
      ['ARTIFACT_UNSEEN', 'warning'],
      ['ARTIFACT_UNSEEN', 'warning'],
    ]);
    for (const text of [...messages, ...rows]) expect(text).toContain('not checked');
  });

  it('that are in no registry of the config are not asked for, and the table says so', async () => {
    const { problems, rows } = await look('registry.acme.dev', { registries: '' });
    expect(problems).toEqual([]);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toContain('not checked: in no registry of .belay/config.yaml');
  });
});
