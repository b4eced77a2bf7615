import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every page that users and contributors read, by its path from the root. */
export const PAGES: readonly string[] = [
  'README.md',
  ...['.github', 'docs', 'examples', 'actions'].flatMap(pagesBelow),
  ...['src/README.md', 'test/lab/README.md'],
];

/** A page as it is. */
export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A page without its blocks of code. */
export function proseOf(page: string): string {
  return readPage(page).replace(/^(?:> )?```[\s\S]*?^(?:> )?```$/gm, '');
}

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : pagesBelow(path);
      return path.endsWith('.md') ? [path] : [];
    })
    .sort();
}
