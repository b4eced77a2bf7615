import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/run-report.ts';
import { summariseRun } from '../../src/report/summary.ts';
import { printRun } from '../../src/report/terminal.ts';
import {
  type Bench,
  bringCandidate,
  healthy,
  openBench,
  openInFlight,
  STEPS,
  writeFiles,
  writeManifest,
} from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING } from '../builders/world.ts';

/**
 * What people read, as whole texts: pull requests, job summaries and terminals of real runs. BELAY_UPDATE_GOLDEN=1 writes
 * them; the difference is for review.
 */
const GOLDEN = fileURLToPath(new URL('../golden/report/', import.meta.url));

function expectGolden(name: string, text: string): void {
  const path = `${GOLDEN}${name}`;
  if (process.env.BELAY_UPDATE_GOLDEN === '1') {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

const health = { [STABLE.version]: healthy, [CANDIDATE.version]: (at: number) => (at < 40 ? 0.005 : 0.05) };

function lastPull({ forge }: Bench): string {
  const { title, description } = forge.pulls.at(-1)!;
  return `# ${title}\n\n${description}\n`;
}

describe('a revert pull request', () => {
  it('of a candidate that turned out bad', async () => {
    const bench = await openInFlight(3, { health });
    await bench.tick(60);
    expectGolden('rollback-by-decision.md', lastPull(bench));
  });

  it('that a person asked for, of a promoted version', async () => {
    const bench = await openInFlight(5);
    Object.assign(bench.world, { trigger: { kind: 'manual', actor: 'mona' } });
    await bench.rollBack(150, { from: '3.5.0', reason: 'scores of new merchants are all zero' });
    expectGolden('rollback-of-promoted.md', lastPull(bench));
  });

  it('that had to repair more than a number', async () => {
    const bench = await openInFlight(3);
    bench.forge.push(
      { [SERVING]: 'spec: [\n' },
      { message: 'Move the route to the new gateway', author: 'hubot' },
    );
    bench.forge.push(
      { [MANIFEST]: 'kind: [\n' },
      { message: 'Try a template for manifests', author: 'hubot' },
    );
    await bench.rollBack(50);
    expectGolden('rollback-repaired.md', lastPull(bench));
  });
});

describe('the pull request of a step', () => {
  it('that Belay merges', async () => {
    expectGolden(
      'step.md',
      lastPull(await openInFlight(3, { config: `${CONFIG}advance: {mode: pull-request}\n` })),
    );
  });

  it('that a person merges', async () => {
    const steps = [STEPS[0]!, { ...STEPS[1]!, approval: 'required' as const }, STEPS[2]!];
    const bench = openBench({ files: writeFiles({ steps }) });
    await bench.tick(0);
    bringCandidate(bench, { steps });
    await bench.tick(1);
    await bench.tick(32);
    expectGolden('step-with-approval.md', lastPull(bench));
  });
});

describe('a run', () => {
  /** Every kind of thing that can happen in one tick. */
  async function openMany(): Promise<RunReport> {
    const candidate = (name: string) => ({ ...CANDIDATE, version: `3.5.0-${name}` });
    const names = ['advancing', 'broken', 'holding', 'sick'];
    const bench = openBench({
      files: Object.assign({}, ...[...names, 'settled'].map((name) => writeFiles({ name }))),
      health: {
        [STABLE.version]: healthy,
        ...Object.fromEntries(names.map((name) => [candidate(name).version, healthy])),
        [candidate('sick').version]: (at) => (at < 20 ? 0.005 : 0.05),
      },
    });
    await bench.tick(0);
    const bring = (name: string, more = {}) =>
      bench.forge.push({
        [`releases/${name}.yaml`]: writeManifest({ name, candidate: candidate(name), ...more }),
      });
    for (const name of ['advancing', 'broken', 'sick']) bring(name);
    await bench.tick(1);
    bring('holding');
    await bench.tick(20);
    bench.forge.push({
      'releases/broken.yaml': writeManifest({ name: 'broken', candidate: candidate('broken'), weight: 7 }),
    });
    return bench.tick(40);
  }

  it('with a bit of everything', async () => {
    const report = await openMany();
    expectGolden('summary.md', summariseRun(report));
    expectGolden('terminal.txt', printRun(report, { diff: false }));
  });

  it('that is dry shows the diff', async () => {
    const bench = await openInFlight(2);
    const report = await bench.tick(32, { dryRun: true });
    expectGolden('summary-dry-run.md', summariseRun(report));
    expectGolden('terminal-dry-run.txt', printRun(report, { diff: true }));
  });

  it('that finds nothing says so', async () => {
    const bench = openBench({ files: {} });
    const report = await bench.tick(0);
    expectGolden('summary-empty.md', summariseRun(report));
    expectGolden('terminal-empty.txt', printRun(report, { diff: false }));
  });
});
