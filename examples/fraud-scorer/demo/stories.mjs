import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The two stories of the demo as data: the user's repository, the pull requests that come to it, and when. `healthy`
 * comes first; `faulty` goes on in the repository that `healthy` leaves behind.
 */

const EXAMPLE = fileURLToPath(new URL('..', import.meta.url));
const CANDIDATES = fileURLToPath(new URL('candidates/', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('recordings/', import.meta.url));
const DESCRIPTION = 'pull-request.md';

/** What a user has in Git; the rest of the example (the model's code, the demo) lives elsewhere in real life. */
const REPOSITORY = ['README.md', '.belay', '.github', 'contracts', 'docs', 'releases', 'serving'];

/**
 * @typedef {object} Story
 * @property {string} name
 * @property {string} candidate version that the pull request brings
 * @property {string} branch of the pull request
 * @property {string} startsAt first moment of the metrics, ISO 8601
 * @property {number} mergedAfterMinutes when the pull request is merged, counted from `startsAt`
 */

/** Release, manifest and serving file of the stories. */
export const RELEASE = 'fraud-scorer';
export const MANIFEST = 'releases/fraud-scorer.yaml';
export const SERVING = 'serving/fraud-scorer.yaml';

/** @type {readonly Story[]} */
export const STORIES = [
  {
    name: 'healthy',
    candidate: '3.5.0',
    branch: 'fraud-scorer-3.5.0',
    startsAt: '2026-11-09T08:00:00Z',
    mergedAfterMinutes: 20,
  },
  {
    name: 'faulty',
    candidate: '3.6.0',
    branch: 'fraud-scorer-3.6.0',
    startsAt: '2026-11-10T14:40:00Z',
    mergedAfterMinutes: 20,
  },
];

/**
 * The hour of the day that payments of a live run come from. Noon for both stories; in the faulty one evening falls as
 * soon as a quarter of the payments go to the candidate.
 * @param {Story} story
 * @param {number} weight percent of the payments that the candidate gets now
 */
export function liveHour(story, weight) {
  return story.name === 'faulty' && weight >= 25 ? 19 : 12;
}

/** One story by name. */
export function findStory(name) {
  const story = STORIES.find((candidate) => candidate.name === name);
  if (!story) throw new Error(`no story "${name}", expected ${STORIES.map((one) => one.name).join(' or ')}`);
  return story;
}

/**
 * The user's repository before the first story.
 * @returns {{path: string, text: string}[]} paths with forward slashes, sorted
 */
export function readRepository() {
  return REPOSITORY.flatMap((entry) => readFiles(EXAMPLE, join(EXAMPLE, entry))).sort(byPath);
}

/**
 * The pull request that brings a story's candidate.
 * @param {Story} story
 * @returns {{branch: string, title: string, body: string, files: {path: string, text: string}[]}} whole new contents
 */
export function readPullRequest(story) {
  const folder = join(CANDIDATES, story.name);
  const [heading, ...lines] = readFileSync(join(folder, DESCRIPTION), 'utf8').split('\n');
  return {
    branch: story.branch,
    title: heading.replace(/^# /, ''),
    body: lines.join('\n').trim(),
    files: readFiles(folder, folder).filter((file) => file.path !== DESCRIPTION),
  };
}

/** Where a story's recorded metrics are. */
export function recordingFile(story) {
  return join(RECORDINGS, `${story.name}.om`);
}

/** `.belay/config.yaml` for a replay: the same provider name, answered from a recording in the repository. */
export function recordedConfig(file) {
  return configWith(['kind: openmetrics', `file: ${file}`]);
}

/**
 * A manifest with the clock of a live run: seconds instead of hours, and margins that a few hundred payments can prove.
 * Everything else stays.
 */
export function hurryManifest(text) {
  return LIVE_EDITS.reduce((edited, [from, to]) => {
    if (!edited.includes(from)) throw new Error(`manifest: expected "${from}"`);
    return edited.replaceAll(from, to);
  }, text);
}

const LIVE_EDITS = [
  ['{weight: 1, hold: 30m}', '{weight: 1, hold: 20s}'],
  ['{weight: 5, hold: 1h}', '{weight: 5, hold: 20s}'],
  ['{weight: 25, hold: 2h}', '{weight: 25, hold: 30s}'],
  ['{weight: 100, hold: 4h}', '{weight: 100, hold: 30s}'],
  ['    deadline: 24h', '    deadline: 10m'],
  ['    tick: 5m\n', '    tick: 10s\n    ingestDelay: 2s\n    noDataDeadline: 1m\n'],
  ['absolute: 1%', 'absolute: 2%'],
  ['        for: 15m', '        for: 20s'],
  ['minSamples: 100', 'minSamples: 10'],
];

/** `.belay/config.yaml` for a live run: the same provider name, answered by a Prometheus on this machine. */
export function liveConfig(url) {
  return configWith(['kind: prometheus', `url: ${url}`]);
}

function configWith(provider) {
  const lines = provider.map((line) => `    ${line}`);
  return ['apiVersion: belay.dev/v1', 'kind: Config', 'providers:', '  prod:', ...lines, ''].join('\n');
}

function byPath(left, right) {
  return left.path < right.path ? -1 : 1;
}

function readFiles(root, path) {
  if (!statSync(path).isDirectory()) {
    return [{ path: relative(root, path).split(sep).join(posix.sep), text: readFileSync(path, 'utf8') }];
  }
  return readdirSync(path)
    .sort()
    .flatMap((name) => readFiles(root, join(path, name)));
}
