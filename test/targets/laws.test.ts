import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { TargetSpec } from '../../src/core/manifest/release-schema.ts';
import { renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

/** How a file is written: what a person or a tool might choose. */
interface Dress {
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly isFlow: boolean;
  readonly isWindows: boolean;
  readonly isMarked: boolean;
  readonly isQuoted: boolean;
  readonly hasComments: boolean;
  readonly endsBare: boolean;
  readonly around: number;
}

const dress = fc.record<Dress>({
  indent: fc.integer({ min: 1, max: 6 }),
  indentSeq: fc.boolean(),
  isFlow: fc.boolean(),
  isWindows: fc.boolean(),
  isMarked: fc.boolean(),
  isQuoted: fc.boolean(),
  hasComments: fc.boolean(),
  endsBare: fc.boolean(),
  around: fc.nat(3),
});

function write(value: unknown, style: Dress): string {
  const body = stringify(value, {
    indent: style.indent,
    indentSeq: style.indentSeq,
    collectionStyle: style.isFlow ? 'flow' : 'block',
    defaultStringType: style.isQuoted ? 'QUOTE_SINGLE' : 'PLAIN',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  const commented = style.hasComments && !style.isFlow ? body.replaceAll(/(\w: \S+)$/gm, '$1  # why') : body;
  const around = ['', '# top\n', 'a: 1\n---\n', '---\n'][style.around] ?? '';
  const text = around + (style.endsBare ? commented.replace(/\n$/, '') : commented);
  return (style.isMarked ? '\uFEFF' : '') + (style.isWindows ? text.replaceAll('\n', '\r\n') : text);
}

function rendered(target: TargetSpec, text: string, split: SplitInShort): string {
  const rendering = renderTarget(target, text, makeSplit(split));
  if (rendering.kind === 'mismatch') throw new Error(JSON.stringify(rendering.problems));
  return rendering.text;
}

/** Rendering again changes nothing; lines without a word of the split are as they were. */
function checkLaws(
  target: TargetSpec,
  [text, style]: readonly [string, Dress],
  split: SplitInShort,
  word: RegExp,
): string {
  const after = rendered(target, text, split);
  expect(rendered(target, after, split)).toBe(after);
  const untouched = (all: string): readonly string[] => all.split(/\r?\n/).filter((line) => !word.test(line));
  // In flow style the whole document is one line.
  if (!style.isFlow) expect(untouched(after)).toEqual(untouched(text));
  return after;
}

function last(text: string): unknown {
  return parseAllDocuments(text).at(-1)?.toJS();
}

const weight = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 0, max: 10_000 }).map((part) => part / 100),
);

describe('laws of an HTTPRoute', () => {
  const target: TargetSpec = { kind: 'gateway-api', file: 'in.yaml', route: 'r' };
  interface Ref {
    name: string;
    port: number;
    weight?: number;
  }
  const refs = fc
    .record({
      a: fc.option(fc.nat(1_000_000)),
      b: fc.option(fc.nat(1_000_000)),
      others: fc.nat(2),
      isReversed: fc.boolean(),
    })
    .map(({ a, b, others, isReversed }) => {
      const ref = (name: string, value: number | null): Ref =>
        value === null ? { name, port: 80 } : { name, port: 80, weight: value };
      const all = [ref('a', a), ref('b', b)];
      for (let index = 0; index < others; index++) all.splice(index, 0, ref(`other-${index}`, 0));
      return isReversed ? all.reverse() : all;
    });
  const routeOf = (backendRefs: readonly Ref[]): object => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'r' },
    spec: { rules: [{ backendRefs: [{ name: 'docs', port: 80 }] }, { backendRefs }] },
  });
  const refsOf = (text: string): readonly Ref[] =>
    (last(text) as { spec: { rules: { backendRefs: Ref[] }[] } }).spec.rules[1]!.backendRefs;

  it('has the asked share, and everything else as before', () => {
    fc.assert(
      fc.property(refs, dress, weight, (backendRefs, style, share) => {
        const split = { stable: { backend: 'a' }, candidate: { backend: 'b' }, weight: share };
        const after = checkLaws(target, [write(routeOf(backendRefs), style), style], split, /weight/);
        const got = refsOf(after);
        const of = (name: string): number => got.find((ref) => ref.name === name)?.weight ?? 1;
        expect((100 * of('b')) / (of('a') + of('b'))).toBeCloseTo(share, 9);
        const bare = (all: readonly Ref[]) => all.map(({ weight: _, ...rest }) => rest);
        expect(bare(got)).toEqual(bare(backendRefs));
        expect(last(after)).toEqual(routeOf(got));
      }),
    );
  });

  it('gives stable everything when it is settled', () => {
    fc.assert(
      fc.property(refs, dress, (backendRefs, style) => {
        const after = checkLaws(
          target,
          [write(routeOf(backendRefs), style), style],
          { stable: { backend: 'b' } },
          /weight/,
        );
        for (const ref of refsOf(after)) {
          if (ref.name === 'b') expect(ref.weight ?? 1).toBeGreaterThan(0);
          else expect(ref.weight).toBe(0);
        }
      }),
    );
  });
});

