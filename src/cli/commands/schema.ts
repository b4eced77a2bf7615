import { ToolError } from '../../core/errors.ts';
import type { Command } from '../command.ts';

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a manifest, the config or a record, for editors',
  positionals: '<release|config|record>',
  maxPositionals: 1,
  flags: {},
  async run({ positionals }) {
    const { configJsonSchema, recordJsonSchema, releaseJsonSchema } = await import('../json-schemas.ts');
    const kinds = { release: releaseJsonSchema, config: configJsonSchema, record: recordJsonSchema };
    const kind = positionals[0] ?? 'release';
    const make = Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : undefined;
    if (!make)
      throw new ToolError({
        code: 'REFUSED',
        message: `schema: expected release, config or record, got "${kind}"`,
      });
    const json = make();
    return {
      exitCode: 0,
      text: `${JSON.stringify(json, null, 2)}\n`,
      json,
      summary: '',
      problems: [],
      outputs: {},
    };
  },
};
