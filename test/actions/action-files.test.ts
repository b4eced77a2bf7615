import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ACTIONS } from '../../src/actions/run-action.ts';
import { lintAction, lintWorkflow } from '../tools/lint-workflow.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Workflows that a document shows, with the line of the document at which each begins. */
function shownWorkflows(path: string): readonly (readonly [name: string, text: string])[] {
  const text = read(path);
  return [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)]
    .map((block) => [`${path}:${text.slice(0, block.index).split('\n').length}`, block[1] ?? ''] as const)
    .filter(([, block]) => /^jobs:/m.test(block));
}

describe('every workflow that this repository runs, ships or shows', () => {
  const files = tracked.filter((path) => /\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const documents = tracked.filter((path) => path.endsWith('.md'));
  const workflows = [
    ...files.map((path) => [path, read(path)] as const),
    ...documents.flatMap(shownWorkflows),
  ];

  it('is found', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  it.each(workflows)('%s is without findings', async (name, text) => {
    expect(await lintWorkflow(name, text)).toEqual([]);
  });
});

interface ActionFile {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required?: boolean; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly [{ readonly env: Readonly<Record<string, string>>; readonly run: string }];
  };
}

describe.each(
  readdirSync(join(ROOT, 'actions'), { withFileTypes: true }).filter((entry) => entry.isDirectory()),
)('actions/$name', ({ name }) => {
  const text = read(`actions/${name}/action.yml`);
  const action = parse(text) as ActionFile;
  const [step] = action.runs.steps;

  it('is without findings', () => {
    expect(lintAction(`actions/${name}/action.yml`, text)).toEqual([]);
  });

  it('runs its own command by a script beside it', () => {
    expect(action.runs.steps).toHaveLength(1);
    const start = name === 'advance' ? 'exec bash' : 'bash';
    expect(step.run).toBe(`${start} "$GITHUB_ACTION_PATH/../run.sh" ${name}`);
  });

  it('hands every input on in a variable of its own, and reads no other', () => {
    const used = Object.values(step.env).flatMap((value) =>
      [...value.matchAll(/inputs\.([a-z-]+)/g)].map((match) => match[1]),
    );
    expect(used.sort()).toEqual(Object.keys(action.inputs).sort());
    for (const variable of Object.keys(step.env)) expect(variable).toMatch(/^BELAY_[A-Z_]+$/);
  });

  it('passes what the program reads, and the token', () => {
    const read = Object.values(ACTIONS[name] ?? {});
    const passed = Object.keys(step.env).filter((variable) => variable !== 'BELAY_TOKEN');
    expect(passed.sort()).toEqual([...read].sort());
  });

  it('describes every input and output, and gives outputs their own values', () => {
    for (const input of Object.values(action.inputs)) expect(input.description.length).toBeGreaterThan(10);
    for (const [output, { description, value }] of Object.entries(action.outputs)) {
      expect(description.length).toBeGreaterThan(5);
      expect(value).toBe(`\${{ steps.belay.outputs.${output} }}`);
    }
  });
});
