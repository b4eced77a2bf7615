import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import { openInFlight, writeFiles, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

const schema = (body: object) =>
  JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...body });
const V1 = schema({ type: 'object', properties: { amount: { type: 'number' } } });
const V2 = schema({ type: 'object', properties: { amount: { type: 'integer' } } });

interface Spec {
  readonly stable: object;
  readonly candidate?: object;
}

/** The manifest with more in its versions. */
function manifest({ stable, candidate }: Spec): string {
  const text = writeManifest(candidate ? { candidate: CANDIDATE } : {});
  const { spec, ...rest } = parse(text) as { spec: Record<string, object> };
  const more = candidate ? { candidate: { ...spec.candidate, ...candidate } } : {};
  return stringify({ ...rest, spec: { ...spec, stable: { ...spec.stable, ...stable }, ...more } });
}

async function told(spec: Spec, files: Files = {}, base?: Files) {
  const all = {
    ...BASE,
    'contracts/1.json': V1,
    'contracts/2.json': V2,
    [MANIFEST]: manifest(spec),
    ...files,
  };
  // the release was settled before it had a candidate
  const settled = { ...all, [MANIFEST]: manifest({ stable: spec.stable }) };
  const problems = await problemsOf(all, base ? { base: baseOf({ ...all, ...base }, settled) } : {});
  return problems.map(({ code, severity, at, path }) => `${severity} ${code} ${at.file} ${path}`);
}
const input = (file: string, rest: object = {}) => ({
  contract: { input: `contracts/${file}.json`, ...rest },
});

describe('the contracts of a manifest', () => {
  it('are there, and of regular files', async () => {
    expect(await told({ stable: input('1') })).toEqual([]);
    expect(await told({ stable: input('gone') })).toEqual([
      `error CONTRACT_MISSING ${MANIFEST} spec.stable.contract.input`,
    ]);
    expect(await told({ stable: input('1') }, { 'contracts/1.json': '{' })).toEqual([
      'error JSON_INVALID contracts/1.json ',
    ]);
  });

  it('are compared when a candidate comes', async () => {
    expect(await told({ stable: input('2'), candidate: input('1') })).toEqual([]);
    expect(await told({ stable: input('1'), candidate: input('2') })).toEqual([
      'error CONTRACT_INPUT_NARROWED contracts/2.json /properties/amount/type',
    ]);
    const output = (file: string) => ({ contract: { output: `contracts/${file}.json` } });
    expect(await told({ stable: output('1'), candidate: output('2') })).toEqual([]);
    expect(await told({ stable: output('2'), candidate: output('1') })).toEqual([
      'error CONTRACT_OUTPUT_WIDENED contracts/1.json /properties/amount/type',
    ]);
  });

  it('may break those who know it, and only while they do', async () => {
    const breaks = { breaks: ['checkout'] };
    expect(await told({ stable: input('1'), candidate: input('2', breaks) })).toEqual([
      'warning CONTRACT_INPUT_NARROWED contracts/2.json /properties/amount/type',
    ]);
    expect(await told({ stable: input('1'), candidate: input('1', breaks) })).toEqual([
      `warning CONTRACT_BREAKS_NOTHING ${MANIFEST} spec.candidate.contract.breaks`,
    ]);
  });

  it('are not dropped by a candidate', async () => {
    expect(await told({ stable: input('1'), candidate: {} })).toEqual([
      `error CONTRACT_DROPPED ${MANIFEST} spec.candidate`,
    ]);
  });

  it('keep the word of stable, or it is told', async () => {
    const spec = { stable: input('1'), candidate: input('1') };
    expect(await told(spec, {}, { 'contracts/1.json': V1.replace('{', '{"title": "A payment",') })).toEqual(
      [],
    );
    expect(await told(spec, { 'contracts/1.json': V2 }, { 'contracts/1.json': V1 })).toEqual([
      'warning CONTRACT_REWRITTEN contracts/1.json ',
    ]);
  });
});

describe('what a candidate must stand beside', () => {
  const compat = (index: string, also?: readonly string[]) => ({
    compat: { index },
    ...(also ? { alsoWorksWith: { index: also } } : {}),
  });

  it.each([
    ['the same value', compat('a'), compat('a'), []],
    ['none on either side', {}, compat('a'), []],
    ['another value', compat('a'), compat('b'), ['error COMPAT_MISMATCH spec.candidate.compat.index']],
    [
      "another, and stable's as well",
      compat('a'),
      compat('b', ['a']),
      ['warning COMPAT_ONE_WAY spec.candidate.compat.index'],
    ],
    ['another that both work with', compat('a', ['b']), compat('b', ['a']), []],
    ["stable's, and another as well", compat('a'), compat('a', ['b']), []],
    ['nothing', compat('a'), {}, ['error COMPAT_MISSING spec.candidate']],
    [
      'nothing of that name',
      compat('a'),
      { compat: { tokenizer: 'x' } },
      ['error COMPAT_MISSING spec.candidate.compat'],
    ],
    [
      'other values without one',
      {},
      { alsoWorksWith: { index: ['a'] } },
      ['error COMPAT_KEY_UNKNOWN spec.candidate.alsoWorksWith.index'],
    ],
    [
      'other values of another name',
      {},
      { ...compat('a'), alsoWorksWith: { indx: ['a'] } },
      ['error COMPAT_KEY_UNKNOWN spec.candidate.alsoWorksWith.indx'],
    ],
    ['a number', {}, { compat: { index: 7 } }, ['error TYPE_MISMATCH spec.candidate.compat.index']],
    [
      "a name of an object's own",
      compat('a'),
      { compat: { constructor: 'x', index: 'a' } },
      ['error SEC-07 spec.candidate.compat.constructor'],
    ],
  ])('is %s', async (_, stable, candidate, expected) => {
    const lines = await told({ stable, candidate });
    expect(lines.map((line) => line.replace(` ${MANIFEST}`, ''))).toEqual(expected);
  });

  it('is told with both values and what to write', async () => {
    const files = {
      ...BASE,
      [MANIFEST]: manifest({ stable: compat('2026-10'), candidate: compat('2026-11') }),
    };
    const [problem] = await problemsOf(files);
    expect(problem!.message).toBe(
      'needs index "2026-11", but production is at "2026-10" by stable; if the candidate works with both, add alsoWorksWith: {index: ["2026-10"]}, else bring index "2026-11" to stable first',
    );
  });
});

