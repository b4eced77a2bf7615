import { ToolError } from '../../core/errors.ts';
import type { CommandInput, CommandResult } from '../command.ts';
import {
  configJsonSchema,
  evidenceJsonSchema,
  recordJsonSchema,
  releaseJsonSchema,
} from '../json-schemas.ts';

/** Prints a JSON Schema. */
export async function runSchema({ positionals }: CommandInput): Promise<CommandResult> {
  const kinds = {
    release: releaseJsonSchema,
    config: configJsonSchema,
    record: recordJsonSchema,
    evidence: evidenceJsonSchema,
  };
  const kind = positionals[0] ?? 'release';
  const make = Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : undefined;
  if (!make)
    throw new ToolError({
      code: 'REFUSED',
      message: `schema: expected release, config, record or evidence, got "${kind}"`,
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
}
