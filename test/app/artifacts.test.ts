import { describe, expect, it } from 'vitest';
import { lookForArtifacts } from '../../src/app/look-for-artifacts.ts';
import { openVerifier } from '../../src/cli/open-verifier.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import type { ArtifactPlace, ArtifactPresence } from '../../src/ports/registry.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE, type VersionInput } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  healthy,
  holdToLaws,
  only,
  openBench,
  sick,
  told,
  WALK,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';

holdToLaws();

const HOST = 'registry.acme.dev';
const WATCHED = `${CONFIG}registries:\n  ${HOST}: {}\n`;

const inRegistry = (version: VersionInput): VersionInput => ({
  ...version,
  model: { uri: `oci://${HOST}/scorer` },
});
const OLD = inRegistry({ version: '3.3.0', backend: 'scorer-c', digit: 'c' });
const GOOD = inRegistry(STABLE);
const NEW = inRegistry(CANDIDATE);

const MISSING: ArtifactPresence = { kind: 'missing', detail: 'there is no such content' };
const MISMATCH: ArtifactPresence = { kind: 'mismatch', detail: 'other content came' };
const UNSEEN: ArtifactPresence = { kind: 'unseen', reason: 'timeout', detail: 'no answer' };

/** A bench whose registry answers as told about each version; `asked` keeps what it was asked. */
function open(answers: Partial<Record<string, ArtifactPresence>>, files = writeFiles({ stable: GOOD })) {
  const health = { [STABLE.version]: healthy, [OLD.version]: healthy, [CANDIDATE.version]: healthy };
  const bench = openBench({ files, config: WATCHED, health });
  const asked: string[] = [];
  const versions = [OLD, GOOD, NEW];
  const find = async ({ repository, digest }: ArtifactPlace): Promise<ArtifactPresence> => {
    const { version } = versions.find(({ digit }) => digest === `sha256:${digit.repeat(64)}`)!;
    asked.push(`${repository} ${version}`);
    return answers[version] ?? { kind: 'present' };
  };
  Object.assign(bench.world, { artifacts: { openVerifier, openRegistry: async () => ({ find }) } });
  return { bench, asked, answers };
}

