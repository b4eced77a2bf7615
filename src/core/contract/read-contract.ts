import type { Problem } from '../errors.ts';
import type { JsonMap, JsonNode } from '../json/json-node.ts';
import { readJson } from '../json/read-json.ts';
import type { LineIndex } from '../yaml/line-index.ts';
import type { Reading } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import { type Contract, findTarget } from './contract.ts';
import { DIALECTS, type Dialect, JSON_TYPES, type KeywordShape, keywordOf } from './keywords.ts';

const MOST_PROBLEMS = 20;
const MOST_POINTER = 120;
const WANTED = [...DIALECTS.keys()].map((name) => `"${name}"`).join(' or ');

/**
 * Reads a contract: strict JSON that is a JSON Schema of 2020-12 or draft-07 by its own word, with keywords as that dialect wants them
 * and references that stay in the file. No pattern is run, nothing is fetched.
 */
export function readContract(file: string, text: string): Reading<Contract> {
  const reading = readJson(file, text);
  if (reading.kind === 'bad') return reading;
  const { root, lines } = reading.value;
  const report = new Report(file, lines);
  const dialect = readDialect(root, report);
  if (!dialect) return { kind: 'bad', problems: report.problems };
  const walk = new Walk(dialect, root, report);
  walk.all();
  const { problems } = report;
  if (problems.length > 0) return { kind: 'bad', problems: problems.slice(0, MOST_PROBLEMS) };
  return { kind: 'ok', value: { file, dialect, root, lines }, problems: [] };
}

/** A JSON Pointer as problems show it. */
export function shownPointer(pointer: string): string {
  return pointer.length > MOST_POINTER ? `${pointer.slice(0, MOST_POINTER)}…` : pointer;
}

class Report {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #lines: LineIndex;

  constructor(file: string, lines: LineIndex) {
    this.#file = file;
    this.#lines = lines;
  }

