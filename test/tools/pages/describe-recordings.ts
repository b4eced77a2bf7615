import { readFileSync } from 'node:fs';
import { recordingFile, type STORIES } from '../../../examples/fraud-scorer/demo/stories.mjs';
import { table } from './table.ts';

const EXAMPLE = 'examples/fraud-scorer/demo/recordings';

/** The recordings of the example: the first and the last moment of each, and when its candidate is merged. */
export function describeRecordings(stories: typeof STORIES): string {
  return table(
    ['recording', 'first moment', 'candidate merged', 'last moment'],
    stories.map((story) => {
      const moments = [...readFileSync(recordingFile(story), 'utf8').matchAll(/ (\d{10})$/gm)].map(([, at]) =>
        Number(at),
      );
      const merged = Date.parse(story.startsAt) / 1000 + 60 * story.mergedAfterMinutes;
      const [first, last] = [Math.min(...moments), Math.max(...moments)];
      return [`\`${EXAMPLE}/${story.name}.om\``, ...[first, merged, last].map((at) => `\`${moment(at)}\``)];
    }),
  );
}

function moment(seconds: number): string {
  return new Date(1000 * seconds).toISOString().replace('.000Z', 'Z');
}
