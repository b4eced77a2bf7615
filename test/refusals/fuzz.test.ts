import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { annotate } from '../../src/actions/annotate.ts';
import { runAction } from '../../src/actions/run-action.ts';
import { createWorkflowCommands } from '../../src/actions/workflow-commands.ts';
import { formatProblem, type Problem } from '../../src/core/errors.ts';
import { readYaml } from '../../src/core/yaml/read-yaml.ts';
import { judgeFile } from './judge-file.ts';
import { CONFIG, MANIFEST } from './manifest.ts';

/**
 * Bytes and structures that nobody thought of, through all of `validate`: no exception, no changed prototype, nothing printed that
 * could be a command, no output outside its few words. Another seed: BELAY_FUZZ_SEED; more runs: BELAY_FUZZ_RUNS.
 */

const SEED = Number(process.env.BELAY_FUZZ_SEED ?? 20_261_121);
const RUNS = Number(process.env.BELAY_FUZZ_RUNS ?? 500);
const settings = (numRuns: number) => ({ numRuns, seed: SEED });
const folder = mkdtempSync(join(tmpdir(), 'belay-fuzz-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  console.log(`fuzzed with seed ${SEED}, ${RUNS} runs each`);
});

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const names = () => JSON.stringify(PROTOTYPES.map((one) => Object.getOwnPropertyNames(one)));
const BEFORE = names();

async function judge(bytes: Uint8Array): Promise<readonly Problem[]> {
  const { problems } = await judgeFile(bytes, { as: 'release', path: 'releases/fraud-scorer.yaml' });
  expect(names()).toBe(BEFORE);
  let out = '';
  annotate(createWorkflowCommands({ stdout: { write: (text: string) => (out += text) }, env: {} }), problems);
  for (const line of out.split('\n').slice(0, -1))
    expect(line).toMatch(/^::(?:error|warning) title=(?:(?:SEC|ML)-\d\d|[A-Z][A-Z0-9_]+),/);
  for (const problem of problems) {
    expect(problem.code).toMatch(/^(?:(?:SEC|ML)-\d\d|[A-Z][A-Z0-9_]+)$/);
    expect(problem.at.line).toBeGreaterThan(0);
    expect(problem.at.column).toBeGreaterThan(0);
    expect(formatProblem(problem)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|undefined|\[object|^::/u);
  }
  return problems;
}

const encode = (text: string) => new TextEncoder().encode(text);
const SOUND = encode(MANIFEST);

/** Pieces that mean something to YAML, to a shell, to a browser, to a runner or to JavaScript. */
const piece = fc.constantFrom(
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '<<',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '&a ',
    '*a',
    '!!js/function ',
  ],
  ...[
    '$(id)',
    '`id`',
    '$' + '{{ github.token }}',
    '::add-mask::a',
    '##[error]',
    '\n::error::x',
    '\r',
    '\u2028',
    '\u202e',
    '\u200b',
    '\0',
    '\ufeff',
    '\ud800',
  ],
  ...[
    '<script>',
    '@org/all',
    '](javascript:x)',
    '|',
    '{{version}}',
    '{{',
    '../',
    '.git/',
    '0x1f',
    '1e999',
    '.nan',
    '9'.repeat(40),
    '{',
    '[',
    '"',
    "'",
    '- ',
    '? ',
    ': ',
    '#',
    '\t',
  ],
);
const bytes = fc.uint8Array({ maxLength: 12 });

describe('validate, given anything', () => {
  it('answers bytes with problems, never with an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (anything) => {
        expect((await judge(anything)).length).toBeGreaterThan(0);
      }),
      settings(RUNS),
    );
  });

  it('answers a manifest with some bytes exchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(SOUND.length), fc.nat(6), bytes, async (at, length, other) => {
        await judge(Uint8Array.from([...SOUND.slice(0, at), ...other, ...SOUND.slice(at + length)]));
      }),
      settings(RUNS),
    );
  });

  it('answers a manifest with hostile pieces in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(MANIFEST.length), piece), { minLength: 1, maxLength: 3 }),
        async (pieces) => {
          const text = pieces.reduce((all, [at, one]) => all.slice(0, at) + one + all.slice(at), MANIFEST);
          await judge(encode(text));
        },
      ),
      settings(RUNS),
    );
  });

  it('answers a manifest of another structure', async () => {
    const reading = readYaml('a.yaml', MANIFEST);
    const data = reading.kind === 'ok' ? reading.value.value : undefined;
    const value = fc.oneof(
      piece,
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>([], {}, null, -1, 1e9, '', { kind: 'limit' }, [[[]]]),
    );
    const paths = [...walk(data, [])];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...paths), fc.oneof(value, fc.constant(GONE)), fc.option(piece)), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.boolean(),
        async (changes, isFlow) => {
          const copy = structuredClone(data);
          for (const [path, other, key] of changes) change(copy, path, other, key);
          await judge(
            encode(
              stringify(copy, {
                aliasDuplicateObjects: false,
                collectionStyle: isFlow ? 'flow' : 'block',
                lineWidth: 0,
              }),
            ),
          );
        },
      ),
      settings(RUNS),
    );
  });

  it('gives outputs of few words, whatever the manifest says', async () => {
    mkdirSync(join(folder, 'releases'), { recursive: true });
    mkdirSync(join(folder, '.belay'), { recursive: true });
    writeFileSync(join(folder, '.belay/config.yaml'), CONFIG);
    const output = join(folder, 'output');
    await fc.assert(
      fc.asyncProperty(fc.nat(MANIFEST.length), piece, async (at, one) => {
        writeFileSync(
          join(folder, 'releases/fraud-scorer.yaml'),
          MANIFEST.slice(0, at) + one + MANIFEST.slice(at),
        );
        writeFileSync(output, '');
        let out = '';
        const sink = { write: (text: string) => (out += text) };
        const env = { BELAY_DIRECTORY: folder, GITHUB_OUTPUT: output, GITHUB_ACTIONS: 'true' };
        await runAction(['validate'], { env, cwd: folder, stdout: sink, stderr: sink });
        expect(readFileSync(output, 'utf8')).toMatch(/^valid=(?:true|false)\nerrors=\d+\nwarnings=\d+\n$/);
        // a line that is a command is read as one, whatever else is in it
        for (const line of out.split(/\r\n|\n|\r/))
          if (/^\s*::/.test(line)) expect(line).toMatch(/^::(?:error|warning) title=[A-Z][A-Z0-9_-]+,file=/);
          else expect(line).not.toContain('##[');
      }),
      settings(Math.ceil(RUNS / 5)),
    );
  });
});

const GONE = Symbol('gone');
type Path = readonly (string | number)[];

function* walk(value: unknown, path: Path): Iterable<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    yield [...path, step];
    yield* walk(entry, [...path, step]);
  }
}

/** Puts a value in the place of another, under another key where one is given; nothing when the place is gone. */
function change(root: unknown, path: Path, other: unknown, key: string | null): void {
  let holder = root as Record<string, unknown> | undefined;
  for (const step of path.slice(0, -1)) {
    const next: unknown = holder && Object.hasOwn(holder, step) ? holder[step] : undefined;
    holder = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : undefined;
  }
  const last = path.at(-1)!;
  if (!holder) return;
  if (other === GONE) delete holder[last];
  else if (key === null || Array.isArray(holder)) holder[last] = other;
  else
    Object.defineProperty(holder, key, {
      value: other,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}
