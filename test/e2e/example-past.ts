import { readFile } from 'node:fs/promises';
import * as stories from '../../examples/fraud-scorer/demo/stories.mjs';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createStage } from '../../src/cli/demo/replay-demo.ts';
import { instant } from '../../src/core/units.ts';

/** The example's repository, a tick before something is due, with the recorded metrics of its story moved to this time. */
export interface ExamplePast {
  readonly directory: string;
  /** OpenMetrics text; goes on for as long as the recording does. */
  readonly history: string;
}

const TICK = 5;
/** The tick that is due has been due for so long. */
const SINCE = 30_000;

export interface ExampleOptions {
  readonly now: number;
  /** Where the provider of the example's config is. */
  readonly url: string;
  /** Minutes from the story's beginning to the tick that is due now. */
  readonly dueAt: number;
}

/** Plays the healthy story up to a tick, in the past, so that this tick is due now. */
export async function playExample({ now, url, dueAt }: ExampleOptions): Promise<ExamplePast> {
  const [story] = stories.STORIES;
  const start = now - SINCE - dueAt * 60_000;
  const shift = start - Date.parse(story.startsAt);
  const config = stories.readRepository().find(({ path }) => path === '.belay/config.yaml');
  const book = {
    ...stories,
    STORIES: [{ ...story, startsAt: new Date(start).toISOString() }],
    recordedConfig: () => (config?.text ?? '').replace('https://prometheus.acme.example', url),
  };
  const history = moveHistory(await readFile(stories.recordingFile(story), 'utf8'), shift);
  const stage = await createStage(book);
  const provider = createOpenMetricsProvider({ name: 'prod', text: history, clock: stage.clock });
  for (let minute = TICK; minute < dueAt; minute += TICK) {
    const at = instant(start + minute * 60_000);
    if (minute === story.mergedAfterMinutes) await stage.repository.mergeCandidate(story, at);
    await stage.tick(at, provider);
  }
  return { directory: stage.repository.directory, history };
}

/** The same samples at other times. */
function moveHistory(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => {
      if (line === '' || line.startsWith('#')) return line;
      const end = line.lastIndexOf(' ');
      return `${line.slice(0, end)} ${((Number(line.slice(end + 1)) * 1000 + by) / 1000).toFixed(3)}`;
    })
    .join('\n');
}
