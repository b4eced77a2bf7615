import { beforeAll, describe, expect, it } from 'vitest';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { brokenProvider, CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  sick,
  splitOf,
  told,
  WALK,
  weightOf,
  writeManifest,
} from './bench.ts';

holdToLaws();

const SETTLED = writeManifest();

function recordOf({ forge }: Bench, sequence: number) {
  const path = `.belay/records/scorer/${String(sequence).padStart(4, '0')}.json`;
  return RecordSchema.parse(JSON.parse(forge.textAt(path)!));
}

describe('a rollback by decision', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openInFlight(3, {
      health: { [STABLE.version]: healthy, [CANDIDATE.version]: (at) => (at < 40 ? 0.005 : 0.05) },
    });
    await bench.tick(60);
  });

  it('restores the bytes of the settled manifest and sends all traffic to stable', () => {
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(splitOf(bench)).toEqual([100, 0]);
  });

  it('says in the record what was restored, from where, and what may not come again', () => {
    const record = recordOf(bench, 4);
    expect(record).toMatchObject({
      via: 'pull-request',
      decision: { kind: 'rollback', from: 25, to: 0, reasons: [{ code: 'HARM_PROVEN' }] },
      quarantine: { version: '3.5.0' },
      restored: { version: { version: '3.4.1' }, record: 1 },
      evidence: { overall: 'fail' },
    });
    expect(bench.forge.textAt(MANIFEST, record.restored!.commit)).toBe(SETTLED);
  });

  it('is done: the next tick has nothing to do', async () => {
    expect(told(await bench.tick(65))).toEqual(['nothing', 'SETTLED', 'none']);
  });
});

