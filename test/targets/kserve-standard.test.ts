import { describe, expect, it } from 'vitest';
import type { KServeSpec } from '../../src/core/manifest/release-schema.ts';
import { readSplit, renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

const TARGET: KServeSpec = { kind: 'kserve', file: 'in.yaml', service: 's', mode: 'standard' };
const IN_FLIGHT: SplitInShort = { stable: { backend: 'a' }, candidate: { backend: 'b' }, weight: 25 };

interface Service {
  readonly stable?: string;
  readonly mode?: string;
  /** Name and percent of each entry. */
  readonly canaries?: readonly (readonly [string, number | undefined])[];
  readonly sizes?: boolean;
}

function service({ stable = 'a', mode = 'Standard', canaries = [], sizes = false }: Service): string {
  const annotations = mode === '' ? '' : `\n  annotations: {serving.kserve.io/deploymentMode: ${mode}}`;
  const entries = canaries.map(([name, percent]) => {
    const size = sizes ? '\n      minReplicas: 1' : '';
    const share = percent === undefined ? '' : `    trafficPercent: ${percent}\n`;
    return `  - predictor:\n      name: ${name}${size}\n      model: {storageUri: s3://models/${name}}\n${share}`;
  });
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: s${annotations}
spec:
  predictor:
    name: ${stable}${sizes ? '\n    minReplicas: 4\n    maxReplicas: 9' : ''}
    model: {storageUri: s3://models/${stable}}
${entries.length > 0 ? `  canary:\n${entries.join('')}` : ''}`;
}

function render(text: string, split: SplitInShort): string {
  const rendering = renderTarget(TARGET, text, makeSplit(split));
  return rendering.kind === 'rendered' ? rendering.text : rendering.problems.map(({ code }) => code).join();
}

describe('a split with a candidate', () => {
  it.each(['Standard', 'RawDeployment', ''])('is written in deployment mode "%s"', (mode) => {
    const before = service({ mode, canaries: [['b', 5]] });
    expect(render(before, IN_FLIGHT)).toBe(service({ mode, canaries: [['b', 25]] }));
  });

  it('leaves entries without traffic alone', () => {
    const before = service({
      canaries: [
        ['old', 0],
        ['b', 5],
        ['older', undefined],
      ],
    });
    expect(render(before, IN_FLIGHT)).toBe(
      service({
        canaries: [
          ['old', 0],
          ['b', 25],
          ['older', undefined],
        ],
      }),
    );
  });

  it('adds a missing percent', () => {
    expect(render(service({ canaries: [['b', undefined]] }), IN_FLIGHT)).toBe(
      service({ canaries: [['b', 25]] }),
    );
  });

  it('reads back as written', () => {
    const text = render(service({ canaries: [['b', 5]] }), IN_FLIGHT);
    const value = new Map([
      ['a', 75],
      ['b', 25],
    ]);
    expect(readSplit(TARGET, text, makeSplit(IN_FLIGHT))).toEqual({ kind: 'found', value });
  });
});

describe('a settled split', () => {
  it('takes the traffic of every entry when the predictor is stable', () => {
    const before = service({
      canaries: [
        ['b', 25],
        ['c', 10],
        ['d', undefined],
      ],
    });
    expect(render(before, { stable: { backend: 'a' } })).toBe(
      service({
        canaries: [
          ['b', 0],
          ['c', 0],
          ['d', 0],
        ],
      }),
    );
  });

  it('needs no entries', () => {
    expect(render(service({}), { stable: { backend: 'a' } })).toBe(service({}));
  });

  it('changes the places of predictor and entry when the entry is stable; sizes stay', () => {
    const before = service({
      canaries: [
        ['c', 0],
        ['b', 100],
      ],
      sizes: true,
    });
    const after = service({
      stable: 'b',
      canaries: [
        ['c', 0],
        ['a', 0],
      ],
      sizes: true,
    });
    expect(render(before, { stable: { backend: 'b' } })).toBe(after);
    expect(render(after, { stable: { backend: 'b' } })).toBe(after);
    expect(render(after, { stable: { backend: 'a' } })).toBe(
      service({
        canaries: [
          ['c', 0],
          ['b', 0],
        ],
        sizes: true,
      }),
    );
  });

  it('is not held up by what only matters to a rollout', () => {
    const before = service({ mode: 'Serverless', canaries: [['b', 25]] }).replace('models/b', 'elsewhere');
    expect(render(before, { stable: { backend: 'a' } })).toBe(before.replace('25', '0'));
  });
});
