import { describe, expect, it } from 'vitest';
import { advance } from '../../src/app/advance.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
import { MANIFEST, moveTo } from '../builders/world.ts';
import type { FakeForge } from '../fakes/forge.ts';
import { holdToLaws, openInFlight, splitOf, told, weightOf, writeManifest } from './bench.ts';

holdToLaws();

describe('a branch that moves while Belay decides', () => {
  it('is read and decided on again, when it happens once', async () => {
    const bench = await openInFlight(2);
    bench.forge.beforeNextWrite(() => bench.forge.push({ 'README.md': 'hello\n' }));
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    expect(bench.log).toEqual([expect.stringMatching(/^main moved from [0-9a-f]{7} while deciding/)]);
    expect(weightOf(bench)).toBe(25);
    expect(bench.forge.textAt('README.md')).toBe('hello\n');
  });

  it('keeps everything unwritten when it happens every time: exit 0, the next run decides again', async () => {
    const bench = await openInFlight(2);
    let pushes = 0;
    const push = () => {
      pushes += 1;
      bench.forge.push({ 'README.md': `${pushes}\n` });
      bench.forge.beforeNextWrite(push);
    };
    bench.forge.beforeNextWrite(push);
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'head-moved']);
    expect(exitCodeOf(report)).toBe(0);
    expect(pushes).toBe(3);
    expect(weightOf(bench)).toBe(5);
    bench.forge.beforeNextWrite(() => undefined);
    expect(told(await bench.tick(33))).toEqual(['advance', 'CHECKS_PASS', 'committed']);
  });

  it('is decided on as the person left it who changed the manifest', async () => {
    const bench = await openInFlight(2);
    bench.forge.beforeNextWrite(() => {
      bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, paused: true }) });
    });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'PAUSED_BY_MANIFEST', 'none']);
    expect(weightOf(bench)).toBe(5);
  });

  it('lets a manifest that became invalid in between alone', async () => {
    const bench = await openInFlight(2);
    bench.forge.beforeNextWrite(() => bench.forge.push({ [MANIFEST]: 'kind: Release\n' }));
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'MANIFEST_INVALID', 'none']);
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.textAt(MANIFEST)).toBe('kind: Release\n');
  });
});

describe('two ticks at once', () => {
  it('make one step', async () => {
    const bench = await openInFlight(2);
    await moveTo(bench.clock, minute(32));
    bench.forge.checkout();
    const run = () => advance(bench.world, { only: [], dryRun: false });
    const reports = await Promise.all([run(), run()]);
    expect(reports.map((report) => told(report)[0]).sort()).toEqual(['advance', 'hold']);
    expect(weightOf(bench)).toBe(25);
    expect(splitOf(bench)).toEqual([75, 25]);
  });

  it('make one step when the second has only the old checkout', async () => {
    const bench = await openInFlight(2);
    await bench.tick(32);
    const world = { ...bench.world, forge: withOldCheckout(bench.forge) };
    const report = await advance(world, { only: [], dryRun: false });
    expect(told(report)[0]).toBe('hold');
    expect(weightOf(bench)).toBe(25);
  });

  it('make one step when one of them comes after hours without any', async () => {
    const bench = await openInFlight(2);
    await bench.tick(6 * 60);
    expect(weightOf(bench)).toBe(25);
    expect(told(await bench.tick(6 * 60 + 5))[0]).toBe('hold');
  });
});

/** The forge as a runner sees it whose checkout is one commit behind. */
function withOldCheckout(forge: FakeForge): FakeForge {
  const [parent] = forge.commitAt(forge.tip('main')!).parents;
  return new Proxy(forge, {
    get: (target, name) => {
      if (name === 'head') return async () => parent;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