describe('laws of an InferenceService', () => {
  const serviceOf = (mode: string, spec: object): object => ({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 's', annotations: { 'serving.kserve.io/deploymentMode': mode } },
    spec,
  });
  const percent = fc.integer({ min: 0, max: 100 });

  it('of Knative mode has the asked model and percent, and everything else as before', () => {
    const target: TargetSpec = { kind: 'kserve', file: 'in.yaml', service: 's', mode: 'knative' };
    fc.assert(
      fc.property(fc.option(percent), percent, dress, (before, share, style) => {
        const spec = (storageUri: string, canaryTrafficPercent: number | null): object => ({
          predictor: {
            minReplicas: 2,
            ...(canaryTrafficPercent === null ? {} : { canaryTrafficPercent }),
            sklearn: { storageUri, args: ['x'] },
          },
        });
        const text = write(serviceOf('Knative', spec('s3://models/a', before)), style);
        const split = { stable: { backend: 'a' }, candidate: { backend: 'b' }, weight: share };
        const after = checkLaws(target, [text, style], split, /storageUri|canaryTrafficPercent/);
        expect(last(after)).toEqual(serviceOf('Knative', spec('s3://models/b', share)));
        checkLaws(target, [after, style], { stable: { backend: 'a' } }, /storageUri|canaryTrafficPercent/);
      }),
    );
  });

  it('of Standard mode runs what its canary ran when that is promoted, and what it ran before when that is undone', () => {
    const target: TargetSpec = { kind: 'kserve', file: 'in.yaml', service: 's', mode: 'standard' };
    fc.assert(
      fc.property(predictors, percent, dress, ([stable, canary], share, style) => {
        const spec = { predictor: stable, canary: [{ predictor: canary, trafficPercent: share }] };
        const text = write(serviceOf('Standard', spec), style);
        const flight = { stable: { backend: 'a' }, candidate: { backend: 'b' }, weight: 100 };
        const full = checkLaws(target, [text, style], flight, /trafficPercent/);
        const promoted = rendered(target, full, { stable: { backend: 'b' } });
        const now = (last(promoted) as { spec: typeof spec }).spec;
        expect(now.predictor).toEqual({ ...overlay(stable, canary), minReplicas: stable.minReplicas });
        expect(now.canary[0]?.trafficPercent).toBe(0);
        expect(rendered(target, promoted, { stable: { backend: 'b' } })).toBe(promoted);
        const undone = rendered(target, promoted, { stable: { backend: 'a' } });
        expect(undone).toBe(rendered(target, full, { stable: { backend: 'a' } }));
      }),
    );
  });

  type Predictor = Record<string, unknown> & { name: string; minReplicas: number };
  const leaf = fc.constantFrom<unknown>(
    'x',
    'y: z',
    '7',
    7,
    true,
    ['a', 'b'],
    [{ name: 'k', value: '1' }],
    'a,b]',
  );
  /** A stable predictor and a canary that says some of it differently. */
  const predictors = fc
    .record({
      fields: fc.dictionary(
        fc.constantFrom('args', 'env', 'image', 'runtime'),
        fc.tuple(leaf, fc.option(leaf)),
        { noNullPrototype: true },
      ),
      limits: fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.tuple(leaf, fc.option(leaf)), {
        noNullPrototype: true,
      }),
    })
    .map(({ fields, limits }): readonly [Predictor, Predictor] => {
      const model = (side: 0 | 1, uri: string): object => ({
        storageUri: uri,
        ...pick(fields, side),
        ...(Object.keys(pick(limits, side)).length > 0 ? { resources: { limits: pick(limits, side) } } : {}),
      });
      return [
        { name: 'a', minReplicas: 4, maxReplicas: 9, model: model(0, 's3://models/a') },
        { name: 'b', minReplicas: 1, model: model(1, 's3://models/b') },
      ];
    });

  function pick(pairs: Record<string, readonly [unknown, unknown]>, side: 0 | 1): Record<string, unknown> {
    const entries = Object.entries(pairs).map(([key, values]) => [key, values[side]] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== null));
  }

  /** The predictor that KServe builds for a canary: maps by key, everything else whole. */
  function overlay(base: unknown, over: unknown): object {
    const result: Record<string, unknown> = { ...(base as object) };
    for (const [key, value] of Object.entries(over as object)) {
      const isMap = value !== null && typeof value === 'object' && !Array.isArray(value);
      result[key] = isMap ? overlay(result[key] ?? {}, value) : value;
    }
    return result;
  }
});