  add(code: string, { offset, pointer }: JsonNode, message: string): void {
    const at = { ...this.#lines.positionAt(offset), file: this.#file };
    this.problems.push({ code, severity: 'error', at, path: shownPointer(pointer), message });
  }
}

function readDialect(root: JsonNode, report: Report): Dialect | undefined {
  const named = root.kind === 'map' ? root.entries.get('$schema') : undefined;
  if (named?.kind === 'scalar' && typeof named.value === 'string') {
    const dialect = DIALECTS.get(named.value.replace(/#$/, ''));
    if (dialect) return dialect;
    report.add('CONTRACT_DIALECT_UNKNOWN', named, `"$schema" must be ${WANTED}, got ${quote(named.value)}`);
    return undefined;
  }
  const message = `expected a JSON Schema that names its version; add "$schema": ${WANTED}`;
  report.add('CONTRACT_DIALECT_UNKNOWN', named ?? root, message);
  return undefined;
}

/** Looks at every schema of the file and at every place that a reference leads to. */
class Walk {
  readonly #dialect: Dialect;
  readonly #root: JsonNode;
  readonly #report: Report;
  readonly #seen = new Set<JsonNode>();
  readonly #waiting: JsonNode[];

  constructor(dialect: Dialect, root: JsonNode, report: Report) {
    this.#dialect = dialect;
    this.#root = root;
    this.#report = report;
    this.#waiting = [root];
  }

  all(): void {
    for (let node = this.#waiting.pop(); node; node = this.#waiting.pop()) this.#schema(node);
    if (this.#report.problems.length === 0) this.#findCycle();
  }

  #schema(node: JsonNode): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return;
    if (node.kind !== 'map') {
      this.#report.add(
        'CONTRACT_KEYWORD_MALFORMED',
        node,
        `must be a schema: a map, true or false, got ${describe(node)}`,
      );
      return;
    }
    this.#company(node);
    for (const [name, value] of node.entries) {
      if (name === '$id' && node !== this.#root)
        this.#report.add(
          'CONTRACT_REFERENCE_BROKEN',
          value,
          '"$id" within a schema moves the base of its references; delete it, and refer to "#/$defs/…"',
        );
      this.#keyword(name, value, keywordOf(this.#dialect, name).shape);
    }
  }

  /** In draft-07 nothing counts beside a reference, and not every validator keeps to that. */
  #company(node: JsonMap): void {
    if (this.#dialect !== 'draft-07' || !node.entries.has('$ref')) return;
    for (const [name, value] of node.entries)
      if (name !== '$ref' && keywordOf(this.#dialect, name).how !== 'note')
        this.#report.add(
          'CONTRACT_KEYWORD_MALFORMED',
          value,
          `${quote(name)} stands beside "$ref", where draft-07 passes over it and some validators do not; put both into "allOf"`,
        );
  }

  #keyword(name: string, value: JsonNode, shape: KeywordShape): void {
    const expected = expectedFor(shape, value);
    if (expected !== undefined) {
      const message = `${quote(name)} must be ${expected}, got ${describe(value)}`;
      this.#report.add('CONTRACT_KEYWORD_MALFORMED', value, message);
      return;
    }
    if (shape === 'schema' || (shape === 'schema-or-schemas' && value.kind !== 'list'))
      this.#waiting.push(value);
    else if (shape === 'schemas' || shape === 'schema-or-schemas') this.#waiting.push(...itemsOf(value));
    else if (shape === 'schema-map' && value.kind === 'map') this.#waiting.push(...value.entries.values());
    else if (shape === 'reference') this.#reference(value);
  }

  #reference(node: JsonNode): void {
    const reference = textOf(node);
    const target = findTarget(this.#root, reference);
    if (target) this.#waiting.push(target);
    else if (!reference.startsWith('#'))
      this.#report.add(
        'SEC-04',
        node,
        `"$ref" leads out of the file, got ${quote(reference)}; nothing is fetched: copy what it names below "$defs"`,
      );
    else
      this.#report.add(
        'CONTRACT_REFERENCE_BROKEN',
        node,
        `"$ref" leads to nothing, got ${quote(reference)}; expected "#" or a JSON Pointer like "#/$defs/name"`,
      );
  }

  /** A schema that is defined by itself, with no property or item in between, would never come to an end. */
  #findCycle(): void {
    const weights = new Map<JsonNode, number>();
    const open = new Set<JsonNode>();
    /** The reference that closes the first circle: nothing else leads back to a schema that stands around it. */
    let closing: JsonNode | undefined;
    const weigh = (node: JsonNode): number => {
      const known = weights.get(node);
      if (known !== undefined || node.kind !== 'map') return known ?? 1;
      if (open.has(node)) return Number.POSITIVE_INFINITY;
      if (open.size > HEAVIEST) return HEAVIEST;
      open.add(node);
      const reference = node.entries.get('$ref');
      const target = reference && findTarget(this.#root, textOf(reference));
      if (target && open.has(target)) closing ??= reference;
      const weight = applied(node, this.#root).reduce((sum, inner) => sum + weigh(inner), 1);
      open.delete(node);
      weights.set(node, weight);
      return weight;
    };
    for (const node of this.#seen) {
      const weight = weigh(node);
      if (weight <= HEAVIEST) continue;
      const message =
        weight === Number.POSITIVE_INFINITY
          ? 'leads back to itself by "$ref" without a property or an item in between; write the schema that is meant in its place, or delete this "$ref"'
          : `more than ${HEAVIEST} schemas stand for one value, by "$ref", "allOf" and the like; write it flatter`;
      const at = weight === Number.POSITIVE_INFINITY ? (closing ?? node) : node;
      this.#report.add('CONTRACT_REFERENCE_BROKEN', at, message);
      return;
    }
  }
}

/** Schemas that are applied to one value, one by the other. */
const HEAVIEST = 500;
const APPLIED = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependencies'];

/** The schemas that are applied to the same value. */
function applied(node: JsonNode, root: JsonNode): readonly JsonNode[] {
  if (node.kind !== 'map') return [];
  const reference = node.entries.get('$ref');
  const target = reference && findTarget(root, textOf(reference));
  const others = APPLIED.flatMap((name) => {
    const value = node.entries.get(name);
    if (!value) return [];
    if (value.kind === 'list') return value.items;
    return name.startsWith('depend') && value.kind === 'map' ? [...value.entries.values()] : [value];
  });
  return [...(target ? [target] : []), ...others];
}

function itemsOf(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'list' ? node.items : [];
}

function textOf(node: JsonNode): string {
  return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
}

/** What a value of this shape must be; undefined when it is. */
function expectedFor(shape: KeywordShape, node: JsonNode): string | undefined {
  const value = node.kind === 'scalar' ? node.value : undefined;
  const isList = node.kind === 'list';
  const isNumber = typeof value === 'number';
  switch (shape) {
    case 'schemas':
      return isList && node.items.length > 0 ? undefined : 'a list of schemas';
    case 'schema-map':
      return node.kind === 'map' ? undefined : 'a map of schemas';
    case 'type':
      return isType(node)
        ? undefined
        : 'a type or a list of types: null, boolean, integer, number, string, array, object';
    case 'values':
      return isList && node.items.length > 0 ? undefined : 'a list of values';
    case 'names':
      return isList && node.items.every((item) => typeof scalarOf(item) === 'string')
        ? undefined
        : 'a list of names';
    case 'number':
      return isNumber ? undefined : 'a number';
    case 'positive':
      return isNumber && value > 0 ? undefined : 'a number above 0';
    case 'count':
      return isNumber && Number.isInteger(value) && value >= 0 ? undefined : 'a whole number from 0';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'text':
    case 'reference':
      return typeof value === 'string' ? undefined : 'text';
    case 'schema':
    case 'schema-or-schemas':
    case 'any':
      return undefined;
  }
}

const TYPE_NAMES: ReadonlySet<unknown> = new Set([...JSON_TYPES, 'integer']);

function isType(node: JsonNode): boolean {
  if (node.kind === 'list')
    return node.items.length > 0 && node.items.every((item) => TYPE_NAMES.has(scalarOf(item)));
  return TYPE_NAMES.has(scalarOf(node));
}

function scalarOf(node: JsonNode): unknown {
  return node.kind === 'scalar' ? node.value : undefined;
}

/** A value as messages show it. */
function describe(node: JsonNode): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return 'a map';
  return typeof node.value === 'string' ? quote(node.value) : String(node.value);
}
