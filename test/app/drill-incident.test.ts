import { describe, expect, it } from 'vitest';
import { findIncident } from '../../src/app/drill-incident.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { brokenProvider, MANIFEST, moveTo } from '../builders/world.ts';
import { type Bench, healthy, holdToLaws, openBench, openInFlight, sick } from './bench.ts';

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
      /^release "scorer" is failing: .+\. See to that first: a tick acts on .+\. Then run the drill again$/,
    );
  });

  it('is a rollout that cannot be seen: blind is not healthy', async () => {
    const bench = await openInFlight(2);
    bench.world.openProvider = async () => brokenProvider(bench.clock);
    expect(await lookAt(bench, 40)).toMatch(
      /^release "scorer" is being rolled out and cannot be judged now: /,
    );
  });

  it('is one that begins after the checkout', async () => {
    const health = { [STABLE.version]: healthy, [CANDIDATE.version]: sick };
    const bench = await openInFlight(2, { health });
    const [first] = await bench.forge
      .history(bench.forge.tip('main')!, MANIFEST)
      .then((all) => all.slice(-1));
    bench.forge.head = async () => first!.commit;
    expect(await lookAt(bench, 40)).toMatch(/^release "scorer" is failing: /);
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
