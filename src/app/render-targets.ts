import type { FileEdit } from '../core/change/change.ts';
import type { Problem } from '../core/errors.ts';
import type { Release, TargetSpec } from '../core/manifest/release-schema.ts';
import type { Percent } from '../core/units.ts';
import type { YamlSource } from '../core/yaml/read-yaml.ts';
import { formatPath } from '../core/yaml/yaml-path.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import { renderTarget } from '../targets/render-target.ts';

/** The target files of a release with the split of its manifest in them. */
export interface RenderedTargets {
  readonly edits: readonly FileEdit[];
  /** Why files could not be edited; those files are not in `edits`. */
  readonly problems: readonly Problem[];
}

/** Texts of a release's target files, as far as they are there. */
export async function readTargets(
  read: FileSource['read'],
  release: { readonly spec: Pick<Release['spec'], 'targets'> },
): Promise<ReadonlyMap<string, string>> {
  const paths = new Set(release.spec.targets.map((target) => target.file));
  return textsOf(await read([...paths]), paths);
}

/** Texts of some files among those that were read. */
export function textsOf(
  files: ReadonlyMap<string, RepoFile>,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  return new Map(
    [...files].flatMap(([path, file]) =>
      file.kind === 'text' && paths.has(path) ? [[path, file.text] as const] : [],
    ),
  );
}

/** Writes the split that a manifest asks for into its target files; a file that several targets share is edited once for each. */
export function renderTargets(
  release: { readonly spec: Pick<Release['spec'], 'stable' | 'candidate' | 'targets'> },
  weight: Percent,
  texts: ReadonlyMap<string, string>,
): RenderedTargets {
  const { stable, candidate, targets } = release.spec;
  const current = new Map(texts);
  const problems: Problem[] = [];
  const spoiled = new Set<string>();
  for (const target of targets) {
    const text = current.get(target.file);
    const rendering =
      text === undefined
        ? ({ kind: 'mismatch', problems: [missingFile(target.file)] } as const)
        : renderTarget(target, text, { stable, candidate, weight });
    if (rendering.kind === 'rendered') {
      current.set(target.file, rendering.text);
    } else {
      problems.push(...rendering.problems);
      spoiled.add(target.file);
    }
  }
  const edits = [...texts].flatMap(([path, before]): FileEdit[] =>
    spoiled.has(path) ? [] : [{ path, before, after: current.get(path) ?? before }],
  );
  return { edits, problems };
}

/** That a target file cannot be read; see placeMissing. */
export function missingFile(file: string): Problem {
  const message = `target file "${file}" is not there or not a regular text file; add it, or correct its path`;
  return { code: 'TARGET_MISSING', severity: 'error', at: { file, line: 1, column: 1 }, path: '', message };
}

/** Files that are not there are named where the manifest names them: nobody can open a line of them. */
export function placeMissing(
  problems: readonly Problem[],
  { targets, source }: { readonly targets: readonly (TargetSpec | undefined)[]; readonly source: YamlSource },
): readonly Problem[] {
  return problems.map((problem) => {
    if (problem.code !== 'TARGET_MISSING') return problem;
    const index = targets.findIndex((target) => target?.file === problem.at.file);
    const path = ['spec', 'targets', index, 'file'];
    return { ...problem, at: source.positionOf(path), path: formatPath(path) };
  });
}

/** Where a target file first differs from the split that the manifest asks for; nothing when it does not. */
export function findDifference({ path: file, before, after }: FileEdit): readonly Problem[] {
  if (before === undefined || before === after) return [];
  const was = before.split('\n');
  const wanted = after.split('\n');
  const index = Math.max(
    0,
    was.findIndex((line, at) => line !== wanted[at]),
  );
  const isInserted = wanted.length > was.length && was[index] === wanted[index + 1];
  // a line that is missing is missed where it would be written, behind the line above
  const line = isInserted ? Math.max(0, index - 1) : index;
  const got = isInserted ? 'none' : `"${(was[line] ?? '').trim()}"`;
  const lines = was.length === wanted.length ? was.filter((text, at) => text !== wanted[at]).length : 0;
  const more = lines > 1 ? ` (and ${lines - 1} more lines)` : '';
  const problem: Problem = {
    code: 'TARGET_DIFFERS',
    severity: 'error',
    at: { file, line: line + 1, column: (was[line] ?? '').search(/\S|$/) + 1 },
    path: '',
    message: `the split is not what the manifest asks for: expected "${(wanted[index] ?? '').trim()}", got ${got}${more}; write what is expected, "belay plan" prints the whole edit${adviseWeight(wanted[index], isInserted ? '' : was[index])}`,
  };
  return [problem];
}

/** What no weight means where one is expected; other systems than Gateway API know none of that name. */
function adviseWeight(wanted = '', was = ''): string {
  const found = /["']?\bweight["']?: \d+/.exec(wanted)?.[0];
  if (found === undefined || /\bweight["']?:/.test(was)) return '';
  return `. A backendRef without weight counts as weight 1 in Gateway API; write ${found.replace(/["']/g, '')}`;
}
