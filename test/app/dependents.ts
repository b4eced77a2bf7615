import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import type { RunReport } from '../../src/report/run-report.ts';
import type { VersionInput } from '../builders/release.ts';
import { writeRoute } from '../builders/world.ts';
import { type Bench, type BenchInput, healthy, openBench, type Setup, writeManifest } from './bench.ts';

/**
 * `store` serves features; `scorer` and `viewer` depend on it, `ranker` on the scorer. Versions 2 of the latter three need version 2
 * of what they depend on.
 */

const VERSIONS: Readonly<Record<string, readonly [VersionInput, VersionInput]>> = {
  store: [
    { version: 'store-1', backend: 'scorer-a', digit: '1' },
    { version: 'store-2', backend: 'scorer-b', digit: '2' },
  ],
  scorer: [
    { version: 'scorer-1', backend: 'scorer-a', digit: '3' },
    { version: 'scorer-2', backend: 'scorer-b', digit: '4' },
  ],
  ranker: [
    { version: 'ranker-1', backend: 'scorer-a', digit: '5' },
    { version: 'ranker-2', backend: 'scorer-b', digit: '6' },
  ],
  viewer: [
    { version: 'viewer-1', backend: 'scorer-a', digit: '7' },
    { version: 'viewer-2', backend: 'scorer-b', digit: '8' },
  ],
};
const DEPENDS: Readonly<Record<string, string>> = { scorer: 'store', ranker: 'scorer', viewer: 'store' };

export interface Manifest extends Setup {
  /** Of the version that needs it: by default version 2. */
  readonly needs?: Readonly<Record<string, string>> | null;
}

/** Manifest of a release with version 1, 2 or both. */
export function write(
  name: string,
  which: 'one' | 'both' | 'two',
  { needs, ...setup }: Manifest = {},
): string {
  const [one, two] = VERSIONS[name]!;
  const text = writeManifest({
    ...setup,
    name,
    stable: which === 'two' ? two : one,
    ...(which === 'both' ? { candidate: two } : {}),
  });
  const manifest = parse(text);
  const other = DEPENDS[name];
  if (other === undefined) return text;
  manifest.metadata.dependsOn = [other];
  const needed = needs === undefined ? { [other]: `${other}-2` } : needs;
  const version = manifest.spec.candidate ?? manifest.spec.stable;
  if (needed && version.version === two.version) version.needs = needed;
  return stringify(manifest);
}

export const pathOf = (name: string): string => `releases/${name}.yaml`;

export function open(input: BenchInput & { readonly names?: readonly string[] } = {}): Bench {
  const { names = ['store', 'scorer'], health = {}, files = {}, ...rest } = input;
  const versions = Object.values(VERSIONS)
    .flat()
    .map(({ version }) => [version, healthy] as const);
  return openBench({
    ...rest,
    health: { ...Object.fromEntries(versions), ...health },
    files: {
      ...Object.fromEntries(
        names.flatMap((name) => [
          [pathOf(name), write(name, 'one')],
          [`serving/${name}.yaml`, writeRoute({ 'scorer-a': 100, 'scorer-b': 0 })],
        ]),
      ),
      ...files,
    },
  });
}

export function bring(bench: Bench, name: string, manifest: Manifest = {}): void {
  bench.forge.push({ [pathOf(name)]: write(name, 'both', manifest) }, { message: `Bring ${name} 2` });
}

/** Brings version 2 of a release and rolls it out, from a minute on; 96 minutes later it is promoted. */
export async function rollOut(
  bench: Bench,
  name: string,
  at: number,
  manifest: Manifest = {},
): Promise<void> {
  bring(bench, name, manifest);
  for (const after of [1, 32, 64, 96]) await bench.tick(at + after);
  expect(versionsIn(bench, name)).toEqual([`${name}-2`, undefined]);
}

/** Stable and candidate on the default branch. */
export function versionsIn({ forge }: Bench, name: string): readonly [string, string | undefined] {
  const { spec } = parse(forge.textAt(pathOf(name))!);
  return [spec.stable.version, spec.candidate?.version];
}

export function recordsOf({ forge }: Bench, name: string) {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return [...tree]
    .filter(([path]) => path.startsWith(`.belay/records/${name}/`))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => JSON.parse(String(text)));
}

export const takeBack = (bench: Bench, at: number, release = 'store'): Promise<RunReport> =>
  bench.rollBack(at, { release, from: `${release}-2` });

/** store-2 is promoted at 96, scorer-2 at 25 % from 130 on. */
export async function openWithScorerTried(input: Parameters<typeof open>[0] = {}, manifest: Manifest = {}) {
  const bench = open(input);
  await bench.tick(0);
  await rollOut(bench, 'store', 0, manifest);
  bring(bench, 'scorer', manifest);
  for (const at of [98, 130]) await bench.tick(at);
  expect(versionsIn(bench, 'scorer')).toEqual(['scorer-1', 'scorer-2']);
  return bench;
}
