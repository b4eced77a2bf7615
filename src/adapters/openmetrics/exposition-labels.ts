import type { LabelPair } from './labels.ts';

/** Metric names of the text format. */
export const METRIC_NAME_SYNTAX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** One label and what follows it: a comma with another label, or the closing brace. No space anywhere. */
const ONE_LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[^\n])*)"(,(?!\})|(?=\}))/y;

/** What stands between the braces of a sample, or why it cannot be read. */
export type LabelsRead =
  | { readonly kind: 'labels'; readonly pairs: readonly LabelPair[]; readonly end: number }
  | { readonly kind: 'wrong'; readonly at: number; readonly message: string };

/**
 * Reads `{a="b",c="d"}` whose opening brace is at `start`; `end` is the index after the closing one. Escapes in a value
 * are `\\`, `\"` and `\n`; a backslash before anything else stays, as in Prometheus.
 */
export function readLabels(text: string, start: number): LabelsRead {
  const pairs: LabelPair[] = [];
  const names = new Set<string>();
  let at = start + 1;
  while (text.charAt(at) !== '}') {
    ONE_LABEL.lastIndex = at;
    const match = ONE_LABEL.exec(text);
    if (match === null)
      return { kind: 'wrong', at, message: 'expected name="value" and then , or } without spaces' };
    const [whole, name = '', value = ''] = match;
    if (name === '__name__')
      return {
        kind: 'wrong',
        at,
        message: 'label "__name__" is reserved. Write the name before the braces.',
      };
    if (names.has(name)) return { kind: 'wrong', at, message: `label "${name}" stands twice. Remove one.` };
    names.add(name);
    pairs.push([ownText(name), ownText(unescapeValue(value))]);
    at += whole.length;
  }
  return { kind: 'labels', pairs, end: at + 1 };
}

function unescapeValue(written: string): string {
  if (!written.includes('\\')) return written;
  return written.replace(/\\([\\"n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

/** A copy with its own memory: a slice would keep the whole recording alive. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
