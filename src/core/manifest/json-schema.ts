import * as z from 'zod';
import { configSchema } from './config-schema.ts';
import { releaseSchema } from './release-schema.ts';

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Node = z.core.JSONSchema.BaseSchema;

/** JSON Schema of a release manifest as people write it, for editors. Draft 7, which yaml-language-server knows best. */
export function releaseJsonSchema(): JsonSchema {
  return toDraft7(releaseSchema());
}

/** JSON Schema of `.belay/config.yaml`, likewise. */
export function configJsonSchema(): JsonSchema {
  return toDraft7(configSchema());
}

function toDraft7(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => addConditions(jsonSchema),
  });
}

/** What the declaration says in code, as far as JSON Schema can say it: told by the keys that stand together. */
function addConditions(node: Node): void {
  const keys = Object.keys(node.properties ?? {});
  const has = (...wanted: readonly string[]) => wanted.every((key) => keys.includes(key));
  if (has('relative', 'absolute')) node.minProperties = 1;
  if (has('samples', 'minSamples')) {
    node.anyOf = [{ required: ['max'] }, { required: ['min'] }];
    node.dependencies = { samples: ['minSamples'], minSamples: ['samples'] };
  }
  if (has('buckets')) {
    node.anyOf = [{ required: ['quantile'] }, { required: ['bound'] }];
    node.dependencies = { limit: ['bound'] };
  }
  if (has('alerts', 'period')) node.dependencies = { alerts: ['objective'], period: ['alerts'] };
  // A record of named things; empty ones are refused.
  if (node.type === 'object' && node.propertyNames !== undefined) node.minProperties = 1;
}
