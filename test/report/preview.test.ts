import { describe, expect, it } from 'vitest';
import { instant, millis, percent } from '../../src/core/units.ts';
import { printPreview, summarisePreview } from '../../src/report/preview.ts';

const edit = (path: string, before: string, after: string) => ({ path, before, after });
const preview = {
  name: 'scorer',
  path: 'releases/scorer.yaml',
  stable: '3.4.1',
  candidate: '3.5.0',
  dependsOn: [],
  needs: {},
  weight: 0,
  steps: [{ step: { weight: percent(5), hold: millis(3_600_000) }, earliest: millis(0) }],
  total: millis(3_600_000),
  deadline: millis(86_400_000),
  standing: undefined,
  brakes: ['drift: when it fails reduce, as tier critical asks for'],
  overrides: ['the override of freeze counts until 2026-12-20, by @ana: the fix must go out'],
  corrections: [edit('serving/a.yaml', 'weight: 1\n', 'weight: 0\n')],
  nextStep: {
    weight: percent(5),
    edits: [edit('serving/a.yaml', 'weight: 0\n', 'weight: 5\n'), edit('serving/b.yaml', 'w: 0\n', 'w: 5\n')],
  },
};
const clock = { now: instant(0), zone: 'UTC' };

describe('a preview in the job summary', () => {
  it('says of every diff what it is and which file it is of', () => {
    const text = summarisePreview(preview, clock);
    const titles = text.split('\n').filter((line) => /:$/.test(line) && line.includes('`'));
    expect(titles).toEqual([
      'the targets must change to say what the manifest says, `serving/a.yaml`:',
      'the first step changes, `serving/a.yaml`:',
      'the first step changes, `serving/b.yaml`:',
    ]);
  });

  it('names the brakes that a tier gives, and so does a terminal', () => {
    expect(summarisePreview(preview, clock)).toContain('drift: when it fails reduce');
    expect(printPreview(preview, clock)).toContain(
      '  drift: when it fails reduce, as tier critical asks for',
    );
  });

  it('names the overrides of the policy, and so does a terminal', () => {
    expect(summarisePreview(preview, clock)).toContain('the override of freeze counts');
    expect(printPreview(preview, clock)).toContain(
      '  the override of freeze counts until 2026-12-20, by @ana',
    );
  });
});
