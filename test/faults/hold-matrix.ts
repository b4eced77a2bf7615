import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../lab/lab.ts';
import type { Ending, FaultRow } from './faults.ts';
import {
  casesOf,
  type FaultCase,
  isRead,
  type Played,
  playFaulty,
  playQuiet,
  type Quiet,
  titleOf,
} from './matrix.ts';
import type { Content } from './scene.ts';
import type { Asked, FaultStory } from './stories.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** For the table of `npm run faults`. */
    fault?: { readonly id: string; readonly call: string };
  }
}

/** Every case of some stories, each as a test; the reporter of `npm run faults` counts them by call and fault. */
export function holdMatrix(stories: readonly FaultStory[]): void {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.close());

  describe.each(stories.map((story) => [story.name, story] as const))('%s', (_, story) => {
    let quiet: Quiet;
    beforeAll(async () => {
      quiet = await playQuiet(lab, story);
    });

    it('asks what the matrix says, on a quiet day', () => {
      const wanted = story.asked.map(({ fields, operation }) => fields.join('+') || operation);
      expect([...quiet.asked].sort()).toEqual([...wanted].sort());
    });

    it.for(casesOf(story).map((one) => [titleOf(one), one] as const))('%s', async ([, one], { task }) => {
      task.meta.fault = { id: one.row.id, call: one.asked.call };
      lab.clearRequests();
      const played = await playFaulty(lab, one);
      expect(lab.takeViolations()).toEqual([]);
      expect(played.struck, 'the fault strikes').toBe(true);
      expectEnding(one, played, quiet);
      expect('repeats' in one.row ? oncePerComment(played.content) : played.content).toEqual(quiet.content);
    });
  });
}

/** The same with each comment once. */
function oncePerComment(content: Content): Content {
  return {
    ...content,
    pulls: content.pulls.map((pull) => ({ ...pull, comments: [...new Set(pull.comments)] })),
  };
}

/** What the run said that met the fault, and the one after it. */
function expectEnding(one: FaultCase, { first, last }: Played, quiet: Quiet): void {
  if (last.kind !== 'ended') throw new Error('the last run was killed');
  expect(last.exit, last.text).toBe(0);
  if (first.kind === 'killed') return;
  const ending = endingOf(one);
  if (ending === 'absorbed') {
    const receipts = quiet.first.kind === 'ended' ? quiet.first.receipts : [];
    const held = one.asked.aside === 'holds' && first.receipts.join() === 'none';
    expect([first.exit, first.receipts], first.text).toEqual([0, held ? ['none'] : receipts]);
    return;
  }
  if (one.asked.aside === 'told')
    expect([first.exit, first.receipts], first.text).toEqual([PASSING.has(ending.code) ? 0 : 1, ['none']]);
  else expect([first.exit, first.code], first.text).toEqual([ending.exit, ending.code]);
  expect(first.text).toMatch(/GitHub: |git: /);
}

/** What passes by itself. */
const PASSING: ReadonlySet<string> = new Set(['FORGE_UNAVAILABLE', 'UNSETTLED', 'RATE_LIMITED', 'CORRUPT']);

function endingOf({ row, asked }: FaultCase): Ending {
  const isLasting = 'strike' in row && row.strike.kind === 'request' && row.strike.lasting === true;
  // what is done on the side is tried again, or left with a line in the log
  if (asked.aside && asked.aside !== 'told' && !isLasting) return 'absorbed';
  if (asked.call === 'fetch') return 'read' in row ? endingOfFetch(row, asked) : 'absorbed';
  const ending = 'ending' in row ? row.ending : isRead(asked) ? row.read : row.write;
  // a merge that is refused leaves its pull request open
  const isOpen = asked.call === 'merge' && ending !== 'absorbed' && ending.code === 'FORGE_REFUSED';
  return isOpen ? { exit: 1, code: 'REQUIREMENT_PENDING' } : ending;
}

/** git says less of what it was told. */
function endingOfFetch({ strike }: FaultRow, { operation }: Asked): Ending {
  if (strike.kind !== 'request') return 'absorbed';
  const { fault, lasting } = strike;
  if (lasting) return { exit: 3, code: 'FORGE_UNAVAILABLE' };
  if (fault.kind !== 'status') return 'absorbed';
  if (fault.status === 401 || fault.status === 403) return { exit: 3, code: 'UNAUTHORISED' };
  // a repository that is not there is not there from the first request on
  const isGone = fault.status === 404 && operation === 'info/refs';
  return isGone ? { exit: 1, code: 'REFUSED' } : 'absorbed';
}
