import { describe, expect, it } from 'vitest';
import type { GatewayApiSpec } from '../../src/core/manifest/release-schema.ts';
import { isSticky } from '../../src/targets/gateway-api.ts';
import { readSplit, renderTarget } from '../../src/targets/render-target.ts';
import { makeSplit, type SplitInShort } from './make-split.ts';

const TARGET: GatewayApiSpec = { kind: 'gateway-api', file: 'in.yaml', route: 'r' };
const A = { backend: 'a' };
const B = { backend: 'b' };

function route(...weights: readonly (number | undefined)[]): string {
  const refs = weights.map((weight, index) => {
    const line = weight === undefined ? '' : `\n      weight: ${weight}`;
    return `    - name: ${'abc'[index]}\n      port: 80${line}\n`;
  });
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: r
spec:
  rules:
  - backendRefs:
${refs.join('')}`;
}

function render(text: string, split: SplitInShort, target = TARGET): string {
  const rendering = renderTarget(target, text, makeSplit(split));
  return rendering.kind === 'rendered' ? rendering.text : JSON.stringify(rendering.problems);
}

describe('a split with a candidate', () => {
  it.each([
    ['0', 0, 100, 0],
    ['1', 1, 99, 1],
    ['33', 33, 67, 33],
    ['100', 100, 0, 100],
    ['0.5', 0.5, 995, 5],
    ['0.1', 0.1, 999, 1],
    ['99.9', 99.9, 1, 999],
    ['12.25', 12.25, 8775, 1225],
    ['0.0001', 0.0001, 999_999, 1],
    ['33.3333', 33.3333, 666_667, 333_333],
  ])(
    'of %s percent is written in the smallest whole numbers that express it',
    (_, weight, stable, candidate) => {
      expect(render(route(50, 50), { stable: A, candidate: B, weight })).toBe(route(stable, candidate));
    },
  );

  it.each([
    [10, 9, 1],
    [50, 1, 1],
    [0, 1, 0],
    [100, 0, 7],
    [0.5, 199, 1],
    [20, 800_000, 200_000],
  ])('of %d percent stays when the file says it in other numbers', (weight, stable, candidate) => {
    const text = route(stable, candidate);
    expect(render(text, { stable: A, candidate: B, weight })).toBe(text);
  });

  it('is written where no backend has any weight', () => {
    expect(render(route(0, 0), { stable: A, candidate: B, weight: 0 })).toBe(route(100, 0));
  });

  it('counts a missing weight as 1', () => {
    expect(render(route(undefined, undefined), { stable: A, candidate: B, weight: 50 })).toBe(
      route(undefined, undefined),
    );
    expect(render(route(3, undefined), { stable: A, candidate: B, weight: 25 })).toBe(route(3, undefined));
    expect(render(route(3, undefined), { stable: A, candidate: B, weight: 5 })).toBe(route(95, 5));
  });

  it('does not touch a backend without traffic', () => {
    expect(render(route(50, 50, 0), { stable: A, candidate: B, weight: 5 })).toBe(route(95, 5, 0));
  });

  it('reads back as written', () => {
    const split = makeSplit({ stable: A, candidate: B, weight: 12.5 });
    const text = render(route(100, 0), { stable: A, candidate: B, weight: 12.5 });
    const shares = new Map([
      ['a', 87.5],
      ['b', 12.5],
    ]);
    expect(readSplit(TARGET, text, split)).toEqual({ kind: 'found', value: shares });
  });
});

describe('a settled split', () => {
  it.each([
    ['takes the traffic of every other backend', [60, 30, 10], [100, 0, 0]],
    ['gives the default weight of another backend a 0', [60, undefined, 0], [100, 0, 0]],
    ['stays when stable has everything, in whatever number', [1, 0, 0], [1, 0, 0]],
    ['stays when stable is alone', [undefined], [undefined]],
    ['brings stable back from nothing', [0], [100]],
  ])('%s', (_, before, after) => {
    expect(render(route(...before), { stable: A })).toBe(route(...after));
  });
});

describe('finding the place', () => {
  it('takes the route of the namespace among routes of the same name', () => {
    const prod = route(50, 50).replace('name: r\n', 'name: r\n  namespace: prod\n');
    const test = route(50, 50).replace('name: r\n', 'name: r\n  namespace: test\n');
    const after = prod.replace('weight: 50', 'weight: 95').replace('weight: 50', 'weight: 5');
    expect(
      render(`${test}---\n${prod}`, { stable: A, candidate: B, weight: 5 }, { ...TARGET, namespace: 'prod' }),
    ).toBe(`${test}---\n${after}`);
  });

  it('takes the rule with the name among rules for the same backends', () => {
    const rule = (name: string, a: number, b: number): string =>
      `    - {name: ${name}, backendRefs: [{name: a, weight: ${a}}, {name: b, weight: ${b}}]}\n`;
    const text = (a: number, b: number): string =>
      `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  rules:\n${rule('x', 50, 50)}${rule('y', a, b)}`;
    const target = { ...TARGET, rule: 'y' };
    expect(render(text(50, 50), { stable: A, candidate: B, weight: 5 }, target)).toBe(text(95, 5));
  });

  it('does not mind odd things elsewhere in the file', () => {
    const odd = '---\na: &x [1]\nb: *x\nc: !Ref d\na: again\n...\n';
    const text = `# first\n${route(50, 50)}${odd}`;
    expect(render(text, { stable: A, candidate: B, weight: 5 })).toBe(`# first\n${route(95, 5)}${odd}`);
  });

  it('does not mind the version of the API', () => {
    const beta = (text: string): string => text.replace('io/v1', 'io/v1beta1');
    expect(render(beta(route(50, 50)), { stable: A, candidate: B, weight: 5 })).toBe(beta(route(95, 5)));
  });

  it('refuses a file that is too large to be one', () => {
    expect(render(`${route(50, 50)}#${'x'.repeat(1_000_000)}`, { stable: A })).toContain('TARGET_TOO_LARGE');
  });
});

