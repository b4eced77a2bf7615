import { isScalar } from 'yaml';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { locate, quote } from '../yaml/yaml-path.ts';

/** The plain value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: YamlPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A copy of plain data with another value at a path; maps and lists on the way become maps. */
export function withValue(data: unknown, [step, ...rest]: YamlPath, value: unknown): unknown {
  if (step === undefined) return value;
  const map = asMap(data);
  return { ...map, [step]: withValue(map[step], rest, value) };
}

/** The entries of a map or list; none for anything else. */
export function asMap(value: unknown): Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>) : {};
}

/** A number, true or null as it is written, such as `1.10` for what is read as 1.1; undefined for other values. */
export function writtenAt(source: YamlSource, path: YamlPath): string | undefined {
  const { value, depth } = locate(source.document, path);
  const isPlain = depth === path.length && isScalar(value) && value.type === 'PLAIN';
  return isPlain ? (value.source ?? '') : undefined;
}

/** What stands at a path, for "got …": `the string "no"`, `the number 1.10`, `a map`, `nothing`. */
export function describeValue(source: YamlSource, path: YamlPath): string {
  const value = valueAt(source.value, path);
  if (typeof value === 'string') return value === '' ? 'an empty string' : `the string ${quote(value)}`;
  if (typeof value === 'number')
    return `the number ${(writtenAt(source, path) ?? String(value)).slice(0, 60)}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return value === null || value === undefined ? 'nothing' : 'a map';
}
