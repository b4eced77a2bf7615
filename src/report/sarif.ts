import { type Problem, worstFirst } from '../core/errors.ts';
import type { Sha256 } from '../core/units.ts';
import { HOME } from './home.ts';
import { plainLine } from './plain-text.ts';
import { helpFor } from './rule-help.ts';

/**
 * The part of SARIF 2.1.0 that we write, as code scanning reads it.
 * Sources: OASIS sarif-v2.1.0 (errata 01); docs.github.com, SARIF support for code scanning.
 */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [SarifRun];
}

interface SarifRun {
  readonly tool: { readonly driver: SarifDriver };
  readonly columnKind: 'utf16CodeUnits';
  readonly results: readonly SarifResult[];
}

interface SarifDriver {
  readonly name: 'Belay';
  readonly semanticVersion: string;
  readonly informationUri: string;
  readonly rules: readonly SarifRule[];
}

interface SarifText {
  readonly text: string;
}

interface SarifRule {
  readonly id: string;
  readonly shortDescription: SarifText;
  readonly fullDescription: SarifText;
  readonly help: SarifText;
  readonly defaultConfiguration: { readonly level: 'error' | 'warning' };
  readonly properties: { readonly tags: readonly string[] };
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: 'error' | 'warning';
  readonly message: SarifText;
  readonly locations: readonly [SarifLocation];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number; readonly startColumn: number };
  };
}

/** An upload with more results is rejected. Source: docs.github.com, SARIF support, File compatibility. */
const MOST_RESULTS = 25_000;

/**
 * Problems as a SARIF log: errors first, paths relative to the root of the repository. The fingerprint names a problem by code,
 * file and place in the document, not by its line. `primaryLocationLineHash` is left to the upload, which computes it from the
 * file and warns of any other.
 */
export function toSarif(
  problems: readonly Problem[],
  { version, sha256 }: { readonly version: string; readonly sha256: Sha256 },
): SarifLog {
  const shown = worstFirst(problems).slice(0, MOST_RESULTS);
  const codes = [...new Set(shown.map(({ code }) => code))].sort();
  const indexes = new Map(codes.map((code, index) => [code, index]));
  const seen = new Map<string, number>();
  const results = shown.map((problem): SarifResult => {
    const { code, severity, at, path } = problem;
    const name = [code, at.file, path].join('\n');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return {
      ruleId: code,
      ruleIndex: indexes.get(code) ?? 0,
      level: severity,
      message: { text: messageOf(problem) },
      locations: [{ physicalLocation: placeOf(problem) }],
      partialFingerprints: { 'belayProblem/v1': sha256(`${name}\n${count}`) },
    };
  });
  const driver = { name: 'Belay', semanticVersion: version, informationUri: HOME } as const;
  const rules = codes.map((code) => ruleOf(code, shown));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { ...driver, rules } }, columnKind: 'utf16CodeUnits', results }],
  };
}

/**
 * As everywhere, without the place; what quoted text would make a link of is taken apart (SARIF 3.11.6). Patterns stay as they are: no
 * address begins with a bracket or a question mark.
 */
function messageOf({ path, message }: Problem): string {
  return plainLine(path === '' ? message : `${path}: ${message}`).replace(/\]\((?![[?])/g, '] (');
}

function placeOf({ at }: Problem): SarifLocation['physicalLocation'] {
  const uri = at.file.split('/').map(encodeURIComponent).join('/');
  return { artifactLocation: { uri }, region: { startLine: at.line, startColumn: at.column } };
}

function ruleOf(code: string, problems: readonly Problem[]): SarifRule {
  const { title, help } = helpFor(code);
  const isError = problems.some((problem) => problem.code === code && problem.severity === 'error');
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: help },
    help: { text: help },
    defaultConfiguration: { level: isError ? 'error' : 'warning' },
    properties: { tags: [/^SEC-/.test(code) ? 'security' : 'correctness'] },
  };
}
