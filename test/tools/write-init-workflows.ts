import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workflows that `belay init` writes are those of the example repository; a test compares. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const GENERATED = join(ROOT, 'src/cli/init-workflows.generated.ts');

/** Source of the generated file. */
export function renderInitWorkflows(): string {
  const entries = ['validate', 'preflight', 'advance', 'rollback', 'command', 'watchdog'].map((name) => {
    const path = `.github/workflows/belay-${name}.yml`;
    return `  ${JSON.stringify(path)}:\n    ${JSON.stringify(readFileSync(join(ROOT, 'examples/fraud-scorer', path), 'utf8'))},`;
  });
  return [
    '/** Made by `npm run generate` from examples/fraud-scorer: path in the repository → text, for a release named fraud-scorer. */',
    `export const WORKFLOWS: Readonly<Record<string, string>> = {`,
    ...entries,
    '};',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(GENERATED, renderInitWorkflows());
