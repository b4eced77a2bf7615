import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/cli/version.ts';
import { GENERATED, renderInitWorkflows } from '../tools/write-init-workflows.ts';
import { renderReadme } from '../tools/write-readme.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('what is made from other files is current (npm run generate)', () => {
  it('README.md shows the workflows, inputs, outputs and commands as they are', () => {
    const readme = read('README.md');
    expect(renderReadme(readme)).toBe(readme);
  });

  it('belay init writes the workflows of the example', () => {
    expect(readFileSync(GENERATED, 'utf8')).toBe(renderInitWorkflows());
  });

  it('the program knows its version', () => {
    expect(JSON.parse(read('package.json')).version).toBe(VERSION);
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

  it('links only to files that are there', () => {
    for (const page of ['README.md', 'src/README.md', '.github/CONTRIBUTING.md', '.github/SECURITY.md']) {
      const folder = join(ROOT, page, '..');
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
      for (const link of links)
        expect(() => readFileSync(join(folder, link), { flag: 'r' }), `${page}: ${link}`).not.toThrow(
          /ENOENT/,
        );
    }
  });
});

describe('package-lock.json', () => {
  it('carries no download address', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/registry/);
  });
});
