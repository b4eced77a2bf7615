import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFiles, writeManifest } from '../app/bench.ts';
import { HOUR, LATE_LABELS, recordLateLabels } from '../app/late-labels.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';
import { sceneConfig } from './scenes.ts';
import { openTimeline, type Timeline } from './timeline.ts';

/** Labels that come three days after the prediction, in a real Prometheus, and the bundle that asks for them. */

const present = hasPrometheus();

async function tick(timeline: Timeline, repository: RepositoryHandle, at: number) {
  const { report } = await timeline.run(repository, at, ['advance']);
  const [{ decision, receipt }] = report.releases;
  return { told: [decision.kind, decision.reasons[0].code, receipt.kind], reason: decision.reasons[0].text };
}

describe.skipIf(!present)('labels that come days after the promotion', { timeout: 300_000 }, () => {
  let timeline: Timeline;
  beforeAll(async () => {
    const wrong = { [STABLE.version]: 0.05, [CANDIDATE.version]: 0.1 };
    timeline = await openTimeline(recordLateLabels(wrong));
  }, 300_000);
  afterAll(() => timeline?.close());

  it('take the version back on day 3, and nothing before does', async () => {
    timeline.moveTo(-1);
    const repository = await timeline.createRepository('late', {
      '.belay/config.yaml': sceneConfig(timeline.gateway.url),
      ...writeFiles(LATE_LABELS),
    });
    await tick(timeline, repository, 0);
    await repository.commit({
      files: { [MANIFEST]: writeManifest({ ...LATE_LABELS, candidate: CANDIDATE }) },
    });
    expect((await tick(timeline, repository, HOUR)).told).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    for (const at of [5 * HOUR + 1, 9 * HOUR + 2])
      expect((await tick(timeline, repository, at)).told).toEqual(['advance', 'CHECKS_PASS', 'committed']);
    const promoted = await tick(timeline, repository, 11 * HOUR + 10);
    expect(promoted.told).toEqual(['promote', 'CHECKS_PASS', 'committed']);
    for (const hours of [24, 48, 70])
      expect((await tick(timeline, repository, hours * HOUR)).told, `after ${hours} h`).toEqual([
        'nothing',
        'WATCHING',
        'none',
      ]);
    const back = await tick(timeline, repository, 78 * HOUR);
    expect(back.told).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(back.reason).toMatch(/^accuracy: /);
    expect(await repository.read(MANIFEST)).toContain(`version: ${STABLE.version}`);
    expect(timeline.lab.takeViolations()).toEqual([]);
  });
});
