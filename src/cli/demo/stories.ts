import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ToolError } from '../../core/errors.ts';

/** One story of the demo: a pull request that brings a candidate, and when. See examples/fraud-scorer/demo/stories.mjs. */
export interface Story {
  readonly name: string;
  readonly candidate: string;
  readonly branch: string;
  readonly startsAt: string;
  readonly mergedAfterMinutes: number;
}

export interface StoryFile {
  readonly path: string;
  readonly text: string;
}

/** What the example tells about itself. */
export interface StoryBook {
  readonly STORIES: readonly Story[];
  readonly MANIFEST: string;
  readonly SERVING: string;
  readRepository(): readonly StoryFile[];
  readPullRequest(story: Story): {
    readonly branch: string;
    readonly title: string;
    readonly body: string;
    readonly files: readonly StoryFile[];
  };
  recordingFile(story: Story): string;
  recordedConfig(file: string): string;
  liveConfig(url: string): string;
  hurryManifest(text: string): string;
  /** Hour of the day that payments come from in a live run, by the candidate's weight. */
  liveHour(story: Story, weight: number): number;
}

/** What a live run needs besides Belay. See examples/fraud-scorer/demo/live.mjs. */
export interface LiveStage {
  startLive(options: {
    readonly readServing: () => Promise<string>;
    readonly hour: () => number;
    readonly perSecond: () => number;
    readonly onError?: (error: Error) => void;
  }): Promise<{
    readonly prometheusUrl: string;
    readonly gatewayUrl: string;
    count(): { readonly sent: number; readonly failed: number };
    close(): Promise<void>;
  }>;
}

const STORIES_PATH = 'examples/fraud-scorer/demo/stories.mjs';

/** The example's stories. @throws ToolError REFUSED when the examples are not beside the program */
export async function openStoryBook(): Promise<StoryBook> {
  return load<StoryBook>(STORIES_PATH);
}

/** The example's live stage. */
export async function openLiveStage(): Promise<LiveStage> {
  return load<LiveStage>('examples/fraud-scorer/demo/live.mjs');
}

/** The example is a user's repository, not part of the bundle: it is loaded from where it stands. */
async function load<T>(path: string): Promise<T> {
  const file = join(findRoot(), path);
  return (await import(/* webpackIgnore: true */ pathToFileURL(file).href)) as T;
}

function findRoot(): string {
  let folder = dirname(realpathSync(process.argv[1] ?? '.'));
  while (!existsSync(join(folder, STORIES_PATH))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new ToolError({
        code: 'REFUSED',
        message: `demo: expected ${STORIES_PATH} beside the program, found none; run it in a clone of the Belay repository`,
      });
    }
    folder = parent;
  }
  return folder;
}
