import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { table } from './table.ts';

interface ActionFile {
  readonly description: string;
  readonly inputs?: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs?: Readonly<Record<string, { readonly description: string }>>;
}

/** Inputs and outputs of an action, from its action.yml. */
export function describeAction(root: string, name: string): string {
  const action = parse(readFileSync(join(root, `actions/${name}/action.yml`), 'utf8')) as ActionFile;
  const inputs = Object.entries(action.inputs ?? {}).map(([input, { description, required, ...spec }]) => [
    `\`${input}\``,
    description,
    required ? '(required)' : spec.default ? `\`${spec.default}\`` : '',
  ]);
  const outputs = Object.entries(action.outputs ?? {}).map(([output, { description }]) => [
    `\`${output}\``,
    description,
  ]);
  return [
    `## \`actions/${name}\``,
    action.description,
    table(['input', '', 'default'], inputs),
    table(['output', ''], outputs),
  ].join('\n\n');
}
