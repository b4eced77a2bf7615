import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { Base } from '../../src/app/check-base.ts';
import { type ValidateOptions, validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { sha } from '../../src/core/units.ts';
import type { FileSource } from '../../src/ports/forge.ts';
import { START } from '../builders/release.ts';
import { CONFIG } from '../builders/world.ts';
import { type Bench, writeFiles } from './bench.ts';

export type Files = Readonly<Record<string, string>>;

/** A sound repository. */
export const BASE: Files = {
  '.belay/config.yaml': CONFIG,
  'metrics.om': '# EOF\n',
  'docs/runbooks/scorer.md': '# What to do\n',
  ...writeFiles(),
};

/** A directory in memory. */
export function directory(files: Files): FileSource {
  return {
    list: async (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .sort(),
    read: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const text = files[path];
          return text === undefined ? [] : [[path, { kind: 'text', path, text } as const]];
        }),
      ),
  };
}

/** The commit that these files are compared with; its history is itself and what is given, newest first. */
export function baseOf(files: Files, ...earlier: readonly Files[]): Base {
  return {
    ...directory(files),
    history: async (path) =>
      [files, ...earlier].map((state, index) => ({
        commit: sha(String(index).padStart(40, '0')),
        at: START,
        author: 'mona',
        subject: 'Change',
        text: state[path],
      })),
  };
}

/** All files of the default branch, as a pull request finds them. */
export function filesOf({ forge }: Bench): Record<string, string> {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return { ...BASE, ...Object.fromEntries([...tree].map(([path, text]) => [path, String(text)])) };
}

/** What is wrong with these files. */
export async function problemsOf(files: Files, options: Partial<ValidateOptions> = {}) {
  return (await validate(directory(files), { sha256, checkQuery: checkPromql, ...options })).problems;
}
