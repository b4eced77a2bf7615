import { describe } from 'vitest';
import { hasDockerRegistry, startDockerRegistry } from '../../tools/docker-registry.ts';
import { startServer } from '../../tools/http-server.ts';
import { describeRegistry, type RegistryBench } from './registry-contract.ts';
import { makeManifest, openRegistry, REPOSITORY } from './setup.ts';

async function push(
  host: string,
  bytes: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { digest } = JSON.parse(bytes).annotations
    ? makeManifest(JSON.parse(bytes).annotations.name)
    : { digest: '' };
  const answer = await fetch(`http://${host}/v2/${REPOSITORY}/manifests/${digest}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json', ...headers },
    body: bytes,
  });
  if (answer.status !== 201) throw new Error(`push: HTTP ${answer.status} ${await answer.text()}`);
}

describe.skipIf(!hasDockerRegistry())('docker-registry', () => {
  describeRegistry('open to all', async () => {
    const { host, stop } = await startDockerRegistry();
    return { registry: openRegistry(host), put: (bytes) => push(host, bytes), close: stop };
  });

  describeRegistry('behind a token server', async () => {
    const tokens = await startServer((_, response) => response.end('{"token":"read-token"}'));
    const { host, stop } = await startDockerRegistry(`${tokens.url}/token`);
    const spec = { insecure: true as const, tokenHosts: [new URL(tokens.url).host] };
    return {
      registry: openRegistry(host, { spec }),
      put: (bytes) => push(host, bytes, { authorization: 'Bearer write-token' }),
      close: async () => {
        await stop();
        await tokens.close();
      },
    };
  });
});

describeRegistry('a server in this process, whose headers lie', async (): Promise<RegistryBench> => {
  const kept = new Map<string, string>();
  const { url, close } = await startServer(({ path }, response) => {
    const bytes = kept.get(path);
    response.setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`);
    response.setHeader('content-type', 'text/html');
    if (bytes !== undefined) response.end(bytes);
    else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  });
  return {
    registry: openRegistry(new URL(url).host),
    put: async (bytes) => {
      const { digest } = makeManifest(JSON.parse(bytes).annotations.name);
      kept.set(`/v2/${REPOSITORY}/manifests/${digest}`, bytes);
    },
    close,
  };
});
