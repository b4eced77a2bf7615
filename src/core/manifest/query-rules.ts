import type { Position, Problem } from '../errors.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { locate, quote } from '../yaml/yaml-path.ts';
import { valueAt } from './describe-value.ts';
import { didYouMean, suggest } from './did-you-mean.ts';
import { type Rule, type RuleInput, toProblem } from './rule.ts';

const PLACEHOLDERS = ['version', 'backend', 'release', 'window'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
const KNOWN = new RegExp(`\\{\\{(?:${PLACEHOLDERS.join('|')})\\}\\}`, 'g');
/** What a key asks must say which version, and which stretch of time. */
const QUERIES = {
  bad: { windowed: true },
  total: { windowed: true },
  bins: { windowed: true },
  value: { windowed: false },
  buckets: { windowed: true },
  exposure: { windowed: true },
  query: { windowed: false },
  samples: { windowed: true },
  correct: { windowed: true },
  labelled: { windowed: true },
  differing: { windowed: true },
  compared: { windowed: true },
  violations: { windowed: true },
  events: { windowed: true },
  users: { windowed: true },
  positives: { windowed: true },
  claims: { windowed: true },
  'replicas.bad': { windowed: true },
  'replicas.total': { windowed: true },
} as const;
const QUERY_KEYS = Object.entries(QUERIES).map(([key, about]) => ({ keys: key.split('.'), ...about }));
const CHECKS: YamlPath = ['spec', 'health', 'checks'];

/** Told of one query; who mends those sees the next. */
const MOST_PLACEHOLDERS = 20;

interface Query {
  readonly path: YamlPath;
  readonly text: string;
  readonly windowed: boolean;
}

/** Only what Belay fills in stands in double braces; anything else would reach the provider as it is. */
export const placeholdersAreKnown: Rule = function* (input) {
  for (const query of queries(input)) {
    if (!query.text.replace(KNOWN, '').includes('{{')) continue;
    const told = new Set<string>();
    for (const { written, isKnown, meant } of placeholders(query.text)) {
      if (isKnown || told.has(written)) continue;
      if (told.size === MOST_PLACEHOLDERS) break;
      told.add(written);
      const hint =
        meant === undefined
          ? `, expected ${PLACEHOLDERS.map((known) => `{{${known}}}`).join(', ')}`
          : suggest(`{{${meant}}}`);
      yield {
        code: 'PLACEHOLDER_UNKNOWN',
        path: query.path,
        at: placeWithin(input.source, query.path, written),
        message: `${quote(written)} is not filled in${hint}`,
      };
    }
  }
};

/** Each arm has its own answer; else stable and candidate would be the same series, and equally healthy. */
export const queriesTellVersions: Rule = function* (input) {
  for (const { path, text } of queries(input))
    if (!asksFor(text, 'version') && !asksFor(text, 'backend'))
      yield {
        code: 'QUERY_NOT_PER_VERSION',
        path,
        message:
          'the query holds neither {{version}} nor {{backend}}, so that stable and candidate get the same answer; select one, e.g. version="{{version}}"',
      };
};

/** Counts are of one tick each; a fixed range would count events twice or not at all. */
export const queriesCountWindows: Rule = function* (input) {
  for (const { path, text, windowed } of queries(input))
    if (windowed && !asksFor(text, 'window'))
      yield {
        code: 'QUERY_WITHOUT_WINDOW',
        path,
        message:
          'the query holds no {{window}}, so that it does not count one tick; write its range as [{{window}}]',
      };
};

/**
 * What is wrong with a query; `at` is an index into it. Undefined: nothing, or nothing that is certain. `malformed`: no server can
 * read it; `stranger`: it asks for a function that its language does not have.
 */
export type QueryCheck = (
  query: string,
) => { readonly kind: 'malformed' | 'stranger'; readonly at: number; readonly message: string } | undefined;

/** Stands for a placeholder while a query is read: as long as that, so that places stay, and a name, a text or a duration. */
const STAND_INS: Readonly<Record<Placeholder, string>> = {
  version: 'x'.repeat('{{version}}'.length),
  backend: 'x'.repeat('{{backend}}'.length),
  release: 'x'.repeat('{{release}}'.length),
  window: '5m'.padStart('{{window}}'.length, '0'),
};

/** Answers as another check does, and reads a query that it has read before no second time: many releases ask alike. */
export function remembering(check: QueryCheck): QueryCheck {
  const known = new Map<string, ReturnType<QueryCheck>>();
  return (query) => {
    if (!known.has(query)) known.set(query, check(query));
    return known.get(query);
  };
}

/** Queries that no server could read, each at its place. All kinds of providers speak PromQL; the config says no other. */
export function checkQuerySyntax(input: Pick<RuleInput, 'source'>, check: QueryCheck): readonly Problem[] {
  const { source } = input;
  return queries(input).flatMap(({ path, text }): Problem[] => {
    const filled = text.replace(
      /\{\{(version|backend|release|window)\}\}/g,
      (_, name: Placeholder) => STAND_INS[name],
    );
    const wrong = check(filled);
    if (!wrong) return [];
    const at = placeAt(source, path, { text, index: Math.min(wrong.at, text.trimEnd().length) });
    if (wrong.kind === 'stranger')
      return [
        toProblem(source, {
          code: 'FUNCTION_UNKNOWN',
          severity: 'warning',
          path,
          at,
          message: wrong.message,
        }),
      ];
    const message = `the query cannot be read: ${wrong.message}`;
    return [toProblem(source, { code: 'QUERY_MALFORMED', path, at, message })];
  });
}

/** Whether a query holds a placeholder, or something that was meant to be it and is a problem of its own. */
function asksFor(text: string, name: Placeholder): boolean {
  return text.includes(`{{${name}}}`) || placeholders(text).some(({ meant }) => meant === name);
}

function placeholders(
  text: string,
): readonly { written: string; isKnown: boolean; meant: string | undefined }[] {
  return Array.from(text.matchAll(/\{\{([^{}]{0,100})(\}\})?/g), ([written, name = '', end]) => {
    const isKnown = end !== undefined && PLACEHOLDERS.some((known) => known === name);
    return { written, isKnown, meant: isKnown ? name : didYouMean(name.trim(), PLACEHOLDERS) };
  });
}

/** By the list of checks that they are in: several rules ask for them. */
const FOUND = new WeakMap<object, readonly Query[]>();

function queries({ source }: Pick<RuleInput, 'source'>): readonly Query[] {
  const checks = valueAt(source.value, CHECKS);
  if (!Array.isArray(checks)) return [];
  const known = FOUND.get(checks);
  if (known) return known;
  const found = checks.flatMap((check: unknown, index) =>
    QUERY_KEYS.flatMap(({ keys, windowed }): readonly Query[] => {
      const text = valueAt(check, keys);
      return typeof text === 'string' ? [{ path: [...CHECKS, index, ...keys], text, windowed }] : [];
    }),
  );
  FOUND.set(checks, found);
  return found;
}

/** Where a piece of a scalar's text stands, or else the scalar, when folding or an escape hides the piece. */
function placeWithin(source: YamlSource, path: YamlPath, piece: string): Position {
  const [start = 0, end = 0] = locate(source.document, path).value?.range ?? [];
  const offset = source.text.slice(start, end).indexOf(piece);
  return source.positionAt(start + Math.max(0, offset));
}

/** Where a character of a scalar's text stands: exact for a text on one line and for a literal block, else the scalar. */
function placeAt(
  source: YamlSource,
  path: YamlPath,
  { text, index }: { readonly text: string; readonly index: number },
): Position {
  const [start = 0, end = 0] = locate(source.document, path).value?.range ?? [];
  const written = source.text.slice(start, end);
  const offset = written.indexOf(text);
  if (offset >= 0) return source.positionAt(start + offset + index);
  const before = text.slice(0, index).split('\n');
  const line = text.split('\n')[before.length - 1] ?? '';
  // the line after the mark of the block is its first
  const above = written.split('\n').slice(0, before.length).join('\n').length + 1;
  const row = written.slice(above).split('\n', 1)[0] ?? '';
  if (line === '' || !row.endsWith(line)) return source.positionOf(path);
  return source.positionAt(start + above + row.length - line.length + (before.at(-1) ?? '').length);
}