describe('a start of what is in a registry', () => {
  it('asks once, and no other tick asks anything', async () => {
    const { bench, asked } = open({});
    await bench.tick(WALK[0]);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    expect(told(await bench.tick(WALK[1]))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(asked).toEqual(['scorer 3.5.0']);
    for (const at of [2, 3, ...WALK.slice(2)]) await bench.tick(at);
    expect([weightOf(bench), asked]).toEqual([0, ['scorer 3.5.0']]);
  });

  it.each<[ArtifactPresence, string, number]>([
    [MISSING, 'ARTIFACT_MISSING', 2],
    [MISMATCH, 'ARTIFACT_MISMATCH', 2],
    [UNSEEN, 'ARTIFACT_UNSEEN', 0],
  ])('holds when it is %j, and goes on by itself when it is there', async (presence, code, exit) => {
    const { bench, answers } = open({ [CANDIDATE.version]: presence });
    await bench.tick(0);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', code, 'none']);
    expect([weightOf(bench), exitCodeOf(report), only(report).edits]).toEqual([0, exit, []]);
    const line =
      writeManifest({ stable: GOOD, candidate: NEW })
        .split('\n')
        .findIndex((text) => text.includes('b'.repeat(64))) + 1;
    expect(only(report).problems).toMatchObject([
      { code, severity: 'warning', at: { file: MANIFEST, line } },
    ]);
    delete answers[CANDIDATE.version];
    expect(told(await bench.tick(2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('needs a person when a registry stays silent', async () => {
    const { bench } = open({ [CANDIDATE.version]: UNSEEN });
    await bench.tick(0);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    const report = await bench.tick(62);
    expect(only(report).decision.reasons.map(({ code }) => code)).toEqual([
      'ARTIFACT_UNSEEN',
      'EVIDENCE_MISSING',
    ]);
    expect(exitCodeOf(report)).toBe(2);
  });

  it('holds when the registry cannot be opened, without telling more than may be told', async () => {
    const { bench } = open({});
    const openRegistry = () => Promise.reject(new TypeError('Bearer hunter2'));
    Object.assign(bench.world, { artifacts: { openVerifier, openRegistry } });
    await bench.tick(0);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'ARTIFACT_UNSEEN', 'none']);
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  it('asks nobody about a registry that the config does not name', async () => {
    const { bench, asked } = open({ [CANDIDATE.version]: MISSING });
    await bench.tick(0);
    const candidate = { ...CANDIDATE, model: { uri: 'oci://other.acme.dev/scorer' } };
    bringCandidate(bench, { stable: GOOD, candidate });
    expect(told(await bench.tick(1))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(asked).toEqual([]);
  });
});

describe('a rollback to what is in a registry', () => {
  /** 3.3.0 and then 3.4.1 were good; 3.5.0 is being tried, and somebody wants it gone. */
  async function openClimb(
    answers: Partial<Record<string, ArtifactPresence>>,
  ): Promise<ReturnType<typeof open>> {
    const climb = open({}, writeFiles({ stable: OLD }, { 'scorer-a': 0, 'scorer-c': 100 }));
    const { bench } = climb;
    await bench.tick(0);
    bench.forge.push(writeFiles({ stable: GOOD }, { 'scorer-c': 0 }));
    await bench.tick(1);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    await bench.tick(2);
    Object.assign(climb.answers, answers);
    climb.asked.length = 0;
    return climb;
  }

  const stableOf = ({ forge }: Bench) => /stable:\s+version: (\S+)/.exec(forge.textAt(MANIFEST) ?? '')?.[1];

  it('goes to the last good one that is there', async () => {
    const { bench, asked } = await openClimb({});
    expect(told(await bench.rollBack(3))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect([stableOf(bench), asked]).toEqual([STABLE.version, ['scorer 3.4.1']]);
  });

  it.each([MISSING, MISMATCH])(
    'passes over one that is %j, and says so in record and pull request',
    async (presence) => {
      const { bench } = await openClimb({ [STABLE.version]: presence });
      expect(told(await bench.rollBack(3))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
      expect(stableOf(bench)).toBe(OLD.version);
      expect(bench.forge.pulls.at(-1)!.description).toMatch(/`3\.4\.1` was passed over: artifact "model" is/);
      const record = JSON.parse(bench.forge.textAt('.belay/records/scorer/0004.json')!);
      expect(record.decision.reasons).toMatchObject([
        { code: 'ASKED_BY_PERSON' },
        { code: 'ARTIFACT_MISSING', text: expect.stringMatching(/^3\.4\.1 was passed over: /) as unknown },
      ]);
    },
  );

  it('goes to the last good one all the same when the registry does not answer, and says so', async () => {
    const { bench } = await openClimb({ [STABLE.version]: UNSEEN });
    const report = await bench.rollBack(3);
    expect([told(report)[2], stableOf(bench), exitCodeOf(report)]).toEqual(['merged', STABLE.version, 0]);
    expect(only(report).problems).toMatchObject([{ code: 'ARTIFACT_UNSEEN', severity: 'warning' }]);
    expect(bench.forge.pulls.at(-1)!.description).toContain('It is gone back to all the same');
  });

  it('goes to the last good one all the same when none is there any more', async () => {
    const { bench } = await openClimb({ [STABLE.version]: MISSING, [OLD.version]: MISSING });
    const report = await bench.rollBack(3);
    expect([told(report)[2], stableOf(bench)]).toEqual(['merged', STABLE.version]);
    expect(only(report).problems).toMatchObject([{ code: 'ARTIFACT_MISSING', severity: 'warning' }]);
  });

  it('is the same when harm is proven', async () => {
    const health = { [STABLE.version]: healthy, [CANDIDATE.version]: sick };
    const bench = openBench({ files: writeFiles({ stable: GOOD }), config: WATCHED, health });
    let wanted: ArtifactPresence = { kind: 'present' };
    Object.assign(bench.world, {
      artifacts: { openVerifier, openRegistry: async () => ({ find: async () => wanted }) },
    });
    await bench.tick(WALK[0]);
    bringCandidate(bench, { stable: GOOD, candidate: NEW });
    await bench.tick(WALK[1]);
    wanted = UNSEEN;
    expect(told(await bench.tick(WALK[2]))).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(stableOf(bench)).toBe(STABLE.version);
  });
});

describe('looking for the artifacts of a version', () => {
  const reading = parseConfig('.belay/config.yaml', WATCHED);
  const config = reading.kind === 'ok' ? reading.value.config : undefined;
  const digest = `sha256:${'a'.repeat(64)}` as never;
  const artifacts = {
    model: { uri: `oci://${HOST}/scorer:3.5.0@${digest}`, digest },
    tokenizer: { uri: `oci://${HOST}/tokenizer`, digest },
    index: { uri: 's3://bucket/index', digest },
  };

  it('tells of each what it is, and asks a registry that is silent once', async () => {
    const asked: ArtifactPlace[] = [];
    const find = async (place: ArtifactPlace) => {
      asked.push(place);
      return UNSEEN;
    };
    const world = { artifacts: { openVerifier, openRegistry: async () => ({ find }) } };
    const sights = await lookForArtifacts(world, config, { artifacts });
    expect(sights.map(({ name, presence }) => [name, presence.kind])).toEqual([
      ['model', 'unseen'],
      ['tokenizer', 'unseen'],
      ['index', 'not-asked'],
    ]);
    expect(asked).toEqual([{ repository: 'scorer', digest }]);
  });

  it('is blind in a world without registries', async () => {
    const sights = await lookForArtifacts({}, config, { artifacts });
    expect(sights.map(({ presence }) => presence.kind)).toEqual(['unseen', 'unseen', 'not-asked']);
  });
});
