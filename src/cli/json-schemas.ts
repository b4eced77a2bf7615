import * as z from 'zod';
import { EvidenceSchema } from '../core/judge/document/evidence-schema.ts';
import { RecordSchema } from '../core/record/record-schema.ts';

export { configJsonSchema, releaseJsonSchema } from '../core/manifest/json-schema.ts';

/** JSON Schema (draft 7) of a record, as it is written. */
export function recordJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(RecordSchema, { target: 'draft-7', io: 'input' });
}

/** JSON Schema (draft 7) of the evidence that `belay judge` reads. */
export function evidenceJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(EvidenceSchema, { target: 'draft-7', io: 'input' });
}
