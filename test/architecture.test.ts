import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom. A folder's rule is the longest key that its path begins with; `types:` allows `import type` alone.
 * Everything that is not listed is forbidden, node's own modules and packages included.
 */
const RULES: Readonly<Record<string, readonly string[]>> = {
  'core/units.ts': [],
  'core/errors.ts': [],
  'core/stats': ['core/stats', 'core/units.ts'],
  'core/yaml': ['core/yaml', 'core/units.ts', 'core/errors.ts', 'package:yaml'],
  'core/json': ['core/json', 'core/yaml', 'core/errors.ts'],
  'core/contract': ['core/contract', 'core/json', 'core/yaml', 'core/errors.ts'],
  'core/manifest': [
    'core/manifest',
    'core/yaml',
    'core/units.ts',
    'core/errors.ts',
    'package:zod',
    'package:yaml',
  ],
  'core/plan': ['core/plan', 'core/manifest', 'core/units.ts', 'core/errors.ts'],
  'core/judge': ['core/judge', 'core/stats', 'core/units.ts', 'core/errors.ts', 'package:zod'],
  // What people write has places; what is judged has none.
  'core/judge/document': [
    'core/judge',
    'core/stats',
    'core/json',
    'core/yaml',
    'core/units.ts',
    'core/errors.ts',
    'package:zod',
  ],
  'core/analysis': [
    'core/analysis',
    'core/judge',
    'core/plan',
    'core/stats',
    'core/manifest',
    'core/units.ts',
    'core/errors.ts',
  ],
  'core/record': [
    'core/record',
    'core/plan',
    'core/manifest',
    'core/units.ts',
    'core/errors.ts',
    'package:zod',
  ],
  'core/decision': [
    'core/decision',
    'core/judge',
    'core/record',
    'core/analysis',
    'core/plan',
    'core/manifest',
    'core/units.ts',
    'core/errors.ts',
  ],
  'core/command': [
    'core/command',
    'core/record',
    'core/manifest',
    'core/yaml',
    'core/units.ts',
    'core/errors.ts',
  ],
  'core/dispatch': ['core/dispatch', 'core/yaml', 'core/units.ts', 'core/errors.ts'],
  'core/change': [
    'core/change',
    'core/decision',
    'core/record',
    'core/analysis',
    'core/plan',
    'core/manifest',
    'core/units.ts',
    'core/errors.ts',
  ],
  targets: ['targets', 'core/yaml', 'core/units.ts', 'core/errors.ts', 'types:core/manifest', 'package:yaml'],
  ports: ['types:ports', 'types:core'],
  'adapters/system': [
    'adapters/system',
    'adapters/content-digest.ts',
    'ports',
    'core',
    'node',
    'package:undici',
  ],
  'adapters/git': ['adapters/git', 'adapters/content-digest.ts', 'ports', 'core', 'node'],
  'adapters/content-digest.ts': ['core', 'node'],
  'adapters/http': ['adapters/http', 'ports', 'core', 'node'],
  // Git is the client library that both forges are built on; the trailer of an operation is theirs in common.
  'adapters/operation.ts': ['core', 'types:ports'],
  'adapters/local': ['adapters/local', 'adapters/git', 'adapters/operation.ts', 'ports', 'core', 'node'],
  'adapters/github': [
    'adapters/github',
    'adapters/operation.ts',
    'ports',
    'core',
    'node',
    'package:@octokit/rest',
  ],
  'adapters/prometheus': ['adapters/prometheus', 'adapters/http', 'ports', 'core', 'node'],
  'adapters/oci': ['adapters/oci', 'adapters/http', 'ports', 'core', 'node'],
  'adapters/sigstore': [
    'adapters/sigstore',
    'types:ports',
    'core',
    'node',
    'package:@sigstore/bundle',
    'package:@sigstore/protobuf-specs',
    'package:@sigstore/verify',
  ],
  'adapters/openmetrics': ['adapters/openmetrics', 'ports', 'core'],
  app: ['app', 'core', 'targets', 'report', 'types:ports'],
  report: ['report', 'core', 'package:diff'],
  actions: [
    'actions',
    'cli',
    'app',
    'adapters',
    'core',
    'ports',
    'report',
    'targets',
    'node',
    'package:@actions/core',
  ],
  cli: ['cli', 'actions', 'app', 'adapters', 'core', 'ports', 'report', 'targets', 'node', 'package:zod'],
};

