import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { advance } from '../../src/app/advance.ts';
import { drill } from '../../src/app/drill.ts';
import { nameOf } from '../../src/app/read-files.ts';
import { readSnapshot } from '../../src/app/read-snapshot.ts';
import { rollback } from '../../src/app/rollback.ts';
import { createSandboxForge } from '../../src/app/sandbox-forge.ts';
import { readSandboxTraffic } from '../../src/app/sandbox-traffic.ts';
import type { World } from '../../src/app/world.ts';
import { ToolError } from '../../src/core/errors.ts';
import { DRILL_VARIANTS, type DrillVariant } from '../../src/core/record/drill-schema.ts';
import { millis } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Forge } from '../../src/ports/forge.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import { minute } from '../builders/release.ts';
import { createTestWorld, moveTo, writeRoute } from '../builders/world.ts';
import { readExample } from '../examples/example-files.ts';
import { healthy, readRecording, writeFiles } from './bench.ts';

/** A drill of the example's sandbox, beside a release that serves, on a virtual clock. */

const MANIFEST = 'releases/sandbox.yaml';
const ROUTE = 'serving/sandbox.yaml';
const CONFIG = [
  'apiVersion: belay.dev/v1',
  'kind: Config',
  'providers:',
  '  prod: {kind: openmetrics, file: metrics.om}',
  '  made-up: {kind: drill}',
  'drill: {every: 90d, sandbox: sandbox}',
  '',
].join('\n');

const BY_PULL_REQUEST = `${CONFIG}advance: {mode: pull-request}\n`;

const FILES = {
  '.belay/config.yaml': CONFIG,
  'docs/runbooks/ranker.md': '# What to do\n',
  'docs/runbooks/scorer.md': '# What to do\n',
  ...writeFiles(),
  [MANIFEST]: readExample(`ranker/${MANIFEST}`),
  [ROUTE]: readExample(`ranker/${ROUTE}`),
};

/** Nothing is made on branches of a drill's own; what is left there of others is looked for. */
const scratch: Scratch = {
  list: async () => [],
  create: async () => expect.fail('a drill of a sandbox needs no scratch branch'),
  remove: async () => expect.fail('a drill of a sandbox needs no scratch branch'),
  onto: () => expect.fail('a drill of a sandbox needs no scratch branch'),
  landing: async () => ({ requirements: [], autoMerge: true }),
};

async function openBench(files: Readonly<Record<string, string>> = {}) {
  const all = { ...FILES, ...files };
  const test = createTestWorld({ files: all, provider: () => readRecording() });
  const { forge, clock } = test;
  const world: World = {
    ...test.world,
    openProvider: async (name, spec) =>
      spec.kind === 'drill'
        ? createOpenMetricsProvider({ name, clock, text: await readSandboxTraffic(test.world) })
        : readRecording({ '3.4.1': healthy, '3.5.0': healthy }),
  };
  await moveTo(clock, minute(5));
  const rehearse = (variant: DrillVariant = 'healthy', changed: Partial<World> = {}) =>
    drill({ ...world, ...changed }, scratch, { release: 'sandbox', variant, suffix: '0a1b' });
  const tick = () => advance(world, { only: ['sandbox'], dryRun: false, from: 'newest' });
  const changedSince = (tip: string) => {
    const before = forge.commitAt(tip as never).tree;
    const { tree } = forge.commitAt(forge.tip('main')!);
    return [...tree]
      .filter(([path, text]) => before.get(path) !== text)
      .map(([path]) => path)
      .sort();
  };
  return { world, forge, clock, rehearse, tick, changedSince };
}

/** The manifest of the sandbox with a candidate that waits. */
function withCandidate(version: string): string {
  const [stable = ''] = /^ {2}stable:\n(?: {4}.*\n)+/m.exec(FILES[MANIFEST]!) ?? [];
  const candidate = stable
    .replace('stable:', 'candidate:')
    .replace('1.0.0', version)
    .replace('sandbox-a', 'sandbox-b')
    .replaceAll('sha256:1', 'sha256:2');
  return FILES[MANIFEST]!.replace(stable, `${stable}${candidate}`);
}

