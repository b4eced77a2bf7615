import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What `${{ }}` may look at, by the name of the context: plain JSON values. */
export type Contexts = Readonly<Record<string, unknown>>;

/** `${{ … }}`; a `}}` inside a string of the expression does not end it. */
const EXPRESSION = /\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g;

/**
 * A text of a workflow or an action with its expressions evaluated by GitHub's own evaluator; null becomes nothing.
 * @throws Error for an expression that GitHub would refuse: an unknown context or function, or a broken one
 */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replaceAll(EXPRESSION, (_, expression: string) =>
    evaluate(expression, contexts).coerceString(),
  );
}

/** Whether a step's `if` lets it run while nothing has failed; without one it does. */
export function holds(condition: string | undefined, contexts: Contexts): boolean {
  if (condition === undefined) return true;
  const bare = condition.trim().replace(/^\$\{\{([\s\S]*)\}\}$/, '$1');
  const text = evaluate(bare, contexts).coerceString();
  return text !== '' && text !== 'false' && text !== '0';
}

function evaluate(expression: string, contexts: Contexts): data.ExpressionData {
  const { tokens } = new Lexer(expression.trim()).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), []).parse();
  const values = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, values).evaluate();
}
