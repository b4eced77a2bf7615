import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, readPage } from './pages.ts';

/** Names of the properties of an interface, or of all members of a union of types, in the order of the source. */
export function keysOfType(file: string, name: string): readonly string[] {
  const found: string[] = [];
  visit(file, (node) => {
    const isType = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    if (isType && node.name.text === name) found.push(...signaturesIn(node));
  });
  if (found.length === 0) throw new Error(`${file}: there is no type ${name} with properties`);
  return [...new Set(found)];
}

/** Names of the properties of the first object that a source gives this name, as a property or as a constant; spread ones are left out. */
export function keysOfLiteral(file: string, name: string): readonly string[] {
  let found: readonly string[] | undefined;
  visit(file, (node) => {
    const isNamed = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    if (!isNamed || found || node.name.getText() !== name) return;
    const { initializer } = node;
    if (initializer && ts.isObjectLiteralExpression(initializer))
      found = initializer.properties.flatMap(({ name: key }) => key?.getText() ?? []);
  });
  if (!found) throw new Error(`${file}: there is no object ${name}`);
  return found;
}

/** Of a type itself and of the members of its union, and not of what is within their properties. */
function signaturesIn(node: ts.Node): readonly string[] {
  const found: string[] = [];
  ts.forEachChild(node, (child) => {
    if (ts.isPropertySignature(child)) found.push(child.name.getText());
    else found.push(...signaturesIn(child));
  });
  return found;
}

function visit(file: string, look: (node: ts.Node) => void): void {
  const source = ts.createSourceFile(join(ROOT, file), readPage(file), ts.ScriptTarget.Latest, true);
  const walk = (node: ts.Node): void => {
    look(node);
    ts.forEachChild(node, walk);
  };
  walk(source);
}

/** A document as a page writes it: `{at, releases: [{name}]}`. */
export interface Shape {
  readonly [key: string]: Shape;
}

/** Reads `{a, b: {c}, d: [{e}]}`; lists are taken as what they are of. */
export function readShape(text: string): Shape {
  const words = text.match(/\w+|[{}]/g) ?? [];
  const readObject = (): Shape => {
    const shape: Record<string, Shape> = {};
    words.shift();
    while (words.length > 0 && words[0] !== '}') {
      const key = words.shift() ?? '';
      shape[key] = words[0] === '{' ? readObject() : {};
    }
    words.shift();
    return shape;
  };
  return readObject();
}
