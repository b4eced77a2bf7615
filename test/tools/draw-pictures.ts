import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillPage } from './pictures/fill-page.ts';
import { drawFalseRollbacks, drawOneDay, drawPeeking } from './pictures/healthy-days.ts';
import { drawMargins } from './pictures/margins.ts';
import { drawNarrowing } from './pictures/narrowing.ts';
import { drawRecorded } from './pictures/recorded-rollouts.ts';

/**
 * The pictures and figures of docs/deciding, from runs of the code with fixed seeds and from the recordings of the example: `npm run pictures`
 * writes them, and a test compares. Whoever changes how evidence is weighed looks at the difference.
 */

/** The pages whose figures are printed by the code. */
export const PAGES = ['README.md', 'not-promised.md', 'how-long.md'] as const;

/** Each picture by its name in docs/deciding/pictures. */
export const PICTURES: Readonly<Record<string, () => string | Promise<string>>> = {
  'peeking.svg': drawPeeking,
  'one-day.svg': drawOneDay,
  'false-rollbacks.svg': drawFalseRollbacks,
  'margins.svg': drawMargins,
  'narrowing.svg': drawNarrowing,
  'healthy-rollout.svg': () => drawRecorded('healthy'),
  'faulty-rollout.svg': () => drawRecorded('faulty'),
};

const FOLDER = fileURLToPath(new URL('../../docs/deciding', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, draw] of Object.entries(PICTURES))
    writeFileSync(join(FOLDER, 'pictures', name), await draw());
  for (const page of PAGES) {
    const path = join(FOLDER, page);
    writeFileSync(path, await fillPage(readFileSync(path, 'utf8')));
  }
}
