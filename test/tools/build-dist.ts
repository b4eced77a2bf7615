import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

/**
 * Makes dist/ from the sources: tsc to build/, ncc to one entry and chunks, then every chunk made small (ncc's own --minify
 * leaves chunks as they are). It is made in build/ and moved at the end: a build that fails leaves dist/ as it was. The same
 * sources give the same bytes.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const BUILD = join(ROOT, 'build');
const LICENSES = 'licenses.txt';

function run(program: string, args: readonly string[]): void {
  execFileSync(join(ROOT, 'node_modules/.bin', program), [...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/**
 * The same program in fewer bytes, and without arrow functions: V8 compiles webpack's modules, which are arrow functions in
 * parentheses, sooner than they are needed and then again. A tick takes a tenth less CPU time without them.
 */
function shrink(code: string): string {
  const shebang = /^#!.*\n/.exec(code)?.[0] ?? '';
  const { code: small } = transformSync(code.slice(shebang.length), {
    minify: true,
    target: 'node20',
    supported: { arrow: false },
    legalComments: 'none',
    charset: 'utf8',
  });
  return `${shebang}${small}`;
}

/** Node loads a bundle of CommonJS 10 ms sooner than one of modules, and ncc makes it where the package does not say "module". */
const COMMONJS = '{\n  "type": "commonjs"\n}\n';

function build(): void {
  rmSync(BUILD, { recursive: true, force: true });
  run('tsc', ['-p', 'src/tsconfig.json']);
  writeFileSync(join(BUILD, 'package.json'), '{}\n');
  const folder = join(BUILD, 'dist');
  run('ncc', ['build', 'build/cli/main.js', '--out', folder, '--license', LICENSES, '--no-cache', '--quiet']);
  writeFileSync(join(folder, 'package.json'), COMMONJS);
  const made = readdirSync(folder).filter(isOurs);
  for (const name of made.filter((file) => file.endsWith('.js'))) {
    const path = join(folder, name);
    writeFileSync(path, shrink(readFileSync(path, 'utf8')));
  }
  mkdirSync(DIST, { recursive: true });
  for (const old of readdirSync(DIST).filter((name) => isOurs(name) && !made.includes(name)))
    rmSync(join(DIST, old));
  for (const name of made) renameSync(join(folder, name), join(DIST, name));
}

/** What this program makes; the schemas in dist/ are made by another. */
function isOurs(name: string): boolean {
  return name.endsWith('.js') || name === LICENSES || name === 'package.json';
}

build();
