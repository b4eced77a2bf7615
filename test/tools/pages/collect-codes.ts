import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** A code as the source says it: with the sentence that stands beside it, values left out. */
export interface SaidCode {
  readonly code: string;
  /** Path below src. */
  readonly file: string;
  /** Undefined where the sentence is made elsewhere. */
  readonly sentence: string | undefined;
}

const CODE = /^(?:[A-Z]{2,}(?:_[A-Z]+)+|(?:SEC|ML)-\d\d)$/;
const SENTENCES = ['message', 'text'];
const LONGEST = 300;

/** Every text in the source that has the form of a code, in the order of files. */
export function collectCodes(root: string): readonly SaidCode[] {
  return filesBelow(root).flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const found: SaidCode[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) && CODE.test(node.text) && !ts.isLiteralTypeNode(node.parent))
        found.push({ code: node.text, file: relative(root, file), sentence: sentenceBeside(node) });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return path.endsWith('.ts') && !path.endsWith('.generated.ts') ? [path] : [];
    });
}

/** The sentence of the object that a code is in, or of the call that it is handed to. */
function sentenceBeside(literal: ts.Node): string | undefined {
  let node = literal;
  while (node.parent !== undefined && !ts.isStatement(node)) {
    node = node.parent;
    if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (property.name === undefined || !SENTENCES.includes(property.name.getText())) continue;
        if (ts.isPropertyAssignment(property)) return plain(property.initializer);
        if (ts.isShorthandPropertyAssignment(property)) return plain(property.name);
      }
      return undefined;
    }
    if (ts.isCallExpression(node)) return node.arguments.map(plain).find((text) => text?.includes(' '));
  }
  return undefined;
}

/** What a name in a function, or a function that gives a text, stands for. */
function declared(node: ts.Identifier): string | undefined {
  let scope: ts.Node = node;
  let found: string | undefined;
  const look = (inner: ts.Node): void => {
    if (found !== undefined) return;
    if (ts.isVariableDeclaration(inner) && inner.name.getText() === node.text && inner.initializer)
      found = plain(inner.initializer);
    else ts.forEachChild(inner, look);
  };
  while (found === undefined && scope.parent !== undefined) {
    scope = scope.parent;
    if (!ts.isBlock(scope)) continue;
    // a name of the block itself comes before the same name in a block within it
    scope.statements.filter(ts.isVariableStatement).forEach(look);
    ts.forEachChild(scope, look);
  }
  return found;
}

/** A text with its values left out; undefined for what is no text. */
function plain(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return declared(node);
  if (ts.isStringLiteralLike(node)) return shortened(node.text);
  if (ts.isTemplateExpression(node))
    return shortened(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''));
  if (ts.isConditionalExpression(node)) return plain(node.whenTrue) ?? plain(node.whenFalse);
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [plain(node.left) ?? '…', plain(node.right) ?? '…'];
    return shortened(left + right);
  }
  return undefined;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
