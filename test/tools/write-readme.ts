import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STORIES } from '../../examples/fraud-scorer/demo/stories.mjs';
import { helpForAll } from '../../src/cli/help.ts';
import { describeAction } from './pages/describe-actions.ts';
import { describeCodes } from './pages/describe-codes.ts';
import { describeCommands } from './pages/describe-commands.ts';
import { describeRecordings } from './pages/describe-recordings.ts';
import { describeSchema } from './pages/describe-schema.ts';

/**
 * The parts of the documentation that are made from other files: workflows (from the example repository), inputs and outputs (from the action.yml
 * files), commands, keys (from the JSON Schemas), codes (from the source). `npm run generate` writes them; a test compares.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ACTIONS = ['validate', 'preflight', 'advance', 'rollback', 'watchdog', 'command', 'drill'] as const;
const MANIFEST = 'examples/fraud-scorer/demo/candidates/healthy/releases/fraud-scorer.yaml';

/** What stands between `<!-- mark -->` and `<!-- /mark -->`, by page; the text after a colon belongs to the opening mark alone. */
const PARTS: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  'docs/workflows.md': () =>
    Object.fromEntries(
      ACTIONS.map((name) => [
        `workflow:belay-${name}`,
        block('yaml', read(`examples/fraud-scorer/.github/workflows/belay-${name}.yml`)),
      ]),
    ),
  'docs/manifest.md': () => ({
    manifest: block('yaml', read(MANIFEST)),
    recordings: describeRecordings(STORIES),
  }),
  'docs/reference/actions.md': () => ({
    interface: ACTIONS.map((name) => describeAction(ROOT, name)).join('\n\n'),
  }),
  'docs/reference/cli.md': () => ({ help: block('text', helpForAll()), commands: describeCommands() }),
  'docs/reference/manifest.md': () => ({ keys: keysOf('release') }),
  'docs/reference/config.md': () => ({ keys: keysOf('config') }),
  'docs/reference/record.md': () => ({ keys: keysOf('record') }),
  'docs/reference/codes.md': () => describeCodes(join(ROOT, 'src')),
};

/** The pages with made parts. */
export const MADE_PAGES = Object.keys(PARTS);

/** A page with its made parts made anew. */
export function renderPage(path: string, text: string): string {
  const parts = Object.entries(PARTS[path]?.() ?? {});
  return parts.reduce((page, [mark, body]) => replaceBetween(path, page, { mark, body }), text);
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``;
}

function keysOf(document: string): string {
  return describeSchema(JSON.parse(read(`dist/schemas/${document}.schema.json`)));
}

function replaceBetween(
  path: string,
  text: string,
  { mark, body }: { readonly mark: string; readonly body: string },
): string {
  const close = mark.replace(/:.*/, '');
  const start = text.indexOf(`<!-- ${mark} -->`);
  const end = text.indexOf(`<!-- /${close} -->`, start);
  if (start < 0 || end < 0)
    throw new TypeError(`${path}: markers <!-- ${mark} --> … <!-- /${close} --> not found`);
  return `${text.slice(0, start)}<!-- ${mark} -->\n${body}\n${text.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const path of MADE_PAGES) writeFileSync(join(ROOT, path), renderPage(path, read(path)));
