import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from './find-program.ts';

export interface DockerRegistry {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Whether this machine can start one; says what is missing, see `findProgram`. */
export function hasDockerRegistry(): boolean {
  return findProgram('docker-registry') !== undefined;
}

/**
 * A real registry that keeps its content in memory, on a free port of 127.0.0.1.
 * @param realm with it, every request must bear a token, whose server is named by the challenge
 */
export async function startDockerRegistry(realm?: string): Promise<DockerRegistry> {
  const program = findProgram('docker-registry');
  if (program === undefined) throw new Error('docker-registry: needs the program on PATH');
  const folder = await mkdtemp(join(tmpdir(), 'belay-registry-'));
  const config = join(folder, 'config.yml');
  const auth = realm === undefined ? {} : { auth: { silly: { realm, service: 'test' } } };
  const settings = { version: '0.1', storage: { inmemory: {} }, http: { addr: '127.0.0.1:0' }, ...auth };
  // JSON is YAML
  await writeFile(config, JSON.stringify(settings));
  const server = spawn(program, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(server, 'close');
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  const said: string[] = [];
  for await (const line of createInterface(server.stderr)) {
    said.push(line);
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host === undefined) continue;
    server.stderr.resume();
    return { host, stop };
  }
  await stop();
  throw new Error(`docker-registry did not start: ${said.join('\n')}`);
}
