import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { readFiles } from '../../src/app/read-files.ts';
import { findReview } from '../../src/core/manifest/runbook-review.ts';
import { openInFlight } from './bench.ts';
import { BASE, directory, filesOf, problemsOf } from './directory.ts';

/** Time of the processor in milliseconds: others use the machine as well. */
async function costOf(run: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/** A look at each pair of characters of such a text takes a score of seconds. */
const MANY = 200_000;
const AT_ONCE = 2_000;

describe('a file that a stranger brings', () => {
  it('is read once: a workflow of empty lines', async () => {
    const files = { ...BASE, '.github/workflows/empty.yml': `${'\n'.repeat(MANY)}x` };
    expect(await costOf(() => problemsOf(files))).toBeLessThan(AT_ONCE);
    expect(await problemsOf(files)).toEqual([]);
  });

  it('is read once: blanks within the day of a review', async () => {
    const text = `reviewed: x${' '.repeat(MANY)}y`;
    expect(await costOf(() => findReview(text))).toBeLessThan(AT_ONCE);
    expect(findReview(text)).toMatchObject({ at: undefined, line: 1, column: 11 });
  });
});

it('reads records once, however many manifests cannot be read', async () => {
  const sound = filesOf(await openInFlight(2));
  const digestsWith = async (broken: number) => {
    const wrong = Array.from({ length: broken }, (_, index) => [`releases/wrong-${index}.yaml`, 'kind: X\n']);
    let digests = 0;
    await readFiles(directory({ ...sound, ...Object.fromEntries(wrong) }), (text) => {
      digests += 1;
      return sha256(text);
    });
    return digests;
  };
  expect(await digestsWith(20)).toBe(await digestsWith(1));
});

it('takes no blanks for a part of the day of a review', () => {
  expect(findReview('# Help\r\nReviewed: \t2026-11-30 \t\r\n')).toMatchObject({
    ...{ written: '2026-11-30', line: 2, column: 12 },
    at: Date.parse('2026-11-30T00:00:00Z'),
  });
});
