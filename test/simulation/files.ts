import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import type { Release } from '../../src/core/manifest/release-schema.ts';
import { type BelayRecord, RecordSchema } from '../../src/core/record/record-schema.ts';
import { writeRoute } from '../builders/world.ts';
import type { Entry, Tree } from '../fakes/commit-store.ts';
import { writeRoles } from './persons.ts';
import type { Scenario, SimRelease } from './scenario.ts';

/** The files of a simulated repository, written and read without the product's own hands. */

export const CONFIG = '.belay/config.yaml';
export const RECORDS = '.belay/records/';

export function manifestPath(name: string): string {
  return `releases/${name}.yaml`;
}

export function servingPath(name: string): string {
  return `serving/${name}.yaml`;
}

/** A serving file with all backends of a release; those that are not named get nothing. */
export function writeSplit({ name, older }: SimRelease, weights: Readonly<Record<string, number>>): string {
  const backends = ['a', 'b', ...(older ? ['c'] : [])].map((letter) => `${name}-${letter}`);
  return writeRoute(Object.fromEntries(backends.map((backend) => [backend, weights[backend] ?? 0])));
}

/** The other one of the two backends. */
export function otherBackend(name: string, backend: string): string {
  return backend === `${name}-a` ? `${name}-b` : `${name}-a`;
}

/** The lines of a version; the number in its name is in its digest. */
export function versionLines(
  role: 'stable' | 'candidate',
  version: string,
  backend: string,
  needs: Readonly<Record<string, string>> = {},
): string {
  const needed = Object.entries(needs).map(([name, other]) => `${name}: ${other}`);
  const hex = Buffer.from(version).toString('hex').slice(0, 32).padEnd(64, '0');
  return [
    `  ${role}:`,
    `    version: ${version}`,
    `    backend: ${backend}`,
    ...(needed.length > 0 ? [`    needs: {${needed.join(', ')}}`] : []),
    '    artifacts:',
    '      model:',
    `        uri: s3://models/${version}`,
    `        digest: sha256:${hex}`,
    '',
  ].join('\n');
}

const query = (counter: string): string => `sum(increase(${counter}{version="{{version}}"}[{{window}}]))`;

/** A settled manifest on `<name>-1`; on the version before it where there is one. */
export function writeManifest({
  name,
  steps,
  deadline,
  verify,
  watch,
  older,
  brake,
  dependsOn,
  hasOwners,
}: SimRelease): string {
  const lines = steps.map(
    ({ weight, hold, approval }) =>
      `      - {weight: ${weight}, hold: ${hold}${approval ? `, approval: ${approval}` : ''}}`,
  );
  return `# How ${name} is rolled out.
apiVersion: belay.dev/v1
kind: Release
metadata:
  name: ${name}
${hasOwners ? '  owners: ["@acme/risk-ml"]\n' : ''}${dependsOn ? `  dependsOn: [${dependsOn.join(', ')}]\n` : ''}spec:
${older ? versionLines('stable', `${name}-0`, `${name}-c`) : versionLines('stable', `${name}-1`, `${name}-a`)}  rollout:
    strategy: canary
    weight: 0 # Belay writes this
    steps:
${lines.join('\n')}
    deadline: ${deadline}${watch === undefined ? '' : `\n    watch: ${watch}`}
  health:
    noDataDeadline: 15m
    checks:
      - name: errors
        kind: proportion
        provider: prod
        bad: ${query('errors_total')}
        total: ${query('requests_total')}
        tolerate: {relative: 25%, absolute: 0.5%}
        safe: {relative: 25%, absolute: 1%}
        limit: 3%
${containing(brake)}  targets:
    - {kind: gateway-api, file: ${servingPath(name)}, route: scorer}
${goingBack(name, brake, verify)}`;
}

/** A check that proves the same a tick earlier, and only contains. */
function containing(brake: SimRelease['brake']): string {
  if (brake !== 'reduce' && brake !== 'pause') return '';
  return `      - name: soft
        kind: proportion
        provider: prod
        bad: ${query('errors_total')}
        total: ${query('requests_total')}
        tolerate: {relative: 25%, absolute: 0.5%}
        safe: {relative: 25%, absolute: 1%}
        critical: true
        required: false
        onFail: ${brake}
`;
}

function goingBack(name: string, brake: SimRelease['brake'], verify: string | undefined): string {
  const mode = brake === 'step-down' || brake === 'fallback' ? brake : 'revert';
  const more = `${brake === 'fallback' ? `, fallback: ${name}-1` : ''}${verify === undefined ? '' : `, verify: ${verify}`}`;
  return mode === 'revert' && more === '' ? '' : `  rollback: {mode: ${mode}${more}}\n`;
}

/** All files at the beginning. */
export function firstFiles({ releases, mode, method, roles }: Scenario): Record<string, string> {
  const files: Record<string, string> = {
    [CONFIG]: `apiVersion: belay.dev/v1
kind: Config
providers:
  prod: {kind: openmetrics, file: metrics.om}
advance: {mode: ${mode}}
merge: {method: ${method}}
${roles ? writeRoles() : ''}`,
    'README.md': 'Ours.\n',
  };
  for (const release of releases) {
    const { name, bornWithCandidate } = release;
    const text = writeManifest(release);
    files[manifestPath(name)] = bornWithCandidate ? withCandidate(text, release, 2) : text;
    files[servingPath(name)] = writeSplit(release, { [`${name}-${release.older ? 'c' : 'a'}`]: 100 });
  }
  return files;
}

