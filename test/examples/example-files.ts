import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of an example, by its path below `examples/`, with forward slashes. */
export interface ExampleFile {
  readonly path: string;
  readonly text: string;
}

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

/** The file at a path below `examples/`. */
export function readExample(path: string): string {
  return readFileSync(join(EXAMPLES, path), 'utf8');
}

/** All files below `examples/` whose path matches, sorted. */
export function findExamples(pattern: RegExp): readonly ExampleFile[] {
  return list('')
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readExample(path) }));
}

function list(folder: string): readonly string[] {
  const entries = readdirSync(join(EXAMPLES, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? list(path) : [path];
    })
    .sort();
}
