import type { Position, Problem } from '../errors.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { locate, quote } from '../yaml/yaml-path.ts';
import { valueAt } from './describe-value.ts';
import { didYouMean, suggest } from './did-you-mean.ts';
import { applyEdits, type QueryCheck, type QueryFinding } from './query-check.ts';
import { type Rule, type RuleFinding, type RuleInput, toProblem } from './rule.ts';
import { applyWaivers } from './waiver-rules.ts';

const PLACEHOLDERS = ['version', 'backend', 'release', 'window'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
const KNOWN = new RegExp(`\\{\\{(?:${PLACEHOLDERS.join('|')})\\}\\}`, 'g');
/** What a key asks must say which version, and which stretch of time; most of them count events in it. */
const QUERIES = {
  bad: { windowed: true, counts: true },
  total: { windowed: true, counts: true },
  bins: { windowed: true, counts: true },
  value: { windowed: false, counts: false },
  buckets: { windowed: true, counts: true },
  exposure: { windowed: true, counts: false },
  query: { windowed: false, counts: false },
  samples: { windowed: true, counts: true },
  correct: { windowed: true, counts: true },
  labelled: { windowed: true, counts: true },
  differing: { windowed: true, counts: true },
  compared: { windowed: true, counts: true },
  violations: { windowed: true, counts: true },
  events: { windowed: true, counts: true },
  users: { windowed: true, counts: true },
  positives: { windowed: true, counts: true },
  claims: { windowed: true, counts: true },
  'replicas.bad': { windowed: true, counts: true },
  'replicas.total': { windowed: true, counts: true },
} as const;
const QUERY_KEYS = Object.entries(QUERIES).map(([key, about]) => ({ keys: key.split('.'), ...about }));
const BUCKET_BOUND = 'le';
const CHECKS: YamlPath = ['spec', 'health', 'checks'];

/** Told of one query; who mends those sees the next. */
const MOST_PLACEHOLDERS = 20;

interface Query {
  readonly path: YamlPath;
  readonly text: string;
  readonly windowed: boolean;
  readonly counts: boolean;
  /** One series per value of this label is asked for; undefined: one in all. */
  readonly by: string | undefined;
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
  return (query, asked) => {
    const name = JSON.stringify([query, asked]);
    const found = known.get(name) ?? check(query, asked);
    known.set(name, found);
    return found;
  };
}

/** The longest query that is written out once more, mended. */
const LONGEST_MENDED = 400;

/**
 * Queries that no server could read, or whose answer is not what the check needs, each at its place. All kinds of providers speak
 * PromQL; the config says no other.
 */
export function checkQueries(
  input: Pick<RuleInput, 'source' | 'draft'>,
  check: QueryCheck,
): readonly Problem[] {
  const findings = [...queries(input)].flatMap((query) => findInQuery(input.source, query, check));
  return [...applyWaivers(findings, input.draft.waivers, ['FUNCTION_UNKNOWN'])].map((finding) =>
    toProblem(input.source, finding),
  );
}

function findInQuery(
  source: YamlSource,
  { path, text, by, counts }: Query,
  check: QueryCheck,
): readonly RuleFinding[] {
  const filled = text.replace(
    /\{\{(version|backend|release|window)\}\}/g,
    (_, name: Placeholder) => STAND_INS[name],
  );
  const found = check(filled, { key: path.slice(CHECKS.length + 1).join('.'), by, counts });
  // stand-ins are as long as what they stand for
  const mended = applyEdits(
    text,
    found.flatMap(({ edits }) => edits),
  )
    .replace(/\s+/g, ' ')
    .trim();
  return found.map(({ code, severity, at, message, edits }) => {
    const told = code === 'QUERY_MALFORMED' ? `the query cannot be read: ${message}` : message;
    const hint =
      edits.length > 0 && mended.length <= LONGEST_MENDED ? `; write ${mended}` : (HINTS[code] ?? '');
    return {
      code,
      ...(severity && { severity }),
      path,
      at: placeAt(source, path, { text, index: Math.min(at, text.trimEnd().length) }),
      message: `${told}${hint}`,
    };
  });
}

/** What to do where the query cannot be mended. */
const HINTS: Partial<Record<QueryFinding['code'], string>> = {
  FUNCTION_UNKNOWN:
    ', nor a server that answers like it; write one that it has, or if yours is newer, let an owner waive FUNCTION_UNKNOWN (spec.waivers)',
};

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
    QUERY_KEYS.flatMap(({ keys, windowed, counts }): readonly Query[] => {
      const text = valueAt(check, keys);
      if (typeof text !== 'string') return [];
      return [{ path: [...CHECKS, index, ...keys], text, windowed, counts, by: labelOf(check, keys) }];
    }),
  );
  FOUND.set(checks, found);
  return found;
}

/** The label by which the answer of a query is told apart, as the kinds of checks have it. */
function labelOf(check: unknown, [key = '', part]: readonly string[]): string | undefined {
  if (key === 'buckets') return BUCKET_BOUND;
  const written = valueAt(check, part === undefined ? ['by'] : [key, 'by']);
  if (typeof written === 'string') return written;
  return key === 'bins' ? BUCKET_BOUND : undefined;
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
