import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { createWorktree } from '../../src/adapters/system/worktree.ts';
import { readFiles } from '../../src/app/read-files.ts';
import { findPlace, makeRunbook, type Runbook } from '../../src/app/runbook.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** Runbooks of an example, made anew. */
async function runbooksOf(example: string): Promise<readonly Runbook[]> {
  const files = createWorktree(`${EXAMPLES}/${example}`);
  const { releases, config } = await readFiles(files, sha256);
  const place = await findPlace(files, config);
  const readable = releases.flatMap((file) => (file.kind === 'readable' ? [file.parsed] : []));
  return Promise.all(readable.map((parsed) => makeRunbook(files, parsed, place)));
}

describe.each(['fraud-scorer', 'kserve'])('the runbooks of %s', (example) => {
  it('are what Belay writes today', async () => {
    const runbooks = await runbooksOf(example);
    expect(runbooks.length).toBeGreaterThan(0);
    for (const { before, after } of runbooks) expect(before).toBe(after);
  });

  it('let people say of a pause that Belay made what ends it, and nothing that does not', async () => {
    for (const { part, before = '' } of await runbooksOf(example)) {
      const byHand = before.replace(part, '');
      expect(byHand).not.toContain('paused: false');
      if (byHand.includes('## Belay paused'))
        expect(byHand).toMatch(/evidence: .* by itself[\s\S]*raise `spec\.rollout\.deadline`/);
    }
  });

  it('ask the cluster in the namespace in which people ask it by hand', async () => {
    for (const { part, before = '' } of await runbooksOf(example)) {
      const [, byHand] = /kubectl (-n \S+) get/.exec(before.replace(part, '')) ?? [];
      expect(part).toContain(`kubectl ${byHand} get`);
    }
  });
});
