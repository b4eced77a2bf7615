import { createHash } from 'node:crypto';
import { digest } from '../../core/units.ts';
import type { SignedContent, SignedFile } from '../../ports/signatures.ts';

/** Type of an in-toto statement in a DSSE envelope. */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
const STATEMENTS: readonly unknown[] = [
  'https://in-toto.io/Statement/v1',
  'https://in-toto.io/Statement/v0.1',
];
/** OpenSSF Model Signing, specification 1.0, section 5.1. */
const MODEL_SIGNATURE = 'https://model_signing/signature/v1.0';
const METHODS: readonly unknown[] = ['files', 'shards'];

/** What a signed statement is about, or what keeps it from being about anything. @param text the signed payload */
export function readStatement(
  text: string,
): SignedContent | { readonly kind: 'malformed'; readonly detail: string } {
  const statement = parseObject(text);
  if (!statement || !STATEMENTS.includes(statement._type))
    return malformed('the signed payload is no in-toto statement');
  const subjects = readList(statement.subject, (subject) =>
    readHex(asObject(asObject(subject)?.digest)?.sha256),
  );
  if (!subjects || subjects.length === 0)
    return malformed('the statement names no subject with a sha256 digest');
  if (statement.predicateType !== MODEL_SIGNATURE) return { kind: 'digests', digests: subjects };
  return readModel(asObject(statement.predicate), subjects);
}

/** A model signature lists its files in the predicate; its one subject is their root digest. */
function readModel(
  predicate: Fields | undefined,
  subjects: readonly string[],
): ReturnType<typeof readStatement> {
  const serialization = asObject(predicate?.serialization);
  const files = readList(predicate?.resources, readFile);
  if (!files || files.length === 0 || !METHODS.includes(serialization?.method))
    return malformed('the model signature does not list the files of the model');
  if (files.some(({ name }, index) => index > 0 && compareNames(files[index - 1]?.name ?? '', name) >= 0))
    return malformed('the model signature lists a file twice or not in the order of names');
  const root = rootOf(files.map((file) => file.digest));
  if (subjects.length !== 1 || subjects[0] !== root)
    return malformed('the digest of the model is not that of the files in its own list');
  const isWhole = serialization?.method === 'files';
  return { kind: 'model', root: digest(`sha256:${root}`), files, isWhole };
}

/** Section 6.5.1: SHA-256 over the bytes of all digests, in the order of the names. */
function rootOf(digests: readonly string[]): string {
  const hash = createHash('sha256');
  for (const hex of digests) hash.update(Buffer.from(hex, 'hex'));
  return hash.digest('hex');
}

function readFile(value: unknown): SignedFile | undefined {
  const file = asObject(value);
  const hex = readHex(file?.digest);
  if (typeof file?.name !== 'string' || typeof file.algorithm !== 'string' || hex === undefined)
    return undefined;
  return { name: file.name, digest: hex, algorithm: file.algorithm };
}

/** By code points, as the specification has it: UTF-16 orders some names otherwise. */
function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function readHex(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?:[0-9a-f]{2}){32,64}$/.test(value) ? value : undefined;
}

/** All of a list or nothing. */
function readList<Item>(
  value: unknown,
  read: (item: unknown) => Item | undefined,
): readonly Item[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: Item[] = [];
  for (const one of value as readonly unknown[]) {
    const item = read(one);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function malformed(detail: string): { readonly kind: 'malformed'; readonly detail: string } {
  return { kind: 'malformed', detail };
}
