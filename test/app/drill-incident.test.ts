import { describe, expect, it } from 'vitest';
import { orderOf } from '../../src/app/answer-comment.ts';
import { findIncident } from '../../src/app/drill-incident.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { readCommand } from '../../src/core/command/command.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { brokenProvider, MANIFEST, moveTo } from '../builders/world.ts';
import {
  type Bench,
  bringCandidate,
  CHECKS,
  healthy,
  holdToLaws,
  openBench,
  openInFlight,
  sick,
  told,
} from './bench.ts';

holdToLaws();

async function lookAt(bench: Bench, at: number): Promise<string | undefined> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  const tip = bench.forge.tip('main');
  const found = await findIncident(bench.world, 'belay/drill-record/scorer/1');
  expect(bench.forge.tip('main')).toBe(tip);
  return found;
}

describe('a real incident (REL-32)', () => {
  it('is not there when all releases are settled, or one is rolled out and well', async () => {
    expect(await lookAt(openBench(), 5)).toBeUndefined();
    expect(await lookAt(await openInFlight(2), 20)).toBeUndefined();
  });

  it('is a rollout that fails', async () => {
    const health = { [STABLE.version]: healthy, [CANDIDATE.version]: sick };
    const bench = await openInFlight(2, { health });
    expect(await lookAt(bench, 40)).toMatch(
      /^release "scorer" is failing: .+\. The next tick rolls it back\. When that has landed, run the drill again$/,
    );
  });

  it('is a rollout that cannot be seen: blind is not healthy', async () => {
    const bench = await openInFlight(2);
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    expect(await lookAt(bench, 40)).toMatch(
      /^release "scorer" is being rolled out and cannot be judged now: .+ an order to abort ends the rollout\. /,
    );
  });

  it('is a rollback that is still being verified, or that has not helped', async () => {
    const bench = await openInFlight(3, {}, { verify: '15m' });
    await bench.rollBack(40);
    const verified = await lookAt(bench, 43);
    expect(verified).toMatch(
      /^release "scorer" is not over its incident: settled on .+ looking until \S+ whether it recovers;.+\. There is nothing to order\. When a tick has told what came of it, the first one after that moment at the latest, run the drill again$/,
    );
    expect(verified).not.toMatch(/abort|resume/);
    expect(await lookAt(bench, 62)).toMatch(
      /^release "scorer" is not over its incident: .+\. When a tick has told that it recovered[^.]*, run the drill again$/,
    );
  });

  it.each([
    ['pause', 'PAUSED_BY_CHECK', {}],
    ['reduce', 'EXPOSURE_REDUCED', {}],
    ['step-down', 'STEP_DOWN', { rollback: { mode: 'step-down', every: '2h' } }],
  ] as const)(
    'is a rollout that a check has braked, also once that passes again: %s',
    async (onFail, code, more) => {
      const health = { [CANDIDATE.version]: (at: number) => (at < 33 || at >= 44 ? 0.005 : 0.06) };
      const setup = { checks: [{ ...CHECKS[0], onFail }], ...more };
      const bench = await openInFlight(3, { health: { [STABLE.version]: healthy, ...health } }, setup);
      expect(told(await bench.tick(48))[1]).toBe(code);
      for (const at of [50, 100])
        expect(await lookAt(bench, at)).toMatch(/^release "scorer" is not over its incident: /);
    },
  );

  it('is a promoted version under watch that cannot be seen', async () => {
    const bench = await openInFlight(5, {}, { watch: '6h' });
    expect(await lookAt(bench, 140)).toBeUndefined();
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    expect(await lookAt(bench, 150)).toMatch(
      /^release "scorer" is watched and cannot be judged now: .+ or its watch is over, run the drill again$/,
    );
  });

  it('is what looks wrong to a person', async () => {
    const bench = await openInFlight(2);
    const words = { name: 'looks-wrong', release: 'scorer', reason: 'odd' };
    const rest = { version: undefined, until: undefined, from: undefined };
    const command = readCommand({ ...words, ...rest });
    const source = { kind: 'terminal' } as const;
    const given = orderOf(command, { person: { login: 'ana', id: 7 }, source });
    await moveTo(bench.clock, minute(20));
    bench.forge.checkout();
    const trigger = { kind: 'manual' as const, actor: 'ana', order: given };
    await obeyCommand({ ...bench.world, trigger }, command, { dryRun: false });
    expect(await lookAt(bench, 21)).toMatch(
      /^release "scorer" is not over its incident: looks wrong to ana since .*: odd; .+ somebody has resumed it, run the drill again$/,
    );
  });

  it('is a version that somebody gave traffic by hand, which nothing is known of', async () => {
    const bench = await openInFlight(1);
    bringCandidate(bench, { weight: 5 });
    expect(await lookAt(bench, 20)).toMatch(
      /^release "scorer" is being rolled out and cannot be judged now: /,
    );
  });

  it('is a manifest that cannot be read, for nobody knows what is rolled out then', async () => {
    const bench = await openInFlight(2);
    bench.forge.push({ [MANIFEST]: `${bench.forge.textAt(MANIFEST)}broken: [\n` });
    expect(await lookAt(bench, 20)).toMatch(
      /^release ".+" cannot be read: .+\. When its manifest can be read again, run the drill again$/,
    );
  });

  it('is one that came to the default branch after the checkout', async () => {
    const health = { [STABLE.version]: healthy, [CANDIDATE.version]: sick };
    const bench = await openInFlight(1, { health });
    const settled = bench.forge.tip('main')!;
    bringCandidate(bench);
    await bench.tick(1);
    await moveTo(bench.clock, minute(40));
    const { forge } = bench.world;
    const old: Forge = new Proxy(forge, {
      get: (target, key) => {
        if (key === 'head') return async () => settled;
        const value = target[key as keyof Forge];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(await findIncident({ ...bench.world, forge: old }, 'belay/drill-record/scorer/1')).toMatch(
      /^release "scorer" is failing: /,
    );
  });

  it('is an open rollback of any release, also of one that is not in the files', async () => {
    const bench = openBench();
    bench.forge.push({ 'notes.txt': 'x\n' }, { branch: 'belay/rollback/other/1.0-0123456789ab' });
    bench.forge.openPull('belay/rollback/other/1.0-0123456789ab');
    expect(await lookAt(bench, 5)).toBe(
      'pull request #1 (belay/rollback/other/1.0-0123456789ab) rolls a release back and is open; see that it lands, or close it, and run the drill again',
    );
  });
});
