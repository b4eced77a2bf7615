/**
 * Plays one morning of this repository: `node play.mjs <trouble> <directory>` makes a Git repository there, lets requests flow along the
 * split in serving/ranker.yaml, runs `belay advance` now and then, and prints what each run decides. Nothing leaves the machine.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BELAY = join(HERE, '../../dist/index.js');
/** A terminal, wherever this runs. */
const TERMINAL = { ...process.env, GITHUB_ACTIONS: '', GITHUB_ACTOR: '', GITHUB_EVENT_NAME: '' };
const MORNING = Date.parse('2026-11-30T08:00:00Z');
const PER_MINUTE = 6_000;
/** At 5 %, 25 % and 50 %, in minutes of the day. */
const UP = [0, 30, 60];

/** A counter that goes wrong, the minute from which 2.1.0 counts twelve times as many, and when it is looked at. */
const TROUBLES = {
  settled: { looks: [] },
  'no-owners': { looks: [] },
  nothing: { looks: [...UP, 90, 120, 130, 250] },
  errors: { counter: 'errors', from: 62, looks: [...UP, 75, 85, 95, 105, 115] },
  timeouts: { counter: 'timeouts', from: 62, looks: [...UP, 75, 85, 95] },
  'short-lists': { counter: 'short_lists', from: 62, looks: [...UP, 75, 85] },
  'no-clicks': { counter: 'no_clicks', from: 62, looks: [...UP, 75, 85] },
  'cache-misses': { counter: 'cache_misses', from: 62, looks: [...UP, 75, 90] },
  'late-errors': { counter: 'errors', from: 135, looks: [...UP, 90, 120, 130, 150, 160, 170] },
};
const COUNTERS = ['requests', 'errors', 'timeouts', 'short_lists', 'no_clicks', 'cache_misses'];
const BACKENDS = { '1.9.0': 'ranker-c', '2.0.0': 'ranker-a', '2.1.0': 'ranker-b' };
const FOLDERS = ['.belay', 'releases', 'serving', 'docs', '.gitignore'];

const [trouble = '', directory = ''] = process.argv.slice(2);
const story = TROUBLES[trouble];
if (!story || directory === '' || existsSync(directory)) {
  const names = Object.keys(TROUBLES).join('|');
  console.error(`usage: node play.mjs <${names}> <a directory that is not there yet>`);
  process.exit(1);
}

mkdirSync(join(directory, 'metrics'), { recursive: true });
const inside = (path) => join(directory, path);
const momentOf = (minute) => new Date(MORNING + minute * 60_000).toISOString().replace('.000Z', 'Z');
const points = [];
const totals = {};
let flowed = -120;

function git(minute, ...args) {
  const date = momentOf(minute);
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const who = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com'];
  execFileSync('git', ['-C', directory, ...who, ...args], { env });
}

function commit(minute, subject) {
  git(minute, 'add', '--all');
  git(minute, 'commit', '--quiet', '-m', subject);
}

/** Requests of every minute until then, along the split that the serving file has now. */
function flow(minute) {
  const route = readFileSync(inside('serving/ranker.yaml'), 'utf8');
  for (; flowed <= minute; flowed += 1) {
    for (const [version, backend] of Object.entries(BACKENDS)) {
      const weight = Number(new RegExp(`${backend}\\n +port: 8080\\n +weight: (\\d+)`).exec(route)?.[1]);
      const requests = (PER_MINUTE * weight) / 100;
      for (const counter of COUNTERS) {
        const isIll = version === '2.1.0' && counter === story.counter && flowed >= story.from;
        const share = counter === 'requests' ? 1 : isIll ? 0.06 : 0.005;
        const key = `ranker_${counter}_total{version="${version}"}`;
        totals[key] = (totals[key] ?? 0) + Math.round(requests * share);
        points.push([counter, version, `${key} ${totals[key]} ${MORNING / 1000 + flowed * 60}`]);
      }
    }
  }
  const lines = COUNTERS.flatMap((counter) => [
    `# TYPE ranker_${counter} counter`,
    ...Object.keys(BACKENDS).flatMap((version) =>
      points.flatMap(([a, b, line]) => (a === counter && b === version ? [line] : [])),
    ),
  ]);
  writeFileSync(inside('metrics/ranker.om'), `${lines.join('\n')}\n# EOF\n`);
}

/** One run of `belay advance`, and what it decides about ranker. */
function tick(minute) {
  flow(minute);
  const flags = ['--dir', directory, '--forge', 'local', '--now', momentOf(minute), '--format', 'json'];
  const run = spawnSync(process.execPath, [BELAY, 'advance', ...flags], { encoding: 'utf8', env: TERMINAL });
  if (run.stdout === '') throw new Error(run.stderr);
  const { decision, assessment } = JSON.parse(run.stdout).releases.find(({ name }) => name === 'ranker');
  const { kind, from, to, reasons } = decision;
  const weights = from === to ? `${from} %` : `${from} → ${to} %`;
  console.log(`${momentOf(minute).slice(11, 16)} ${kind}, ${weights}, exit code ${run.status}`);
  console.log(`      ${reasons[0].code}: ${reasons[0].text}`);
  const failing = assessment?.checks.filter(({ verdict }) => verdict === 'fail') ?? [];
  for (const { name, brake } of failing) console.log(`      ${name} fails: ${brake}`);
}

/** 1.9.0 was there before, and is known as good. */
function makePast() {
  for (const folder of FOLDERS) cpSync(join(HERE, folder), inside(folder), { recursive: true });
  const now = ['releases/ranker.yaml', 'serving/ranker.yaml'].map((path) => [
    path,
    readFileSync(inside(path), 'utf8'),
  ]);
  const [[manifest, release], [serving, route]] = now;
  const older = release.replace('version: 2.0.0', 'version: 1.9.0').replace('ranker-a', 'ranker-c');
  writeFileSync(inside(manifest), older.replaceAll('sha256:20', 'sha256:19'));
  const swap = { 'ranker-a': 'ranker-c', 'ranker-c': 'ranker-a' };
  writeFileSync(
    inside(serving),
    route.replace(/ranker-[ac]/g, (name) => swap[name]),
  );
  if (trouble === 'no-owners') removeOwners();
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', directory]);
  commit(-120, 'Serve ranker 1.9.0');
  tick(-120);
  for (const [path, text] of now) writeFileSync(inside(path), text);
  commit(-60, 'Serve ranker 2.0.0');
  tick(-60);
}

/** Nobody is named who decides when nothing can be restored. */
function removeOwners() {
  const path = inside('releases/sandbox.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^ +owners: .*\n/m, ''));
}

makePast();
const [begin] = story.looks;
if (begin !== undefined) {
  for (const folder of ['releases', 'serving'])
    cpSync(join(HERE, 'candidates/2.1.0', folder), inside(folder), { recursive: true });
  commit(begin, 'Try ranker 2.1.0');
}
for (const minute of story.looks) tick(minute);