/** A clock on which something happens in each wait. */
function whileWaiting(clock: Clock, happens: () => unknown): Clock {
  return {
    now: clock.now,
    sleep: async (length) => {
      await clock.sleep(length);
      await happens();
    },
  };
}

/** The same forge with some other writes. */
function withWrites(forge: Forge, writes: Partial<Forge>): Forge {
  return new Proxy(forge, {
    get: (target, key) => {
      const own = writes[key as keyof Forge] ?? target[key as keyof Forge];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

const sumOf = (phases: readonly { readonly length: number }[]) =>
  phases.reduce((sum, { length }) => sum + length, 0);

describe('a drill of a sandbox', () => {
  it('brings a version, sees it fail and taken back, and sees the rollback proven', async () => {
    const { forge, rehearse, changedSince } = await openBench();
    const before = forge.tip('main')!;
    const report = await rehearse();
    expect(report).toMatchObject({
      result: { kind: 'passed' },
      place: 'sandbox',
      from: expect.stringMatching(/^drill-/),
      findings: [],
      receipt: { kind: 'committed' },
    });
    expect(report.phases.map(({ phase }) => phase)).toEqual(
      expect.arrayContaining(['start', 'detect', 'decide', 'pull-request', 'merge', 'restored', 'verify']),
    );
    expect(sumOf(report.phases)).toBe(report.total);
    expect(report.phases.find(({ phase }) => phase === 'verify')?.length).toBeGreaterThanOrEqual(60_000);
    expect(changedSince(before)).toEqual([
      '.belay/drills/sandbox/0001.json',
      ...[1, 2, 3, 4].map((number) => `.belay/records/sandbox/000${number}.json`),
    ]);
    const record = JSON.parse(forge.textAt('.belay/drills/sandbox/0001.json') ?? '');
    expect(record).toMatchObject({
      place: 'sandbox',
      passed: true,
      restore: report.restore,
      target: 600_000,
    });
  });

  it('leaves the sandbox as it found it, so that the next drill passes too', async () => {
    const { forge, rehearse, clock } = await openBench();
    for (const number of [1, 2, 3]) {
      expect((await rehearse()).result).toEqual({ kind: 'passed' });
      expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
      expect(forge.textAt(ROUTE)).toBe(FILES[ROUTE]);
      await moveTo(clock, minute(5 + number * 60));
    }
  });

  it('waits for no proof of a rollback that nobody asked it of, before verify was there', async () => {
    const proven = FILES[MANIFEST] ?? '';
    const unproven = proven.replace(', verify: 1m', '');
    const { world, forge, rehearse, tick } = await openBench({ [MANIFEST]: unproven });
    await tick();
    const stable = /stable:\n(.*?)(?= {2}rollout:)/s.exec(unproven)?.[1] ?? '';
    const candidate = stable.replaceAll('1'.repeat(64), '2'.repeat(64)).replace('1.0.0', '1.1.0');
    const brought = `candidate:\n${candidate.replace('sandbox-a', 'sandbox-b')}  rollout:`;
    forge.push({ [MANIFEST]: unproven.replace('rollout:', brought) });
    expect((await tick()).releases[0]?.decision.kind).toBe('start');
    forge.checkout();
    const order = {
      release: 'sandbox',
      reason: 'slow',
      from: undefined,
      onlyIfFailing: false,
      dryRun: false,
    };
    expect((await rollback(world, order)).releases[0]?.receipt.kind).toBe('merged');
    forge.push({ [MANIFEST]: proven });
    forge.checkout();
    expect((await rehearse()).result).toEqual({ kind: 'passed' });
  });

  it.each(DRILL_VARIANTS)('passes when Belay does what it should, and ends whole: %s', async (variant) => {
    const { forge, rehearse } = await openBench();
    const report = await rehearse(variant);
    expect(report).toMatchObject({ result: { kind: 'passed' }, findings: [], variant });
    expect(sumOf(report.phases)).toBe(report.total);
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
  });

  it('works by pull requests where the config says so', async () => {
    const { forge, rehearse } = await openBench({
      '.belay/config.yaml': BY_PULL_REQUEST,
    });
    const report = await rehearse();
    expect(report).toMatchObject({ result: { kind: 'passed' }, receipt: { kind: 'merged' } });
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
  });

  it('times a revert that waits for a check until it is merged', async () => {
    const { forge, clock, rehearse } = await openBench();
    let looks = 0;
    const isArmed = () => forge.pulls.some(({ state, armed }) => state === 'open' && armed);
    const report = await rehearse('healthy', {
      clock: whileWaiting(clock, () => {
        if (isArmed()) looks += 1;
        forge.setRules(looks < 3 ? { pending: 'ci' } : {});
      }),
    });
    expect(report).toMatchObject({ result: { kind: 'passed' }, restore: 30_000 });
    expect(sumOf(report.phases)).toBe(report.total);
  });

  it('times a rollback that another run was quicker to do from the decision of that one', async () => {
    const { clock, rehearse, tick } = await openBench();
    const report = await rehearse('healthy', {
      clock: whileWaiting(clock, async () => {
        await tick();
        await clock.sleep(millis(1_000));
      }),
    });
    expect(report).toMatchObject({ result: { kind: 'passed' }, restore: 1_000 });
    expect(sumOf(report.phases)).toBe(report.total);
  });

  it.each([
    ...[1, 2, 3, 4, 5, 6].map((writes) => [writes, 'at once', CONFIG] as const),
    // each time a pull request is open
    ...[1, 3, 5, 7, 9].map((writes) => [writes, 'by pull request', BY_PULL_REQUEST] as const),
  ])('goes on with what a drill left that was killed after write %i, %s', async (writes, _, config) => {
    const { world, forge, rehearse } = await openBench({ '.belay/config.yaml': config });
    let count = 0;
    const alive = async <Value>(write: () => Promise<Value>): Promise<Value> => {
      count += 1;
      if (count > writes) throw new Error('killed');
      return write();
    };
    const dying = withWrites(forge, {
      commit: (request) => alive(() => forge.commit(request)),
      propose: (request) => alive(() => forge.propose(request)),
      merge: (request) => alive(() => forge.merge(request)),
    });
    await rehearse('healthy', { ...world, forge: dying }).catch(() => undefined);
    const report = await rehearse();
    expect([report.result, report.findings]).toEqual([{ kind: 'passed' }, []]);
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
    expect(forge.pulls.filter(({ state }) => state === 'open')).toEqual([]);
  });

  it('says why it could not begin, and takes away what it brought', async () => {
    const paused = FILES[MANIFEST]!.replace('    weight: 0\n', '    weight: 0\n    paused: true\n');
    const { forge, rehearse } = await openBench({ [MANIFEST]: paused });
    const report = await rehearse();
    expect(report).toMatchObject({ result: { kind: 'failed' }, findings: [{ code: 'PAUSED_BY_MANIFEST' }] });
    expect(forge.textAt(MANIFEST)).toBe(paused);
    expect(sumOf(report.phases)).toBe(report.total);
  });

  it('says of a brake that takes nothing back that no rollback was decided', async () => {
    const gentle = FILES[MANIFEST]!.replace('critical: true', 'critical: true\n        onFail: pause');
    const { rehearse } = await openBench({ [MANIFEST]: gentle });
    const { findings } = await rehearse('permission-lost');
    expect(findings[0]).toMatchObject({
      code: 'PAUSED_BY_CHECK',
      text: expect.stringMatching(/^no rollback was decided: stays at 10%/),
    });
  });

  it('gives up on harm that no check minds, and takes its version back by order', async () => {
    const blunt = FILES[MANIFEST]!.replace('limit: 5%', 'limit: 90%').replace(
      'critical: true',
      'tolerate: { absolute: 90% }',
    );
    const { forge, rehearse } = await openBench({ [MANIFEST]: blunt });
    const report = await rehearse();
    expect(report.result).toEqual({ kind: 'failed' });
    expect(report.findings).toMatchObject([
      { code: 'DRILL_LATE', text: expect.stringContaining('look at tick, checks') },
    ]);
    expect(forge.textAt(MANIFEST)).toBe(blunt);
  });

  it('leaves a candidate alone that no drill brought', async () => {
    const bench = await openBench();
    await bench.tick();
    const text = withCandidate('1.1.0');
    bench.forge.push({ [MANIFEST]: text });
    const report = await bench.rehearse();
    expect(report.findings).toMatchObject([{ code: 'SANDBOX_TAKEN' }]);
    expect(bench.forge.textAt(MANIFEST)).toBe(text);
  });
});

describe('a drill of a sandbox and what others do', () => {
  it('waits for the check of what it brings', async () => {
    const { forge, clock, rehearse } = await openBench({
      '.belay/config.yaml': BY_PULL_REQUEST,
    });
    forge.setRules({ pending: 'ci' });
    let waits = 0;
    const pass = () => {
      waits += 1;
      if (waits === 3) forge.setRules({});
    };
    const report = await rehearse('healthy', { clock: whileWaiting(clock, pass) });
    expect(report).toMatchObject({ result: { kind: 'passed' }, findings: [] });
    expect(waits).toBeGreaterThan(3);
  });

  it('goes on when a person merges what it brings while that waits', async () => {
    const { forge, clock, rehearse } = await openBench({
      '.belay/config.yaml': BY_PULL_REQUEST,
    });
    forge.setRules({ pending: 'ci' });
    const merge = () => {
      forge.mergeByHand(1);
      forge.setRules({});
    };
    const report = await rehearse('healthy', { clock: whileWaiting(clock, merge) });
    expect(report).toMatchObject({ result: { kind: 'passed' }, findings: [] });
  });

  it('leaves the version of another drill alone that was quicker to bring it', async () => {
    const { forge, rehearse } = await openBench();
    const other = withCandidate('drill-20261130T000000Z-ffff');
    const commit: Forge['commit'] = (request) => {
      if (/bring drill-/.test(request.subject)) forge.push({ [MANIFEST]: other });
      return forge.commit(request);
    };
    const report = await rehearse('healthy', { forge: withWrites(forge, { commit }) });
    expect(report.findings).toMatchObject([
      { code: 'NOT_STARTED', text: expect.stringContaining('was changed while the drill began') },
    ]);
    expect(forge.textAt(MANIFEST)).toBe(other);
  });

  it('says that another run took the version back before the fault of the variant was seen', async () => {
    const { forge, clock, rehearse, tick } = await openBench();
    const report = await rehearse('provider-down', { clock: whileWaiting(clock, tick) });
    expect(report).toMatchObject({ result: { kind: 'failed' }, findings: [{ code: 'DRILL_OVERTAKEN' }] });
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
  });

  it('takes its version back by order when the forge breaks on the way', async () => {
    const { forge, rehearse } = await openBench();
    const hasBegun = () => /weight: 10$/m.test(forge.textAt(MANIFEST) ?? '');
    let isBroken = false;
    const refresh: Forge['refresh'] = async () => {
      if (!hasBegun() || isBroken) return forge.refresh();
      isBroken = true;
      throw new ToolError({ code: 'FORGE_UNAVAILABLE', message: 'it broke' });
    };
    const report = await rehearse('healthy', { forge: withWrites(forge, { refresh }) });
    expect(report.findings).toMatchObject([{ code: 'FORGE_UNAVAILABLE' }]);
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
  });

  const REAL = 'belay/rollback/scorer/3.5.0-0123456789ab';

  it('stops before it begins while another release is rolled back', async () => {
    const { forge, rehearse } = await openBench();
    forge.push({ 'notes.txt': 'x\n' }, { branch: REAL });
    forge.openPull(REAL);
    const tip = forge.tip('main');
    expect((await rehearse()).result).toMatchObject({
      kind: 'aborted',
      reason: expect.stringContaining(REAL),
    });
    expect(forge.tip('main')).toBe(tip);
  });

  it('stops in between when one is opened, and the ticks bring the sandbox back', async () => {
    const { forge, clock, rehearse, tick } = await openBench();
    let isOpen = false;
    const commit: Forge['commit'] = async (request) => {
      const outcome = await forge.commit(request);
      if (/start drill-/.test(request.subject) && !isOpen) {
        isOpen = true;
        forge.push({ 'notes.txt': 'x\n' }, { branch: REAL });
        forge.openPull(REAL);
      }
      return outcome;
    };
    const report = await rehearse('healthy', { forge: withWrites(forge, { commit }) });
    expect(report.result).toMatchObject({ kind: 'aborted' });
    expect(report.receipt).toEqual({ kind: 'none' });
    expect(forge.textAt(MANIFEST)).toMatch(/^ {4}weight: 10$/m);
    for (let look = 0; look < 12; look += 1) {
      await moveTo(clock, minute(6 + look));
      await tick();
    }
    expect(forge.textAt(MANIFEST)).toBe(FILES[MANIFEST]);
  });

  it('closes what would bring its version when one is opened while that waits', async () => {
    const { forge, clock, rehearse, tick } = await openBench({
      '.belay/config.yaml': BY_PULL_REQUEST,
    });
    await tick();
    forge.setRules({ pending: 'ci' });
    const happens = () => {
      forge.push({ 'notes.txt': 'x\n' }, { branch: REAL });
      forge.openPull(REAL);
    };
    const report = await rehearse('healthy', { clock: whileWaiting(clock, happens) });
    expect(report.result).toMatchObject({ kind: 'aborted' });
    const open = forge.pulls.filter(({ state }) => state === 'open').map(({ branch }) => branch);
    expect(open).toEqual([REAL]);
  });

  it('removes what a killed drill left on a scratch branch', async () => {
    const { world, forge, clock } = await openBench({ [MANIFEST]: withCandidate('1.1.0') });
    const left = 'belay/drill/scorer/20200101T000000Z-0a1b/base';
    forge.setBranch(left, forge.tip('main'));
    await moveTo(clock, minute(10));
    await drill(world, forge.scratch, { release: 'sandbox', variant: 'healthy', suffix: '0a1b' });
    expect(forge.tip(left)).toBeUndefined();
  });

  it('may write files of the sandbox alone (SEC-32)', async () => {
    const { world, forge } = await openBench();
    const { releases } = await readSnapshot(world, forge.tip('main')!);
    const release = releases.find((one) => nameOf(one) === 'sandbox');
    if (release?.kind !== 'readable') throw new Error('the sandbox cannot be read');
    const steps = { beforeWrite: async () => undefined, decided: () => undefined, proposed: () => undefined };
    const guarded = createSandboxForge(world.forge, { release, steps });
    const tip = forge.tip('main')!;
    const write = (path: string) =>
      guarded.commit({
        parent: tip,
        files: [{ path, text: 'x\n' }],
        subject: 'x',
        body: 'x',
        operation: '0'.repeat(64),
      });
    const foreign = [
      'releases/scorer.yaml',
      'serving/scorer.yaml',
      '.belay/config.yaml',
      '.belay/records/scorer/0001.json',
      '.belay/records/sandbox-2/0001.json',
      '.github/workflows/belay.yml',
    ];
    for (const path of foreign) await expect(write(path)).rejects.toThrow('refused[SEC-32]');
    const state = await guarded.inspect({ branch: 'belay/rollback/scorer/x', families: [] });
    const proposal = { parent: tip, files: [], subject: 'x', body: 'x', operation: '0'.repeat(64), state };
    await expect(
      guarded.propose({ ...proposal, branch: 'belay/rollback/scorer/x', title: 'x', description: 'x' }),
    ).rejects.toThrow('refused[SEC-32]');
    expect(forge.tip('main')).toBe(tip);
  });
});

describe('the traffic that is made up for a sandbox', () => {
  it('follows the route on the default branch, and stays where a route does not say what the manifest asks for', async () => {
    const { world, forge, clock } = await openBench();
    await moveTo(clock, minute(10));
    forge.push({ [ROUTE]: writeRoute({ 'sandbox-a': 50, 'sandbox-b': 50 }) });
    await moveTo(clock, minute(11));
    const text = await readSandboxTraffic(world);
    const totals = [...text.matchAll(/^belay_drill_requests_total\{version="1\.0\.0"\} (\d+)/gm)].map(
      ([, n]) => Number(n),
    );
    expect(totals.at(-1)! - totals.at(-2)!).toBe(200);
    expect(text).not.toMatch(/belay_drill_errors_total\{[^}]*\} [1-9]/);
  });
});
