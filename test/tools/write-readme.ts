import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { helpForAll } from '../../src/cli/help.ts';

/**
 * The parts of README.md that are made from other files: the workflows (from the example repository), inputs and outputs (from the
 * action.yml files), the list of commands. `npm run generate` writes them; a test compares.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKFLOWS = ['validate', 'preflight', 'advance', 'rollback', 'watchdog'] as const;
const ACTIONS = [...WORKFLOWS, 'command', 'drill'] as const;

interface ActionFile {
  readonly inputs?: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs?: Readonly<Record<string, { readonly description: string }>>;
}

/** README.md with its made parts made anew. */
export function renderReadme(readme: string): string {
  let text = readme;
  for (const action of WORKFLOWS) {
    const workflow = readFileSync(
      join(ROOT, `examples/fraud-scorer/.github/workflows/belay-${action}.yml`),
      'utf8',
    );
    text = replaceBetween(
      text,
      `workflow:belay-${action}`,
      'workflow',
      `\`\`\`yaml\n${workflow.trim()}\n\`\`\``,
    );
  }
  const manifest = readFileSync(
    join(ROOT, 'examples/fraud-scorer/demo/candidates/healthy/releases/fraud-scorer.yaml'),
    'utf8',
  );
  text = replaceBetween(text, 'manifest', 'manifest', `\`\`\`yaml\n${manifest.trim()}\n\`\`\``);
  text = replaceBetween(text, 'interface', 'interface', ACTIONS.map(describeAction).join('\n\n'));
  return replaceBetween(text, 'help', 'help', `\`\`\`text\n${helpForAll().trim()}\n\`\`\``);
}

function describeAction(name: string): string {
  const action = parse(readFileSync(join(ROOT, `actions/${name}/action.yml`), 'utf8')) as ActionFile;
  const inputs = Object.entries(action.inputs ?? {}).map(([input, spec]) => {
    const fallback = spec.required ? '(required)' : spec.default ? `\`${spec.default}\`` : '';
    return `| \`${input}\` | ${spec.description} | ${fallback} |`;
  });
  const outputs = Object.entries(action.outputs ?? {}).map(
    ([output, spec]) => `| \`${output}\` | ${spec.description} |`,
  );
  return [
    `### \`actions/${name}\``,
    ['| input | | default |', '|---|---|---|', ...inputs].join('\n'),
    ['| output | |', '|---|---|', ...outputs].join('\n'),
  ].join('\n\n');
}

function replaceBetween(text: string, open: string, close: string, body: string): string {
  const start = text.indexOf(`<!-- ${open} -->`);
  const end = text.indexOf(`<!-- /${close} -->`, start);
  if (start < 0 || end < 0)
    throw new TypeError(`README.md: markers <!-- ${open} --> … <!-- /${close} --> not found`);
  return `${text.slice(0, start)}<!-- ${open} -->\n${body}\n${text.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(ROOT, 'README.md');
  writeFileSync(path, renderReadme(readFileSync(path, 'utf8')));
}
