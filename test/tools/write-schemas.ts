import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  configJsonSchema,
  evidenceJsonSchema,
  recordJsonSchema,
  releaseJsonSchema,
} from '../../src/cli/json-schemas.ts';

/** The checked-in schema files, by name in dist/schemas, and what they must hold. */
export const SCHEMA_FILES: Readonly<Record<string, () => unknown>> = {
  'release.schema.json': releaseJsonSchema,
  'config.schema.json': configJsonSchema,
  'record.schema.json': recordJsonSchema,
  'evidence.schema.json': evidenceJsonSchema,
};

/** Where they are. */
export const SCHEMA_FOLDER = fileURLToPath(new URL('../../dist/schemas/', import.meta.url));

/** The bytes of a schema file. */
export function schemaText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(SCHEMA_FOLDER, { recursive: true });
  for (const [name, schema] of Object.entries(SCHEMA_FILES)) {
    writeFileSync(`${SCHEMA_FOLDER}${name}`, schemaText(schema()));
    console.log(`wrote dist/schemas/${name}`);
  }
}
