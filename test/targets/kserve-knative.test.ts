import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KServeSpec } from '../../src/core/manifest/release-schema.ts';
import { readSplit, renderTarget } from '../../src/targets/render-target.ts';
import { KnativeCluster } from './knative-cluster.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

const TARGET: KServeSpec = { kind: 'kserve', file: 'in.yaml', service: 's', mode: 'knative' };

function service(uri: string, percent?: number): string {
  const line = percent === undefined ? '' : `    canaryTrafficPercent: ${percent}\n`;
  return `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: s}
spec:
  predictor:
${line}    model: {modelFormat: {name: onnx}, storageUri: ${uri}}
`;
}

const version = (uri: string) => ({ backend: uri.replace(/\W/g, ''), uri });
const render = (text: string, split: SplitInShort): string => {
  const rendering = renderTarget(TARGET, text, makeSplit(split));
  if (rendering.kind === 'mismatch') throw new Error(JSON.stringify(rendering.problems));
  return rendering.text;
};
const fields = (text: string): { readonly uri: string; readonly percent: number | undefined } => {
  const { predictor } = (
    parse(text) as { spec: { predictor: { model: { storageUri: string }; canaryTrafficPercent?: number } } }
  ).spec;
  return { uri: predictor.model.storageUri, percent: predictor.canaryTrafficPercent };
};

describe('a settled split', () => {
  it.each([
    ['stable with percent 0 stays', 's3://old', 0, 's3://old', 0],
    ['stable with percent 100 stays', 's3://old', 100, 's3://old', 100],
    ['stable without percent stays', 's3://old', undefined, 's3://old', undefined],
    ['stable with part of the traffic gets all of it', 's3://old', 37, 's3://old', 100],
    ['a candidate without traffic is pinned out', 's3://new', 0, 's3://old', 0],
    ['a candidate with part of the traffic is pinned out', 's3://new', 99, 's3://old', 0],
    ['a bad version with all traffic is replaced', 's3://new', 100, 's3://old', 100],
    ['a bad version without percent is replaced', 's3://new', undefined, 's3://old', undefined],
  ])('%s', (_, uri, percent, uriAfter, percentAfter) => {
    const text = render(service(uri, percent), { stable: version('s3://old') });
    expect(fields(text)).toEqual({ uri: uriAfter, percent: percentAfter });
    expect(render(text, { stable: version('s3://old') })).toBe(text);
  });
});

describe('a split with a candidate', () => {
  it('reads back as written', () => {
    const split = { stable: version('s3://old'), candidate: version('s3://new'), weight: 25 };
    const text = render(service('s3://old', 0), split);
    expect(readSplit(TARGET, text, makeSplit(split))).toEqual({
      kind: 'found',
      value: new Map([['s3://new', 25]]),
    });
  });

  it('names the artifact that the target serves', () => {
    const split = makeSplit({ stable: version('s3://old'), candidate: version('s3://new'), weight: 5 });
    const candidate = {
      ...split.candidate!,
      artifacts: {
        ...split.candidate!.artifacts,
        tokenizer: { ...split.candidate!.artifacts.model!, uri: 's3://t' },
      },
    };
    const stable = {
      ...split.stable,
      artifacts: { tokenizer: { ...split.stable.artifacts.model!, uri: 's3://u' } },
    };
    const rendering = renderTarget({ ...TARGET, artifact: 'tokenizer' }, service('s3://u', 0), {
      ...split,
      stable,
      candidate,
    });
    expect(rendering.kind === 'rendered' && fields(rendering.text)).toEqual({ uri: 's3://t', percent: 5 });
  });

  it.each([
    ['plain', 's3://new/a'],
    ['plain in quotes where it ends in a colon', 's3://new:'],
    ['plain in quotes where it holds a comma', 's3://new/a,b'],
    ['plain in quotes where it holds a bracket', 's3://new/[a]'],
  ])('writes a URI %s', (_, uri) => {
    const split = { stable: version('s3://old'), candidate: version(uri), weight: 5 };
    expect(fields(render(service('s3://old', 0), split)).uri).toBe(uri);
    expect(fields(render(service("'s3://old'", 0), split)).uri).toBe(uri);
    expect(fields(render(service('"s3://old"', 0), split)).uri).toBe(uri);
  });
});

