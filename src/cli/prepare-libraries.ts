import process from 'node:process';
import { config } from 'zod';

/**
 * How the libraries behave that read documents. Imported for this effect by every command that reads any, before the schemas are.
 */

/** Zod compiles a schema to code before its first use, which pays off after hundreds of documents; a run reads a handful. */
config({ jitless: true });

/**
 * The YAML parser prints what it reads where these are set, into the answer. It asks for them at every lexeme, which takes a
 * quarter of its time as long as each question goes to the system: a copy of the environment answers it in no time.
 * On Windows names are found in any case, and only by the system.
 */
delete process.env.LOG_TOKENS;
delete process.env.LOG_STREAM;
if (process.platform !== 'win32') process.env = { ...process.env };
