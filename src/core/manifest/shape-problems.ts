import * as z from 'zod';
import type { Problem } from '../errors.ts';
import { findForbiddenCharacters } from '../yaml/forbidden-characters.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { formatPath, quote } from '../yaml/yaml-path.ts';
import { asMap, describeValue, valueAt, withValue, writtenAt } from './describe-value.ts';
import { didYouMean, suggest } from './did-you-mean.ts';
import { Name, wording } from './scalars.ts';
import {
  allowedWords,
  expectedText,
  keyPlaces,
  knownKeys,
  listWords,
  optionFor,
  type Schema,
  schemaAt,
  wordingOf,
} from './schema-at.ts';

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

/** Keys by which people try to name an address or a secret; compared in lower case, without dashes and underscores. */
const SECRETIVE =
  /url|uri|endpoint|host|address|token|secret|passw|credential|header|apikey|proxy|authorization|bearer|username|^auth|^env$/;
/** What each unknown key was meant to be takes a walk through the schema; beyond so many nobody reads it. */
const EXPLAINED_KEYS = 100;
/** How YAML 1.1 wrote true and false. */
const OLD_BOOLEAN = /^(?:y|yes|on|n|no|off)$/i;

/** A document and the schema that it was held against. */
export interface ShapeCheck {
  readonly source: YamlSource;
  readonly schema: z.core.$ZodType;
  /** Paths that a problem of the reading is about already; nothing is said twice. */
  readonly blamed: ReadonlySet<string>;
  /** An unknown key that looks like an address or a secret is refused by this sentence. */
  readonly secretAdvice: string | undefined;
}

/** What the schema found, in the words of the file: all at once, each where it stands. */
export function shapeProblems(check: ShapeCheck, issues: readonly Issue[]): readonly Problem[] {
  const report = new ShapeReport(check);
  report.add(issues, []);
  return report.problems;
}

class ShapeReport {
  readonly problems: Problem[] = [];
  readonly #check: ShapeCheck;
  /** Paths of keys that an unknown key beside them was meant to be. */
  readonly #meant = new Set<string>();
  readonly #judged = new Set<string>();
  #unknownKeys = 0;
  /** The document with every `kind` that was guessed put right, to choose schemas by. */
  #guessed: unknown;

  constructor(check: ShapeCheck) {
    this.#check = check;
    this.#guessed = check.source.value;
  }

  #schemaAt(path: YamlPath): Schema | undefined {
    return schemaAt(this.#check.schema, path, this.#guessed);
  }

  #valueAt(path: YamlPath): unknown {
    return valueAt(this.#check.source.value, path);
  }

  /** @param prefix  path of the part of the document that the issues' paths begin in */
  add(issues: readonly Issue[], prefix: YamlPath): void {
    // Unknown keys come first: a key that was meant is then not called missing.
    for (const issue of issues) if (issue.code === 'unrecognized_keys') this.#add(issue, prefix);
    for (const issue of issues) if (issue.code !== 'unrecognized_keys') this.#add(issue, prefix);
  }

