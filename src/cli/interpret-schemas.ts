import { config } from 'zod';

/**
 * Zod compiles a schema to code before its first use, which pays off after hundreds of documents; a run reads a handful.
 * Imported for this effect by every command that reads documents, before the schemas are.
 */
config({ jitless: true });