/** No clock, no randomness, no world. */
const PURE = ['core', 'targets', 'report', 'app'];
const FORBIDDEN_IN_PURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bprocess\b\./,
  /\bperformance\b\./,
  /\bcrypto\b\./,
];

const SRC = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort();

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(path: string): readonly Import[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(SRC, path), 'utf8'),
    ts.ScriptTarget.ES2023,
    true,
  );
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const typeOnly = ts.isImportDeclaration(node) ? isTypeImport(node) : node.isTypeOnly;
      found.push({ from: path, to: resolveImport(path, node.moduleSpecifier.text), typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument))
        found.push({ from: path, to: resolveImport(path, argument.text), typeOnly: false });
    }
    if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push({ from: path, to: resolveImport(path, node.argument.literal.text), typeOnly: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return (
    !clause.name &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

function resolveImport(from: string, specifier: string): string {
  if (specifier.startsWith('.'))
    return relative(SRC, join(SRC, dirname(from), specifier)).replaceAll('\\', '/');
  if (specifier.startsWith('node:')) return 'node';
  const parts = specifier.split('/');
  return `package:${specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]}`;
}

function ruleOf(path: string): readonly string[] | undefined {
  const key = Object.keys(RULES)
    .filter((folder) => path === folder || path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : RULES[key];
}

function isAllowed(rule: readonly string[], { to, typeOnly }: Import): boolean {
  return rule.some((entry) => {
    const typesOnly = entry.startsWith('types:');
    const folder = typesOnly ? entry.slice('types:'.length) : entry;
    return (to === folder || to.startsWith(`${folder}/`)) && (!typesOnly || typeOnly);
  });
}

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it('has a rule for every file', () => {
    expect(files.filter((path) => ruleOf(path) === undefined)).toEqual([]);
  });

  it('lets every file import only what its layer may', () => {
    const broken = files.flatMap((path) =>
      importsOf(path).filter((item) => !isAllowed(ruleOf(path) ?? [], item)),
    );
    expect(broken.map(({ from, to, typeOnly }) => `${from} → ${to}${typeOnly ? ' (type)' : ''}`)).toEqual([]);
  });

  it('catches a forbidden import', () => {
    expect(
      isAllowed(RULES.targets ?? [], { from: 'targets/x.ts', to: 'adapters/github/x.ts', typeOnly: true }),
    ).toBe(false);
    expect(
      isAllowed(RULES.targets ?? [], { from: 'targets/x.ts', to: 'core/manifest/x.ts', typeOnly: false }),
    ).toBe(false);
    expect(
      isAllowed(RULES.targets ?? [], { from: 'targets/x.ts', to: 'core/manifest/x.ts', typeOnly: true }),
    ).toBe(true);
  });

  it('keeps clock, randomness and the process out of pure folders', () => {
    const found = files
      .filter((path) => PURE.some((folder) => path.startsWith(`${folder}/`)))
      .flatMap((path) => {
        const code = stripComments(readFileSync(join(SRC, path), 'utf8'));
        return FORBIDDEN_IN_PURE.filter((pattern) => pattern.test(code)).map(
          (pattern) => `${path}: ${pattern.source}`,
        );
      });
    expect(found).toEqual([]);
  });

  it('throws no plain Error in core, targets and app', () => {
    const found = files
      .filter((path) => ['core', 'targets', 'app'].some((folder) => path.startsWith(`${folder}/`)))
      .filter((path) => /\bnew Error\(/.test(stripComments(readFileSync(join(SRC, path), 'utf8'))));
    expect(found).toEqual([]);
  });

  it('keeps arrow functions out of class fields: made small without arrows, the bundle loses what they name', () => {
    const found = files.filter((path) =>
      /^ {2}(?:readonly )?#?\w+ = (?:async )?\([^;]*?\)[^;()]*=>/m.test(
        readFileSync(join(SRC, path), 'utf8'),
      ),
    );
    expect(found).toEqual([]);
  });

  it('keeps every source file within 300 lines', () => {
    const long = files.filter((path) => readFileSync(join(SRC, path), 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('has no cycle', () => {
    const graph = new Map(
      files.map((path) => [
        path,
        importsOf(path)
          .filter((item) => !item.typeOnly && files.includes(item.to))
          .map((item) => item.to),
      ]),
    );
    expect(findCycle(graph)).toEqual([]);
  });
});

function stripComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of graph.get(path) ?? []) {
      const cycle = walk(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const cycle = walk(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