  #add(issue: Issue, prefix: YamlPath): void {
    const path = [...prefix, ...(issue.path as YamlPath)];
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) this.#unknownKey(path, key);
        return;
      case 'invalid_union':
        this.#unknownKind(path, issue);
        return;
      case 'invalid_key':
        this.#badKey(path, issue);
        return;
      case 'custom':
        this.#push({
          path,
          code: codeOf(issue) ?? 'VALUE_MALFORMED',
          message: `${issue.message}${this.#got(path)}`,
        });
        return;
      default:
        this.#wrongValue(path, issue);
    }
  }

  #wrongValue(path: YamlPath, issue: Issue): void {
    const key = formatPath(path);
    if (this.#judged.has(key)) return;
    this.#judged.add(key);
    const value = this.#valueAt(path);
    const schema = this.#schemaAt(path);
    if (value === undefined) {
      if (this.#meant.has(key)) return;
      const name = JSON.stringify(path.at(-1) ?? '');
      this.#push({
        path,
        code: 'KEY_MISSING',
        message: `${name} is missing, expected ${expectedText(schema)}`,
      });
      return;
    }
    switch (issue.code) {
      case 'invalid_value':
        this.#unknownWord(path, issue.values.map(String));
        return;
      case 'invalid_format':
        this.#malformed(path, schema);
        return;
      case 'too_small':
      case 'too_big':
        this.#push({ path, code: 'VALUE_OUT_OF_RANGE', message: rangeText(issue, value) });
        return;
      default:
        this.#wrongType(path, schema);
    }
  }

  #unknownKey(parent: YamlPath, key: string): void {
    const { secretAdvice } = this.#check;
    const path = [...parent, key];
    this.#unknownKeys += 1;
    if (this.#unknownKeys > EXPLAINED_KEYS) {
      this.#push({ path, what: 'key', code: 'KEY_UNKNOWN', message: `unknown key ${quote(key)}` });
      return;
    }
    const keys = knownKeys(this.#schemaAt(parent), valueAt(this.#guessed, parent));
    const meant = didYouMean(key, keys);
    if (meant !== undefined) this.#meant.add(formatPath([...parent, meant]));
    // the reading has refused the character already
    if (holdsForbidden(key) && this.#check.source.text.includes(key)) return;
    if (
      meant === undefined &&
      secretAdvice !== undefined &&
      SECRETIVE.test(key.toLowerCase().replace(/[-_]/g, ''))
    ) {
      this.#push({
        path,
        what: 'key',
        code: 'SEC-03',
        message: `key ${quote(key)} is not allowed; ${keys.includes('provider') ? secretAdvice : `delete it (in checks, ${secretAdvice})`}`,
      });
      return;
    }
    const message = `unknown key ${quote(key)}${meant === undefined ? this.#whereTo(path, keys) : suggest(meant)}`;
    this.#push({ path, what: 'key', code: 'KEY_UNKNOWN', message });
  }

  /** Where an unknown key would be right, or which keys would be right here. */
  #whereTo(path: YamlPath, keys: readonly string[]): string {
    const key = String(path.at(-1) ?? '');
    const here = formatPath(path.slice(0, -1)).replace(/\[\d+\]/g, '[]');
    const places = keyPlaces(this.#check.schema, key);
    // another kind has it where it stands: what this kind has says more than another place
    if (places.length > 0 && !places.includes(here))
      return `; it belongs in ${places.slice(0, 2).join(' or ')}`;
    return keys.length === 0 ? '' : `, expected ${keys.length > 1 ? 'one of ' : ''}${keys.join(', ')}`;
  }

  #unknownKind(path: YamlPath, issue: IssueOf<'invalid_union'>): void {
    const parent = path.slice(0, -1);
    const union = this.#schemaAt(path);
    const kind = this.#valueAt(path);
    if (kind === undefined || union === undefined) {
      this.#wrongValue(path, issue);
      return;
    }
    const words = allowedWords(union);
    this.#unknownWord(path, words);
    const meant = typeof kind === 'string' ? didYouMean(kind, words) : undefined;
    const option = meant === undefined ? undefined : optionFor(union, meant);
    if (!option) return;
    this.#guessed = withValue(this.#guessed, path, meant);
    const element = { ...asMap(this.#valueAt(parent)), kind: meant };
    this.add(z.safeParse(option, element, { jitless: true }).error?.issues ?? [], parent);
  }

  #unknownWord(path: YamlPath, words: readonly string[]): void {
    const value = this.#valueAt(path);
    const meant = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const isWord = typeof value === 'string';
    const got =
      isWord || this.#isPrivate(path) ? this.#got(path) : `, got ${describeValue(this.#check.source, path)}`;
    const message = `must be ${listWords(words)}${got}${suggest(meant)}`;
    this.#push({ path, code: isWord ? 'VALUE_UNKNOWN' : 'TYPE_MISMATCH', message });
  }

  #malformed(path: YamlPath, schema: Schema | undefined): void {
    const words = schema && wordingOf(schema);
    const must = words?.must ?? `must be ${expectedText(schema)}`;
    const value = this.#valueAt(path);
    const stranger = typeof value === 'string' ? foreignCharacter(value) : '';
    this.#push({
      path,
      code: words?.code ?? 'VALUE_MALFORMED',
      message: `${must}${this.#got(path)}${stranger}`,
    });
  }

  #wrongType(path: YamlPath, schema: Schema | undefined): void {
    const value = this.#valueAt(path);
    const isOldBoolean =
      schema?._zod.def.type === 'boolean' && typeof value === 'string' && OLD_BOOLEAN.test(value);
    const got = this.#isPrivate(path) ? '' : `, got ${describeValue(this.#check.source, path)}`;
    const message = `must be ${expectedText(schema)}${got}${this.#advice(path, schema)}`;
    this.#push({ path, code: isOldBoolean ? 'SEC-06' : 'TYPE_MISMATCH', message });
  }

  /** What to write instead, where that is plain: text that YAML reads as a number, a number that somebody quoted. */
  #advice(path: YamlPath, schema: Schema | undefined): string {
    const value = this.#valueAt(path);
    if (!schema || typeof value === 'object' || this.#isPrivate(path)) return '';
    const isFine = (other: unknown) => z.safeParse(schema, other, { jitless: true }).success;
    if (typeof value === 'string') {
      const [, digits, sign] = /^(\d{1,15}(?:\.\d{1,9})?)(%?)$/.exec(value) ?? [];
      // a share is a hundredth of its percentage, unless the number is one of percent itself
      const isShare = sign === '%' && !expectedText(schema).includes('percent');
      return digits !== undefined && !isShare && isFine(Number(digits)) ? `; write ${digits}` : '';
    }
    const written = writtenAt(this.#check.source, path);
    return written !== undefined && isFine(written) ? `; put it in quotes: ${quote(written)}` : '';
  }

  /** `, got "x"`; nothing for maps and lists, which the place shows, and for what may be a secret. */
  #got(path: YamlPath): string {
    const value = this.#valueAt(path);
    if ((typeof value === 'object' && value !== null) || value === '' || this.#isPrivate(path)) return '';
    const written = writtenAt(this.#check.source, path);
    return `, got ${typeof value === 'string' ? quote(value) : (written ?? 'nothing')}`;
  }

  #isPrivate(path: YamlPath): boolean {
    const schema = this.#schemaAt(path);
    return schema !== undefined && wordingOf(schema)?.isPrivate === true;
  }

  #badKey(path: YamlPath, issue: IssueOf<'invalid_key'>): void {
    if (issue.issues.length === 0) return;
    const key = String(path.at(-1) ?? '');
    const message = `name ${wording.get(Name)?.must}, got ${quote(key)}${foreignCharacter(key)}`;
    this.#push({ path, what: 'key', code: 'SEC-02', message });
  }

  #push(found: { path: YamlPath; code: string; message: string; what?: 'key' | 'value' }): void {
    const path = formatPath(found.path);
    if (this.#check.blamed.has(path) || holdsForbidden(this.#valueAt(found.path))) return;
    const at = this.#check.source.positionOf(found.path, found.what);
    this.problems.push({ code: found.code, severity: 'error', at, path, message: found.message });
  }
}

