import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readOrigin } from '../../src/cli/read-event.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-origin-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As GitHub sends it, as far as it is read. */
const EVENT = {
  pull_request: {
    number: 7,
    head: { ref: 'belay/advance/scorer/1', sha: 'a'.repeat(40), repo: { full_name: 'acme/models' } },
    user: { login: 'acme-belay[bot]', id: 77, type: 'Bot' },
  },
  sender: { login: 'ana', id: 7, type: 'User' },
};

function origin(event: unknown, env: Readonly<Record<string, string>> = {}) {
  const path = join(folder, 'event.json');
  writeFileSync(path, JSON.stringify(event));
  const run = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path };
  return readOrigin({ env: { ...run, GITHUB_REPOSITORY: 'acme/models', ...env } });
}

describe('the origin of a pull request', () => {
  it('is what the event says', () => {
    expect(origin(EVENT)).toEqual({
      kind: 'known',
      isFork: false,
      branch: 'belay/advance/scorer/1',
      account: { id: 77, login: 'acme-belay[bot]', isApp: true },
      sender: { id: 7, login: 'ana', isApp: false },
    });
  });

  it('is a fork where the head is in another repository, in none any more, or nobody says', () => {
    const { pull_request: pull } = EVENT;
    const { head } = pull;
    for (const repo of [{ full_name: 'mallory/models' }, null, undefined])
      expect(origin({ pull_request: { ...pull, head: { ...head, repo } } })).toMatchObject({ isFork: true });
    for (const event of [null, {}, { pull_request: {} }, 'x'])
      expect(origin(event)).toMatchObject({
        kind: 'known',
        isFork: true,
        account: { isApp: false },
        sender: { isApp: false },
      });
    expect(origin(EVENT, { GITHUB_REPOSITORY: '' })).toMatchObject({ isFork: true });
    expect(origin(EVENT, { GITHUB_EVENT_PATH: '/nonexistent' })).toMatchObject({ isFork: true });
  });

  it('is unknown in a terminal, and in a run that is for no pull request', () => {
    expect(origin(EVENT, { GITHUB_ACTIONS: '' })).toEqual({ kind: 'unknown' });
    expect(origin(EVENT, { GITHUB_EVENT_NAME: 'merge_group' })).toEqual({ kind: 'unknown' });
    for (const name of ['pull_request_target', 'pull_request_review'])
      expect(origin(EVENT, { GITHUB_EVENT_NAME: name })).toMatchObject({ kind: 'known', isFork: false });
    expect(origin({ issue: {} }, { GITHUB_EVENT_NAME: 'issue_comment' })).toMatchObject({ isFork: true });
  });
});