describe('releases that depend on others', () => {
  const release = (name: string, dependsOn: readonly string[], rest: object = {}): Files => {
    const files = writeFiles({ name, ...rest });
    const path = `releases/${name}.yaml`;
    const { metadata, ...others } = parse(files[path]!) as { metadata: object };
    return { ...files, [path]: stringify({ ...others, metadata: { ...metadata, dependsOn } }) };
  };
  const codes = async (...releases: readonly Files[]) =>
    (await problemsOf(Object.assign({}, BASE, ...releases) as Files)).map(
      ({ code, at, path, message }) => `${code} ${at.file} ${path} ${message}`,
    );

  it('name releases that are there', async () => {
    expect(await codes(release('api', ['scorer']))).toEqual([]);
    expect(await codes(release('api', ['scorr', 'api']))).toEqual([
      expect.stringMatching(
        /^DEPENDENCY_UNKNOWN releases\/api\.yaml metadata\.dependsOn\[0\] "scorr" is no release.*did you mean "scorer"/,
      ),
      expect.stringMatching(/^DEPENDENCY_CYCLE releases\/api\.yaml metadata\.dependsOn\[1\] .*itself/),
    ]);
  });

  it('go round in no circle, which is printed', async () => {
    const found = await codes(
      release('api', ['store']),
      release('store', ['scorer']),
      release('scorer', ['api']),
    );
    expect(found).toEqual([
      expect.stringMatching(
        /^DEPENDENCY_CYCLE releases\/api\.yaml metadata\.dependsOn\[0\] .*api → store → scorer → api/,
      ),
    ]);
  });

  it('wait for one that cannot be read rather than call it gone', async () => {
    const found = await codes(release('api', ['scorer']), { [MANIFEST]: 'kind: Release' });
    expect(found.filter((line) => line.startsWith('DEPENDENCY'))).toEqual([]);
  });

  it('begin one after the other: with two new candidates, the one that depends waits', async () => {
    const store = release('store', [], { candidate: CANDIDATE });
    const found = await codes(store, release('api', ['store'], { candidate: CANDIDATE }));
    expect(found).toEqual([
      expect.stringMatching(
        /^DEPENDENCY_IN_FLIGHT releases\/api\.yaml spec\.candidate\.version it depends on store/,
      ),
    ]);
  });

  it('and what they depend on waits for their rollout under way', async () => {
    const rolling = filesOf(await openInFlight(2));
    const { metadata, ...rest } = parse(rolling[MANIFEST]!) as { metadata: object };
    const scorer = { [MANIFEST]: stringify({ ...rest, metadata: { ...metadata, dependsOn: ['store'] } }) };
    expect(await codes(rolling, scorer, release('store', []))).toEqual([]);
    expect(await codes(rolling, scorer, release('store', [], { candidate: CANDIDATE }))).toEqual([
      expect.stringMatching(
        /^DEPENDENCY_IN_FLIGHT releases\/store\.yaml spec\.candidate\.version scorer depends on it/,
      ),
    ]);
  });

  /** `api` with a candidate that needs a version of what it depends on. */
  const needing = (needs: Readonly<Record<string, string>>, dependsOn = ['store']): Files => {
    const files = release('api', dependsOn, { candidate: CANDIDATE });
    const path = 'releases/api.yaml';
    const manifest = parse(files[path]!);
    manifest.spec.candidate.needs = needs;
    return { ...files, [path]: stringify(manifest) };
  };

  it('serve the version that a candidate needs, or a later one', async () => {
    expect(await codes(release('store', []), needing({ store: STABLE.version }))).toEqual([]);
    expect(await codes(release('store', []), needing({ store: '9.9.9' }))).toEqual([
      expect.stringMatching(
        /^DEPENDENCY_NOT_MET releases\/api\.yaml spec\.candidate\.needs\.store 3\.5\.0 needs store 9\.9\.9 or a later one, and 3\.4\.1 serves there/,
      ),
    ]);
  });

  it('are not blamed for a need while they cannot be read', async () => {
    const found = await codes(needing({ scorer: '9.9.9' }, ['scorer']), { [MANIFEST]: 'kind: Release' });
    expect(found.filter((line) => line.startsWith('DEPENDENCY'))).toEqual([]);
  });

  it('are named where a version of them is needed', async () => {
    const found = await codes(release('store', []), needing({ store: STABLE.version }, []));
    expect(found).toEqual([
      expect.stringMatching(/^NEED_UNDECLARED releases\/api\.yaml spec\.candidate\.needs\.store .*dependsOn/),
    ]);
  });
});