/** Text with a character that the reading has refused, whatever else is wrong with it. */
function holdsForbidden(value: unknown): boolean {
  return typeof value === 'string' && findForbiddenCharacters(` ${value}`).length > 0;
}

function codeOf(issue: IssueOf<'custom'>): string | undefined {
  const code: unknown = issue.params?.code;
  return typeof code === 'string' ? code : undefined;
}

function rangeText(issue: IssueOf<'too_small'> | IssueOf<'too_big'>, value: unknown): string {
  const isLow = issue.code === 'too_small';
  const bound = isLow ? issue.minimum : issue.maximum;
  if (typeof value === 'number') {
    const relation = isLow ? 'more' : 'less';
    return `must be ${issue.inclusive ? `${bound} or ${relation}` : `${relation} than ${bound}`}, got ${value}`;
  }
  if (typeof value === 'string')
    return isLow ? 'must not be empty' : `must have at most ${bound} characters, got ${value.length}`;
  const length = Array.isArray(value) ? value.length : 0;
  return isLow
    ? `must have at least ${bound} entry, got ${length}`
    : `must have at most ${bound} entries, got ${length}`;
}

/** Names the first letter that only looks like an ASCII one. */
function foreignCharacter(text: string): string {
  const found = /[^\0-\x7F]/u.exec(text);
  if (!found) return '';
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `; character ${found.index + 1} is U+${code}, not ASCII`;
}