describe('the bytes around', () => {
  const before = route(50, undefined);
  const after = route(95, 5);

  it.each([
    ['line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    [
      'a byte order mark and line ends of Windows',
      (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`,
    ],
    ['no line end at the end', (text: string) => text.replace(/\n$/, '')],
    [
      'comments and blanks at line ends',
      (text: string) => text.replaceAll(/(name|port): (\S+)$/gm, '$1:   $2   # é 𝕏 '),
    ],
    ['documents around', (text: string) => `---\n# one\na: 1\n---\n${text}...\n---\nb: {c: [1,2 ]}\n`],
    [
      'quoted keys',
      (text: string) => text.replaceAll('weight:', '"weight":').replace('"weight": 5\n', 'weight: 5\n'),
    ],
    ['a document start with a comment', (text: string) => `--- # the route\n${text}`],
  ])('stay: %s', (_, dress) => {
    expect(render(dress(before), { stable: A, candidate: B, weight: 5 })).toBe(dress(after));
  });
});

describe('a rule that keeps clients on one backend', () => {
  const SPLIT = makeSplit({ stable: A, candidate: B, weight: 5 });
  const sticky = (text: string, target = TARGET) => {
    const found = isSticky(target, text, SPLIT);
    return found.kind === 'found' ? found.value : found.problems.map(({ code }) => code);
  };

  it('says so with sessionPersistence, which is left as it is', () => {
    const text = `${route(95, 5)}    sessionPersistence:\n      sessionName: scorer\n      type: Cookie\n`;
    expect(sticky(text)).toBe(true);
    expect(render(text, { stable: A, candidate: B, weight: 5 })).toBe(text);
  });

  it('says nothing without it, and of another rule nothing either', () => {
    expect(sticky(route(95, 5))).toBe(false);
    const other =
      '  - name: other\n    sessionPersistence: {type: Cookie}\n    backendRefs:\n    - name: c\n';
    expect(sticky(`${route(95, 5)}${other}`)).toBe(false);
  });

  it('cannot be told of a file without the rule', () => {
    expect(sticky('kind: HTTPRoute')).toEqual(expect.any(Array));
  });
});
