import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { advance } from '../../src/app/advance.ts';
import type { answerComment } from '../../src/app/answer-comment.ts';
import type { drill } from '../../src/app/drill.ts';
import type { rollback } from '../../src/app/rollback.ts';
import * as errors from '../../src/core/errors.ts';

/** The flows under test. */
export interface System {
  readonly advance: typeof advance;
  readonly rollback: typeof rollback;
  readonly answerComment: typeof answerComment;
  readonly drill: typeof drill;
}

/** Other text in one place of a copy of the product. */
export interface Mutation {
  /** Below src/. */
  readonly file: string;
  /** Stands exactly once in the file, or nothing is built: a planted bug must not rot. */
  readonly from: string;
  readonly to: string;
}

export interface SystemOptions {
  readonly mutations?: readonly Mutation[];
  /** Whether readings of texts are remembered; the flows are the same without, and slower. Default true. */
  readonly memo?: boolean;
}

const FLOWS = [
  ['advance', 'advance'],
  ['rollback', 'rollback'],
  ['answerComment', 'answer-comment'],
  ['drill', 'drill'],
] as const;

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');

/**
 * Pure functions from texts, with what their result depends on. A simulation reads the same bytes thousands of times; the copy
 * that it runs reads them once. `simulation.test.ts` holds a copy with this to one without.
 */
const REMEMBERED: readonly { readonly file: string; readonly name: string; readonly key: string }[] = [
  {
    file: 'core/manifest/parse-document.ts',
    name: 'parseDocument',
    key: '(file, text, kind) => [kind.kind, file, text].join("\\0")',
  },
  {
    file: 'core/manifest/parse-release.ts',
    name: 'parseRelease',
    key: '(file, text, config) => [file, config ? JSON.stringify(config) : "", text].join("\\0")',
  },
  {
    file: 'core/manifest/parse-config.ts',
    name: 'parseConfig',
    key: '(file, text) => [file, text].join("\\0")',
  },
  { file: 'core/yaml/read-yaml.ts', name: 'readYaml', key: '(file, text) => [file, text].join("\\0")' },
  {
    file: 'targets/target-source.ts',
    name: 'readTargetSource',
    key: '(file, text) => [file, text].join("\\0")',
  },
  {
    file: 'core/record/record-file.ts',
    name: 'readRecord',
    key: '(path, text) => [path, text].join("\\0")',
  },
];

const MEMO = `
const remembered = new Map();
return (...args) => {
  const key = keyOf(...args);
  if (key === undefined) return once(...args);
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = once(...args);
  if (made !== undefined) {
    if (remembered.size > 3000) remembered.clear();
    remembered.set(key, made);
  }
  return made;
};`;

/**
 * Builds a copy of the flows in memory, from the sources as they are, with other text where mutations say so. Nothing of this
 * is known to the product: its sources have no switch, and no entry point of it leads here.
 */
export async function buildSystem({ mutations = [], memo = true }: SystemOptions = {}): Promise<System> {
  const loaded = new Set<string>();
  const result = await build({
    stdin: {
      contents: FLOWS.map(([name, file]) => `export { ${name} } from './app/${file}.ts';`).join('\n'),
      resolveDir: SRC,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    plugins: [sources(mutations, memo, loaded)],
  });
  const absent = mutations.find(({ file }) => !loaded.has(file));
  if (absent) throw new Error(`${absent.file}: not a source of the flows`);
  const code = result.outputFiles[0]!.text;
  const module = { exports: {} as System };
  const require = createRequire(import.meta.url);
  // The errors are those of the simulation: the forge throws them, and the flows ask for their class.
  const load = (name: string): unknown => (name === 'belay:errors' ? errors : require(name));
  new Function('module', 'exports', 'require', code)(module, module.exports, load);
  return module.exports;
}

function sources(mutations: readonly Mutation[], memo: boolean, loaded: Set<string>): Plugin {
  return {
    name: 'sources',
    setup(setup) {
      setup.onResolve({ filter: /(^|\/)errors\.ts$/ }, () => ({ path: 'belay:errors', external: true }));
      setup.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const file = relative(SRC, path).split(sep).join('/');
        loaded.add(file);
        const text = mutate(file, await readFile(path, 'utf8'), mutations);
        return { contents: memo ? remember(file, text) : text, loader: 'ts' };
      });
    },
  };
}

function mutate(file: string, text: string, mutations: readonly Mutation[]): string {
  return mutations
    .filter((mutation) => mutation.file === file)
    .reduce((before, { from, to }) => {
      const found = before.split(from).length - 1;
      if (found !== 1)
        throw new Error(`${file}: expected ${JSON.stringify(from)} once, found it ${found} times`);
      return before.replace(from, () => to);
    }, text);
}

function remember(file: string, text: string): string {
  return REMEMBERED.filter((one) => one.file === file).reduce((before, { name, key }) => {
    const found = before.split(`export function ${name}`).length - 1;
    if (found !== 1) throw new Error(`${file}: no function ${name} to remember`);
    const renamed = before.replace(`export function ${name}`, `function ${name}Once`);
    return `${renamed}\nexport const ${name}: typeof ${name}Once = ((once: any, keyOf: any) => {${MEMO}})(${name}Once, ${key}) as any;\n`;
  }, text);
}