describe('a rollback that a person asks for', () => {
  it('takes a candidate back without asking any provider', async () => {
    const bench = await openInFlight(3);
    bench.world.openProvider = async () => {
      throw new Error('nobody is to be asked');
    };
    const world = { ...bench.world, trigger: { kind: 'manual', actor: 'mona' } as const };
    Object.assign(bench.world, world);
    const report = await bench.rollBack(40, { reason: 'support\nreports  wrong scores' });
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(exitCodeOf(report)).toBe(0);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(recordOf(bench, 4)).toMatchObject({
      trigger: { kind: 'manual', actor: 'mona' },
      decision: { reasons: [{ text: 'mona: support reports wrong scores' }] },
      evidence: null,
    });
  });

  it('does nothing when it is asked for again', async () => {
    const bench = await openInFlight(3);
    await bench.rollBack(40);
    const head = bench.forge.tip('main');
    const report = await bench.rollBack(41);
    expect(told(report)).toEqual(['nothing', 'SETTLED', 'none']);
    expect(only(report).decision.reasons[0].text).toContain('To go back from 3.4.1 itself, say --from 3.4.1');
    expect(exitCodeOf(report)).toBe(0);
    expect(bench.forge.tip('main')).toBe(head);
  });

  it('takes a candidate back that has not begun', async () => {
    const bench = await openInFlight(1);
    expect(told(await bench.rollBack(1))).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(told(await bench.tick(2))[0]).toBe('nothing');
  });

  it('leaves a settled version only when it is named', async () => {
    const bench = await openInFlight(5);
    const unnamed = await bench.rollBack(100);
    expect(told(unnamed)).toEqual(['nothing', 'NOTHING_TO_ROLL_BACK', 'none']);
    expect(exitCodeOf(unnamed)).toBe(1);
    expect(told(await bench.rollBack(100, { from: '3.5.0' }))).toEqual([
      'rollback',
      'ASKED_BY_PERSON',
      'merged',
    ]);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(splitOf(bench)).toEqual([100, 0]);
    for (const again of [{ from: '3.5.0' }, {}]) {
      const report = await bench.rollBack(101, again);
      expect([told(report), exitCodeOf(report)]).toEqual([['nothing', 'SETTLED', 'none'], 0]);
      if (again.from)
        expect(only(report).decision.reasons[0].text).toBe(
          '3.5.0 is neither tried nor served, since record 6 took it back: 3.4.1 is, and could be left. Nothing to roll back',
        );
    }
    expect(told(await bench.tick(105))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('leaves the settled version that is named also while a candidate waits to be started', async () => {
    const bench = await openInFlight(5);
    bringCandidate(bench, {
      stable: { ...CANDIDATE },
      candidate: { version: '3.6.0', backend: 'scorer-a', digit: 'c' },
    });
    expect(told(await bench.rollBack(100, { from: '3.5.0' }))).toEqual([
      'rollback',
      'ASKED_BY_PERSON',
      'merged',
    ]);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(recordOf(bench, 6).quarantine).toMatchObject({ version: '3.5.0' });
    expect(told(await bench.tick(105))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('does nothing when another version than the one named is tried or served', async () => {
    const bench = await openInFlight(3);
    const head = bench.forge.tip('main');
    const stable = await bench.rollBack(40, { from: '3.4.1' });
    expect(told(stable)).toEqual(['nothing', 'NOTHING_TO_ROLL_BACK', 'none']);
    expect(exitCodeOf(stable)).toBe(1);
    expect(only(stable).decision.reasons[0].text).toBe(
      '3.4.1 cannot be left now: 3.5.0 is being tried and would have to be rolled back first. Nothing to roll back',
    );
    const unknown = await bench.rollBack(40, { from: '3.3.0' });
    expect(only(unknown).decision.reasons[0].text).toMatch(
      /^3\.3\.0 is neither tried nor served: 3\.5\.0 is being tried/,
    );
    const looked = await bench.rollBack(40, { from: '3.4.0', onlyIfFailing: true });
    expect([told(looked)[0], exitCodeOf(looked)]).toEqual(['nothing', 0]);
    expect(bench.forge.tip('main')).toBe(head);
  });

  it('writes nothing in a dry run', async () => {
    const bench = await openInFlight(3);
    const head = bench.forge.tip('main');
    const report = await bench.rollBack(40, { dryRun: true });
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'dry-run']);
    expect(only(report).edits.map((edit) => edit.path)).toEqual([MANIFEST, SERVING]);
    expect(bench.forge.tip('main')).toBe(head);
    expect(bench.forge.pulls).toEqual([]);
  });

  it('is refused for a release that nobody knows', async () => {
    const bench = await openInFlight(1);
    await expect(bench.rollBack(1, { release: 'scorch' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'release "scorch": expected one of "scorer"; name a release that is on the default branch',
    });
  });

  it('is done by the way that the config says when it can be read, and by merge when it cannot', async () => {
    const bench = await openInFlight(3, { config: `${CONFIG}merge: {method: squash}\n` });
    bench.forge.push({ '.belay/config.yaml': 'kind: [\n' });
    const report = await bench.rollBack(40);
    expect(told(report)[2]).toBe('merged');
    expect(report.problems).toMatchObject([{ severity: 'warning', at: { file: '.belay/config.yaml' } }]);
    expect(exitCodeOf(report)).toBe(0);
  });
});

describe('a rollback only if failing', () => {
  const ifFailing = { onlyIfFailing: true };

  it('holds a healthy candidate and takes no step, although one is due', async () => {
    const bench = await openInFlight(2);
    const head = bench.forge.tip('main');
    const report = await bench.rollBack(32, ifFailing);
    expect(told(report)).toEqual(['hold', 'CHECKS_PASS', 'none']);
    expect(only(report).decision).toMatchObject({ from: 5, to: 5 });
    expect(only(report).edits).toEqual([]);
    expect(bench.forge.tip('main')).toBe(head);
    expect(exitCodeOf(report)).toBe(0);
  });

  it('takes a failing candidate back, with the evidence', async () => {
    const bench = await openInFlight(2, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
    const report = await bench.rollBack(32, ifFailing);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(recordOf(bench, 3).evidence?.overall).toBe('fail');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('holds when nothing can be seen', async () => {
    const bench = await openInFlight(2, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    expect(told(await bench.rollBack(32, ifFailing))).toEqual(['hold', 'CHECK_ERROR', 'none']);
    expect(weightOf(bench)).toBe(5);
  });

  it('holds a settled release and says how to go back all the same', async () => {
    const bench = await openInFlight(5);
    const report = await bench.rollBack(100, ifFailing);
    expect(told(report)[0]).toBe('hold');
    expect(only(report).decision.reasons[0].text).toContain('leave out --if-failing and say --from 3.5.0');
  });

  it('holds when the manifest cannot be read: exit 1', async () => {
    const bench = await openInFlight(2, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
    bench.forge.push({ [MANIFEST]: 'kind: [\n' });
    const report = await bench.rollBack(32, ifFailing);
    expect(told(report)).toEqual(['hold', 'MANIFEST_INVALID', 'none']);
    expect(exitCodeOf(report)).toBe(1);
  });
});

describe('which manifest is the last good one', () => {
  it('holds what people changed while it was settled', async () => {
    const bench = openBench();
    await bench.tick(0);
    const edited = writeManifest({ deadline: '30h' });
    bench.forge.push({ [MANIFEST]: edited }, { message: 'Give it more time' });
    bringCandidate(bench, { deadline: '30h' });
    await bench.tick(1);
    bench.forge.push(
      { [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, deadline: '31h' }) },
      { message: 'Give it even more time', author: 'hubot' },
    );
    await bench.rollBack(20);
    expect(bench.forge.textAt(MANIFEST)).toBe(edited);
    const { description } = bench.forge.pulls[0]!;
    expect(description).toContain('### What the manifest loses');
    expect(description).toMatch(/hubot \| Give it even more time/);
    expect(description).toMatch(/mona \| Bring the candidate/);
    expect(description).not.toMatch(/mona \| Give it more time/);
  });

  it('is the version before, when a promoted one turns out bad', async () => {
    const bench = await openInFlight(5);
    expect(told(await bench.rollBack(120, { from: '3.5.0' }))[2]).toBe('merged');
    expect(recordOf(bench, 6).restored).toMatchObject({ version: { version: '3.4.1' }, record: 1 });
  });

  it('is none that was rolled back itself', async () => {
    const bench = await openInFlight(5);
    await bench.rollBack(100, { from: '3.5.0' });
    const third = { version: '3.6.0', backend: 'scorer-b', digit: 'c' };
    bench.forge.push({
      [MANIFEST]: writeManifest({ stable: third }),
      [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
    });
    expect(told(await bench.tick(105))).toEqual(['adopt', 'STABLE_CHANGED_BY_HAND', 'committed']);
    const report = await bench.rollBack(110, { from: '3.6.0' });
    expect(told(report)[2]).toBe('merged');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
  });

  it('is passed over when its bytes are not in history any more, and the pull request says so', async () => {
    const bench = openBench();
    await bench.tick(0);
    const second = { version: '3.4.2', backend: 'scorer-a', digit: 'd' };
    // 3.4.2 was adopted together with a candidate, so it never stood settled
    bench.forge.push({ [MANIFEST]: writeManifest({ stable: second, candidate: CANDIDATE }) });
    expect(told(await bench.tick(1))).toEqual(['adopt', 'STABLE_CHANGED_BY_HAND', 'committed']);
    const report = await bench.rollBack(5);
    expect(told(report)[2]).toBe('merged');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(bench.forge.pulls[0]!.description).toContain('`3.4.2` was passed over');
  });

  it('is passed over when production has left what it needs, and the pull request says so', async () => {
    const bench = openBench();
    await bench.tick(0);
    const bring = async (at: number, version: string, digit: string, index: string) => {
      const text = writeManifest({ stable: { version, backend: 'scorer-a', digit } });
      bench.forge.push({
        [MANIFEST]: text.replace('    artifacts:', `    compat: {index: "${index}"}\n    artifacts:`),
      });
      expect(told(await bench.tick(at))).toEqual(['adopt', 'STABLE_CHANGED_BY_HAND', 'committed']);
    };
    await bring(5, '3.4.2', 'd', '2026-10');
    await bring(10, '3.4.3', 'e', '2026-11');
    bench.forge.push({
      [MANIFEST]: bench.forge.textAt(MANIFEST)!.replace('backend: scorer-a', 'backend: scorer-b'),
    });
    await bench.tick(12);
    const report = await bench.rollBack(15, { from: '3.4.3' });
    expect(told(report)[2]).toBe('merged');
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(bench.forge.pulls[0]!.description.replaceAll('\\', '')).toContain(
      '`3.4.2` was passed over: needs index 2026-10; production serves 2026-11.',
    );
  });

  it('is known under the name that a person gave it', async () => {
    const bench = openBench();
    await bench.tick(0);
    const renamed = { ...STABLE, version: '3.4.1-hotfix' };
    const text = writeManifest({ stable: renamed });
    bench.forge.push({ [MANIFEST]: text });
    await bench.tick(1);
    bringCandidate(bench, { stable: renamed });
    await bench.tick(2);
    await bench.rollBack(10);
    expect(bench.forge.textAt(MANIFEST)).toBe(text);
  });

  it('is told with what was taken back, and could be let come again', async () => {
    const bench = await openInFlight(3);
    await bench.rollBack(40);
    const report = await bench.rollBack(50, { from: '3.4.1' });
    expect(only(report).problems[0]?.message).toMatch(
      /^there is no version to go back to from 3\.4\.1 .* Where 3\.5\.0 was rolled back wrongly, lift its quarantine before that \(order lift-quarantine\)$/,
    );
  });

  it('does not exist for a first version: exit 1, nothing written', async () => {
    const bench = openBench();
    await bench.tick(0);
    const head = bench.forge.tip('main');
    const report = await bench.rollBack(1, { from: '3.4.1' });
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'blocked']);
    expect(only(report).problems).toMatchObject([{ code: 'NOTHING_TO_RESTORE', severity: 'error' }]);
    // it was adopted: another tick would not help
    expect(only(report).problems[0]?.message).not.toContain('belay advance');
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
    expect(bench.forge.pulls).toEqual([]);
  });
});

describe('a manifest that cannot be read', () => {
  it.each([
    { name: 'is no YAML', text: 'kind: [\n' },
    { name: 'is not valid any more', text: writeManifest({ candidate: CANDIDATE, weight: 250 }) },
    { name: 'was deleted', text: null },
    { name: 'is a symlink', text: { unreadable: 'symlink' } as const },
  ])('is restored by what the records know, when it $name', async ({ text }) => {
    const bench = await openInFlight(3);
    bench.forge.push({ [MANIFEST]: text }, { message: 'Break it' });
    const report = await bench.rollBack(40);
    expect(told(report)).toEqual(['rollback', 'ASKED_BY_PERSON', 'merged']);
    expect(exitCodeOf(report)).toBe(0);
    expect(bench.forge.textAt(MANIFEST)).toBe(SETTLED);
    expect(splitOf(bench)).toEqual([100, 0]);
    expect(recordOf(bench, 4)).toMatchObject({
      quarantine: { version: '3.5.0' },
      decision: { from: 25, to: 0 },
    });
    expect(bench.forge.pulls[0]!.description).toMatch(/mona \| Break it/);
    expect(told(await bench.tick(45))).toEqual(['nothing', 'SETTLED', 'none']);
  });

  it('is not restored when it was settled and no version to leave is named: exit 1', async () => {
    const bench = await openInFlight(5);
    bench.forge.push({ [MANIFEST]: 'kind: [\n' });
    const report = await bench.rollBack(WALK[4] + 5);
    expect(told(report)).toEqual(['nothing', 'NOTHING_TO_ROLL_BACK', 'none']);
    expect(exitCodeOf(report)).toBe(1);
  });
});
