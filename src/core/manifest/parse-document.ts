import * as z from 'zod';
import type { Problem } from '../errors.ts';
import { inspectYaml, type YamlSource } from '../yaml/read-yaml.ts';
import { formatPath, quote, type YamlPath } from '../yaml/yaml-path.ts';
import { describeValue } from './describe-value.ts';
import { didYouMean } from './did-you-mean.ts';
import { shapeProblems } from './shape-problems.ts';

/** What a file is read as. */
export interface DocumentKind<T> {
  readonly kind: 'Release' | 'Config';
  readonly schema: z.ZodType<T>;
  /** See ShapeCheck. */
  readonly secretAdvice: string | undefined;
}

/** A file as far as it could be read. */
export interface ParsedDocument<T> {
  /** Undefined when the text is not sound YAML or not a document of this kind: nothing more can be said. */
  readonly source: YamlSource | undefined;
  /** Undefined when there are problems of shape; there may be others. */
  readonly value: T | undefined;
  /** The value, or else what it is without unknown keys and without optional values of the wrong shape, if that is enough. */
  readonly mended: T | undefined;
  readonly problems: readonly Problem[];
  /** Paths that a problem is about already. */
  readonly blamed: ReadonlySet<string>;
}

const API_VERSION = 'belay.dev/v1';

/** Reads a file strictly and holds it against its schema; problems of spelling and of shape come together. */
export function parseDocument<T>(file: string, text: string, kind: DocumentKind<T>): ParsedDocument<T> {
  const { source, problems, blamed } = inspectYaml(file, text);
  const nothing = { value: undefined, mended: undefined };
  if (!source) return { source, ...nothing, problems, blamed };
  const foreign = foreignProblems(source, kind.kind);
  if (foreign.length > 0)
    return { source: undefined, ...nothing, problems: [...problems, ...foreign], blamed };
  const result = z.safeParse(kind.schema, source.value, { jitless: true });
  if (result.success) return { source, value: result.data, mended: result.data, problems, blamed };
  const { schema, secretAdvice } = kind;
  const shape = shapeProblems({ source, schema, blamed, secretAdvice }, result.error.issues);
  const paths = shape.map((problem) => problem.path);
  return {
    source,
    value: undefined,
    mended: z.safeParse(schema, withoutIssues(source.value, result.error.issues), { jitless: true }).data,
    problems: [...problems, ...shape],
    blamed: new Set([...blamed, ...paths]),
  };
}

/** Values without which a document says something else than it was meant to say. */
const MEANINGFUL: ReadonlySet<string> = new Set(['spec.candidate']);

/** A copy without the keys that issues are about: unknown ones, and values that do not fit. Entries of lists stay where they are. */
function withoutIssues(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const unfit = new Set<string>();
  for (const issue of issues) {
    const path = issue.path as YamlPath;
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) unfit.add(formatPath([...path, key]));
    else if (!MEANINGFUL.has(formatPath(path))) unfit.add(formatPath(path));
  }
  return copyWithout(value, [], unfit);
}

function copyWithout(value: unknown, path: YamlPath, unfit: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item, index) => copyWithout(item, [...path, index], unfit));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !unfit.has(formatPath([...path, key])));
  return Object.fromEntries(kept.map(([key, item]) => [key, copyWithout(item, [...path, key], unfit)]));
}

/** A file that is something else altogether: its other keys would only drown that. */
function foreignProblems(source: YamlSource, kind: 'Release' | 'Config'): readonly Problem[] {
  const { value } = source;
  if (value === null) return [problemAt(source, [], 'FILE_EMPTY', `file is empty, expected a ${kind}`)];
  if (typeof value !== 'object' || Array.isArray(value)) {
    const got = describeValue(source, []);
    return [problemAt(source, [], 'TYPE_MISMATCH', `must be a map with kind ${kind}, got ${got}`)];
  }
  const found = value as Record<string, unknown>;
  const problems: Problem[] = [];
  const newer = typeof found.apiVersion === 'string' ? /^belay\.dev\/v(\d+)/.exec(found.apiVersion) : null;
  if (newer && Number(newer[1]) > 1) {
    const message = `${quote(newer.input)} is newer than this Belay, which reads "${API_VERSION}"; upgrade Belay`;
    problems.push(problemAt(source, ['apiVersion'], 'API_VERSION_UNSUPPORTED', message));
  }
  const other = found.kind;
  if (typeof other === 'string' && other !== kind && didYouMean(other, [kind]) === undefined) {
    const message = `must be "${kind}" in this place, got ${quote(other)}; move the file, or change what it is`;
    problems.push(problemAt(source, ['kind'], 'KIND_MISMATCH', message));
  }
  return problems;
}

function problemAt(source: YamlSource, path: YamlPath, code: string, message: string): Problem {
  return { code, severity: 'error', at: source.positionOf(path), path: formatPath(path), message };
}
