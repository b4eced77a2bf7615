import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tokenHeader } from '../../../src/adapters/git/fetch.ts';
import { createGitReader } from '../../../src/adapters/git/git-reader.ts';
import type { Millis } from '../../../src/core/units.ts';
import { instant } from '../../../src/core/units.ts';
import { createScratchRepository, personGit, scratchFolder } from '../scratch-repository.ts';

const TOKEN = 'ghs_verysecret/+token';
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that records what it was sent and answers as told. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: string[][] = [];
  const server = createServer((request, response) => {
    seen.push(
      request.rawHeaders.filter((_, index, all) => all[index - 1]?.toLowerCase() === 'authorization'),
    );
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/models`, seen };
}

function refuse(status: number, body = '') {
  return (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end(body);
}

/** A checkout as a checkout step leaves it, with credentials of its own in the configuration. */
function checkout(url: string) {
  const repository = createScratchRepository();
  closers.push(repository.remove);
  repository.commit('one');
  repository.git('config', `http.${new URL(url).origin}/.extraheader`, 'AUTHORIZATION: basic bGVmdG92ZXI=');
  repository.git('config', `http.${url}.extraheader`, 'AUTHORIZATION: basic bGVmdG92ZXI=');
  return repository;
}

function everyFileBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? everyFileBelow(path) : [path];
  });
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: Error) => error,
  );
}

describe('fetching', () => {
  it('sends the given header once, in place of what a checkout step left behind', async () => {
    const { url, seen } = await serve(refuse(401));
    const { directory } = checkout(url);
    const fetch = { url, authHeader: tokenHeader(TOKEN) };
    const error = await failureOf(createGitReader({ directory, defaultBranch: 'main', fetch }).refresh());
    expect(error).toMatchObject({ code: 'UNAUTHORISED' });
    expect(seen[0]).toEqual([`Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`]);
  });

  it('puts the token in no argument, no file and no message, even when the server echoes it', async () => {
    const secrets = [
      TOKEN,
      Buffer.from(`x-access-token:${TOKEN}`).toString('base64'),
      encodeURIComponent(TOKEN),
    ];
    const { url } = await serve((request, response) => {
      response.writeHead(500, `you sent ${request.headers.authorization} ${TOKEN}`).end();
    });
    const { directory } = checkout(url);
    const folder = scratchFolder();
    const record = join(folder, 'args');
    writeFileSync(
      join(folder, 'git'),
      `#!/bin/sh\necho "$*" >> '${record}'\nexec /usr/bin/env PATH="${process.env.PATH}" git "$@"\n`,
    );
    chmodSync(join(folder, 'git'), 0o755);
    const reader = createGitReader({
      directory,
      defaultBranch: 'main',
      fetch: { url, authHeader: tokenHeader(TOKEN) },
      environment: { PATH: `${folder}:${process.env.PATH}` },
    });
    const error = await failureOf(reader.refresh());
    const written = everyFileBelow(join(directory, '.git')).map((path) => readFileSync(path, 'latin1'));
    expect(existsSync(record)).toBe(true);
    const everything = [
      error.message,
      error.stack,
      String(error.cause),
      readFileSync(record, 'utf8'),
      ...written,
    ].join();
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });

  it('tries again twice with waits when the server is down, and then says so', async () => {
    const { url, seen } = await serve(refuse(503));
    const { directory } = checkout(url);
    const slept: Millis[] = [];
    const clock = { now: () => instant(0), sleep: async (length: Millis) => void slept.push(length) };
    const reader = createGitReader({ directory, defaultBranch: 'main', fetch: { url, clock } });
    expect(await failureOf(reader.refresh())).toMatchObject({ code: 'FORGE_UNAVAILABLE' });
    expect(slept).toEqual([1000, 4000]);
    expect(seen.length).toBe(3);
  });

  it('does not try again when the token is not accepted', async () => {
    const { url, seen } = await serve(refuse(403));
    const { directory } = checkout(url);
    const clock = { now: () => instant(0), sleep: async () => undefined };
    const fetch = { url, clock, authHeader: tokenHeader(TOKEN) };
    const error = await failureOf(createGitReader({ directory, defaultBranch: 'main', fetch }).refresh());
    expect(error).toMatchObject({ code: 'UNAUTHORISED', message: expect.stringContaining('contents: read') });
    expect(seen.length).toBe(1);
  });

  it('takes the branch and not a tag of the same name', async () => {
    const origin = createScratchRepository();
    const { directory } = createScratchRepository();
    closers.push(origin.remove);
    origin.commit('old');
    origin.git('tag', 'main');
    origin.write('a', 'new');
    const tip = origin.commit('new');
    const reader = createGitReader({ directory, defaultBranch: 'main', fetch: { url: origin.directory } });
    expect(await reader.refresh()).toBe(tip);
    expect(personGit(directory, ['for-each-ref'])).toBe('');
  });

  it('says that the branch is not there', async () => {
    const origin = createScratchRepository();
    const { directory } = createScratchRepository();
    closers.push(origin.remove);
    origin.commit('one');
    const reader = createGitReader({ directory, defaultBranch: 'trunk', fetch: { url: origin.directory } });
    expect(await failureOf(reader.refresh())).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('refs/heads/trunk'),
    });
  });

  it('fetches contents that a filtered clone left out, when they are read', async () => {
    const origin = createScratchRepository();
    closers.push(origin.remove);
    origin.write('a', 'fetched later');
    const tip = origin.commit('one');
    origin.git('config', 'uploadpack.allowFilter', 'true');
    const directory = join(scratchFolder(), 'clone');
    const url = `file://${origin.directory}`;
    personGit(origin.directory, ['clone', '--quiet', '--no-checkout', '--filter=blob:none', url, directory]);
    const reader = createGitReader({ directory, defaultBranch: 'main', fetch: { url } });
    expect((await reader.read(tip, ['a'])).get('a')).toMatchObject({ text: 'fetched later' });
    origin.remove();
    const again = join(scratchFolder(), 'clone');
    personGit(directory, ['clone', '--quiet', '--no-checkout', directory, again]);
    personGit(again, ['config', 'remote.origin.promisor', 'true']);
    expect(await createGitReader({ directory: again, defaultBranch: 'main' }).head()).toBe(tip);
  });
});

describe('a fetch of the newest commit', () => {
  it('brings the branches of open rollbacks along, and takes those away that are gone', async () => {
    const origin = createScratchRepository();
    const { directory } = createScratchRepository();
    closers.push(origin.remove);
    const tip = origin.commit('one');
    const reader = createGitReader({ directory, defaultBranch: 'main', fetch: { url: origin.directory } });
    const known = async () => reader.branches(await reader.refresh(), 'belay/rollback/');
    expect(await known()).toEqual([]);
    origin.git('checkout', '--quiet', '-b', 'belay/rollback/scorer/3.5.0-0123456789ab');
    origin.commit('roll back');
    origin.git('branch', 'belay/advance/scorer-0123456789ab');
    origin.git('checkout', '--quiet', 'main');
    expect(await known()).toEqual(['belay/rollback/scorer/3.5.0-0123456789ab']);
    expect(await reader.refresh()).toBe(tip);
    origin.git('branch', '-D', 'belay/rollback/scorer/3.5.0-0123456789ab');
    expect(await known()).toEqual([]);
  });
});