const CANDIDATE = /^ {2}candidate:\n(?: {4}.*\n)+/m;
const WEIGHT = /^( {4}weight: )\d+/m;

/** A manifest with a candidate at 0, in place of another one that may be there. */
export function withCandidate(
  text: string,
  { name, needs }: Pick<SimRelease, 'name' | 'needs'>,
  number: number,
): string {
  const settled = withoutCandidate(text);
  const backend = /^ {2}stable:\n(?: {4}.*\n)*? {4}backend: (\S+)/m.exec(settled)?.[1] ?? `${name}-a`;
  const version = `${name}-${number}`;
  const lines = versionLines('candidate', version, otherBackend(name, backend), needs?.[version]);
  return settled.replace(/^ {2}rollout:$/m, `${lines}  rollout:`);
}

export function withoutCandidate(text: string): string {
  return withWeight(text.replace(CANDIDATE, ''), 0);
}

export function withWeight(text: string, weight: number): string {
  return text.replace(WEIGHT, (_, key: string) => `${key}${weight}`);
}

const manifests = new Map<string, Release | undefined>();

/** A manifest, by the product's own reading as it is in the sources; undefined when it is wrong. Each text is read once. */
export function readManifest(path: string, text: Entry | undefined): Release | undefined {
  if (typeof text !== 'string') return undefined;
  const key = `${path}\0${text}`;
  if (!manifests.has(key)) {
    if (manifests.size > 3000) manifests.clear();
    const reading = parseRelease(path, text);
    manifests.set(key, reading.kind === 'ok' ? reading.value.release : undefined);
  }
  return manifests.get(key);
}

/** Percent by backend in a serving file. */
export function readSplit(text: Entry | undefined): ReadonlyMap<string, number> {
  const found = typeof text === 'string' ? text.matchAll(/- name: (\S+).*\n.*\n +weight: (\d+)/g) : [];
  return new Map([...found].map((match) => [match[1]!, Number(match[2])]));
}

/** Share of a candidate's traffic that a manifest asks for, in percent. */
export function exposure(release: Release | undefined): number {
  return release?.spec.candidate ? release.spec.rollout.weight : 0;
}

const records = new Map<string, BelayRecord | undefined>();

/** A record; undefined when it is none. */
export function readRecord(text: Entry | undefined): BelayRecord | undefined {
  if (typeof text !== 'string') return undefined;
  if (!records.has(text)) {
    if (records.size > 3000) records.clear();
    records.set(text, parseRecord(text));
  }
  return records.get(text);
}

function parseRecord(text: string): BelayRecord | undefined {
  try {
    return RecordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Paths of a release's records, in order. */
export function recordPaths(tree: Tree, name: string): readonly string[] {
  return [...tree.keys()].filter((path) => path.startsWith(`${RECORDS}${name}/`)).sort();
}

/** Records that give a release neither another version nor another weight. */
const WORDS: ReadonlySet<string> = new Set(['pause', 'resume', 'approve', 'lift']);

/** The newest record that says which version a release was left with, before number `before`; pauses and other words say nothing of it. */
export function newestMove(
  tree: Tree,
  name: string,
  before = Number.POSITIVE_INFINITY,
): BelayRecord | undefined {
  return recordPaths(tree, name)
    .flatMap((path) => readRecord(tree.get(path)) ?? [])
    .findLast((record) => record.sequence < before && !isWord(record));
}

/** The newest move that left a release with another version than before: a candidate that nobody was sent to is taken back without one. */
export function lastServed(tree: Tree, name: string, before?: number): BelayRecord | undefined {
  const move = newestMove(tree, name, before);
  if (move?.decision.kind !== 'rollback') return move;
  const previous = newestMove(tree, name, move.sequence);
  const serving = (previous?.good ?? previous?.restored?.version)?.version;
  return serving === move.restored?.version.version ? lastServed(tree, name, move.sequence) : move;
}

/** A word of a person, or of Belay, about a release that stays as it is. */
export function isWord({ decision }: BelayRecord): boolean {
  return WORDS.has(decision.kind);
}

/** The newest record of a release, of those that are more than what a person ordered. */
export function newestRecord(tree: Tree, name: string): BelayRecord | undefined {
  return recordPaths(tree, name)
    .flatMap((path) => readRecord(tree.get(path)) ?? [])
    .findLast((record) => !(isWord(record) && record.trigger.order));
}

/** A candidate was put where the version before the one that serves had been: there is no way back to what is not there any more. */
export function isTakenOver(tree: Tree, name: string): boolean {
  const served = lastServed(tree, name);
  const backend = (served?.good ?? served?.restored?.version)?.backend;
  return recordPaths(tree, name)
    .flatMap((path) => readRecord(tree.get(path)) ?? [])
    .some(
      ({ sequence, candidate }) =>
        sequence > (served?.sequence ?? 0) && candidate && candidate.backend !== backend,
    );
}
