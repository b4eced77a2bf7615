import { type Document, isCollection, isMap, isScalar, type Node, parseAllDocuments } from 'yaml';
import type { Problem } from '../core/errors.ts';
import { LineIndex } from '../core/yaml/line-index.ts';
import { syntaxMessage } from '../core/yaml/syntax-message.ts';
import { formatPath, quote, type YamlPath } from '../core/yaml/yaml-path.ts';
import type { Rendering } from './target.ts';

/** The file cannot be edited as asked. */
export type Mismatch = Extract<Rendering, { kind: 'mismatch' }>;

/** Something that was looked for, or why it cannot be used. */
export type Found<T> = { readonly kind: 'found'; readonly value: T } | Mismatch;

/** A target file, parsed; every document of it is sound YAML. */
export interface TargetSource {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineIndex;
}

/** What a target names: the resource in the file. */
export interface ResourceName {
  readonly kind: string;
  /** API group; any version of it. */
  readonly group: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Larger than any manifest of a serving system; keeps parsing within a second. */
const TEXT_LIMIT = 1_000_000;

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
  prettyErrors: false,
  // Compares every key with every other; what is looked up is looked up once, see Spot.
  uniqueKeys: false,
} as const;

/** What was parsed last: one file is asked for its split, for what is to change in it, and for its routing, one after the other. */
let newest:
  | { readonly file: string; readonly text: string; readonly source: Found<TargetSource> }
  | undefined;

/** Parses a target file: one or more YAML documents (JSON is YAML). A byte order mark is kept. Nobody changes what is given. */
export function readTargetSource(file: string, text: string): Found<TargetSource> {
  if (newest?.file !== file || newest.text !== text)
    newest = { file, text, source: parseTargetSource(file, text) };
  return newest.source;
}

function parseTargetSource(file: string, text: string): Found<TargetSource> {
  const lines = new LineIndex(file, text);
  const refuse = (code: string, offset: number, message: string): Mismatch =>
    mismatch({ code, severity: 'error', at: lines.positionAt(offset), path: '', message });
  if (text.length > TEXT_LIMIT)
    return refuse('TARGET_TOO_LARGE', 0, `file has ${text.length} characters, limit ${TEXT_LIMIT}; split it`);
  const parsed = parseAllDocuments(text, OPTIONS);
  const documents = 'empty' in parsed ? [] : parsed;
  for (const document of documents) {
    const [error] = document.errors;
    if (error) return refuse('YAML_INVALID', error.pos[0], syntaxMessage(error, text.charAt(error.pos[0])));
    // Under YAML 1.1 the same text means something else (010 is 8); the serving system reads 1.2.
    if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2')
      return refuse(
        'SEC-06',
        text.lastIndexOf('%YAML', document.range[0]),
        'YAML directives are not allowed; delete the %YAML line',
      );
  }
  return found({ file, text, documents, lines });
}

/** The one resource that a target names; none and several are problems. */
export function findResource(source: TargetSource, wanted: ResourceName): Found<number> {
  const { kind, name, namespace } = wanted;
  const hits = source.documents.flatMap((document, index) => (isNamed(document, wanted) ? [index] : []));
  const [first, second] = hits;
  const words = `${kind} ${quote(name)}${namespace === undefined ? '' : ` in namespace ${quote(namespace)}`}`;
  if (first === undefined) {
    const others = source.documents.flatMap((document) => describe(document, kind)).join(', ');
    const got = others === '' ? `no ${kind}` : others;
    return mismatch(
      problemAt(source, [0], 0, {
        code: 'RESOURCE_MISSING',
        message: `no ${words} in this file, got ${got}; correct the file or the name in spec.targets`,
      }),
    );
  }
  if (second === undefined) return found(first);
  const advice = namespace === undefined ? 'add namespace in spec.targets' : 'delete one of them';
  return mismatch(
    problemAt(source, [second], source.documents[second]?.contents?.range?.[0] ?? 0, {
      code: 'RESOURCE_NOT_UNIQUE',
      message: `${words} stands ${hits.length} times in this file, expected once; ${advice}`,
    }),
  );
}

function isNamed(document: Document.Parsed, { kind, group, name, namespace }: ResourceName): boolean {
  const version = textAt(document, ['apiVersion']);
  return (
    textAt(document, ['kind']) === kind &&
    version?.startsWith(`${group}/`) === true &&
    textAt(document, ['metadata', 'name']) === name &&
    (namespace === undefined || textAt(document, ['metadata', 'namespace']) === namespace)
  );
}

function describe(document: Document.Parsed, kind: string): readonly string[] {
  if (textAt(document, ['kind']) !== kind) return [];
  const place = textAt(document, ['metadata', 'namespace']);
  const name = quote(textAt(document, ['metadata', 'name']) ?? '');
  return [`${kind} ${name}${place === undefined ? '' : ` in ${quote(place)}`}`];
}

/** The text at a path of keys; undefined where there is none, or something else. */
export function textAt(document: Document.Parsed, path: readonly string[]): string | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    if (!isMap(node)) return undefined;
    node = node.items.find((item) => isScalar(item.key) && item.key.value === key)?.value;
  }
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

/** A problem in a target file. The first step of the path is the index of the document and not written. */
export function problemAt(
  source: TargetSource,
  path: YamlPath,
  offset: number,
  { code, message }: { readonly code: string; readonly message: string },
): Problem {
  const at = source.lines.positionAt(offset);
  return { code, severity: 'error', at, path: formatPath(path.slice(1)), message };
}

/** The file cannot be edited as asked, for these reasons. */
export function mismatch(...problems: readonly Problem[]): Mismatch {
  return { kind: 'mismatch', problems };
}

/** Something that was looked for is there. */
export function found<T>(value: T): Found<T> {
  return { kind: 'found', value };
}

/** Nothing is written where the value would be (`key:`). */
export function isBlank(node: Node): boolean {
  return !isCollection(node) && isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];
}