/** A user's repository with the cluster that follows it. */
class Rollout {
  readonly cluster = new KnativeCluster();
  text: string;

  constructor(stable: string) {
    this.text = service(stable);
    this.cluster.apply(stable, undefined);
    this.cluster.makeReady();
  }

  ask(split: SplitInShort): void {
    this.text = render(this.text, split);
    const { uri, percent } = fields(this.text);
    this.cluster.apply(uri, percent);
  }

  settle(stable: string): void {
    this.ask({ stable: version(stable) });
  }

  try(stable: string, candidate: string, weight: number): void {
    this.ask({ stable: version(stable), candidate: version(candidate), weight });
  }
}

describe('what a cluster serves', () => {
  it('is stable alone while a candidate arrives and gets ready', () => {
    const rollout = new Rollout('s3://1');
    rollout.try('s3://1', 's3://2', 0);
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 100 });
    rollout.cluster.makeReady();
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 100 });
  });

  it('is stable at once after a rollback in the middle, before and after its new pod is ready', () => {
    const rollout = new Rollout('s3://1');
    rollout.try('s3://1', 's3://2', 0);
    rollout.cluster.makeReady();
    rollout.try('s3://1', 's3://2', 25);
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 75, 's3://2': 25 });
    rollout.settle('s3://1');
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 100 });
    rollout.cluster.makeReady();
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 100 });
  });

  it('would be the bad version after such a rollback with percent 100', () => {
    const rollout = new Rollout('s3://1');
    rollout.try('s3://1', 's3://2', 0);
    rollout.cluster.makeReady();
    rollout.try('s3://1', 's3://2', 25);
    rollout.cluster.apply('s3://1', 100);
    expect(rollout.cluster.traffic()).toEqual({ 's3://2': 100 });
  });

  it('is stable after a rollback from 100 once its pod is ready, and with percent 0 would never be', () => {
    const roll = (): Rollout => {
      const rollout = new Rollout('s3://1');
      rollout.try('s3://1', 's3://2', 0);
      rollout.cluster.makeReady();
      rollout.try('s3://1', 's3://2', 100);
      return rollout;
    };
    const right = roll();
    right.settle('s3://1');
    right.cluster.makeReady();
    expect(right.cluster.traffic()).toEqual({ 's3://1': 100 });
    const wrong = roll();
    wrong.cluster.apply('s3://1', 0);
    wrong.cluster.makeReady();
    expect(wrong.cluster.traffic()).toEqual({ 's3://2': 100 });
  });

  it('would turn to the version before stable when a candidate had the URI of stable', () => {
    const rollout = new Rollout('s3://1');
    rollout.try('s3://1', 's3://2', 0);
    rollout.cluster.makeReady();
    rollout.try('s3://1', 's3://2', 100);
    rollout.settle('s3://2');
    rollout.cluster.apply('s3://2', 5);
    expect(rollout.cluster.traffic()).toEqual({ 's3://1': 95, 's3://2': 5 });
  });

  it('is the asked split through any sequence of promotions and rollbacks', () => {
    const weight = fc.integer({ min: 0, max: 100 });
    const steps = fc.array(
      fc.record({ weights: fc.array(weight, { maxLength: 4 }), isPromoted: fc.boolean() }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, (releases) => {
        let stable = 's3://0';
        const rollout = new Rollout(stable);
        for (const [index, { weights, isPromoted }] of releases.entries()) {
          const candidate = `s3://${index + 1}`;
          rollout.try(stable, candidate, 0);
          expect(rollout.cluster.traffic()).toEqual({ [stable]: 100 });
          rollout.cluster.makeReady();
          const asked = isPromoted ? [...weights, 100] : weights;
          for (const share of asked) {
            rollout.try(stable, candidate, share);
            const expected = { [stable]: 100 - share, [candidate]: share };
            expect(rollout.cluster.traffic()).toEqual(
              Object.fromEntries(Object.entries(expected).filter(([, percent]) => percent > 0)),
            );
          }
          const hadEverything = asked.at(-1) === 100;
          if (isPromoted) stable = candidate;
          rollout.settle(stable);
          if (isPromoted || !hadEverything) expect(rollout.cluster.traffic()).toEqual({ [stable]: 100 });
          rollout.cluster.makeReady();
          expect(rollout.cluster.traffic()).toEqual({ [stable]: 100 });
        }
      }),
    );
  });
});
