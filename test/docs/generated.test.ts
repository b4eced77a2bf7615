import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/cli/version.ts';
import { GENERATED, renderInitWorkflows } from '../tools/write-init-workflows.ts';
import { MADE_PAGES, renderPage } from '../tools/write-readme.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('what is made from other files is current (npm run generate)', () => {
  it.each(MADE_PAGES)('%s', (path) => {
    const page = read(path);
    expect(renderPage(path, page)).toBe(page);
  });

  it('belay init writes the workflows of the example', () => {
    expect(readFileSync(GENERATED, 'utf8')).toBe(renderInitWorkflows());
  });

  it('the program knows its version', () => {
    expect(JSON.parse(read('package.json')).version).toBe(VERSION);
  });
});

describe('docs/reference/record.md', () => {
  it('says of each moment of a recovery what it means', () => {
    const rows = [
      ...read('docs/reference/record.md').matchAll(/^\| `recovery(?:\.\w+)?` \|[^|]*\|(.*)\|$/gm),
    ];
    expect(rows).toHaveLength(6);
    for (const [, about = ''] of rows) expect(about.trim()).toMatch(/^[A-Z].*\.$/);
  });
});

describe('README.md', () => {
  it('names only commands that package.json has', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [
      ...`${read('README.md')}${read('.github/CONTRIBUTING.md')}`.matchAll(/npm (?:run )?([a-z:]+)/g),
    ].map((match) => match[1]!);
    const own = named.filter((name) => name !== 'ci' && name !== 'run');
    expect(own.filter((name) => !scripts.includes(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(4);
  });
});

describe('package-lock.json', () => {
  it('carries no download address', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/registry/);
  });
});
