/** Where a generated part stands in a file that people write, or why there is no telling. */
export type MarkedPart =
  | { readonly kind: 'absent' }
  /** Offsets of what is between the marks; `line` (from 1) is that of the first mark. */
  | { readonly kind: 'found'; readonly start: number; readonly end: number; readonly line: number }
  /** One mark without the other, or several of one: nothing is replaced, since people's words could be in between. */
  | { readonly kind: 'broken'; readonly line: number; readonly why: string };

/** The marks around a generated part: comments, which no renderer shows. */
export function marksOf(name: string): { readonly open: string; readonly close: string } {
  return { open: `<!-- ${name} -->`, close: `<!-- /${name} -->` };
}

/** Finds the part between the marks of a name. Each mark stands on a line of its own, so that a mention of it is none. */
export function findMarked(text: string, name: string): MarkedPart {
  const { open, close } = marksOf(name);
  const opens = placesOf(text, open);
  const closes = placesOf(text, close);
  const [first] = opens;
  const [last] = closes;
  if (!first && !last) return { kind: 'absent' };
  const line = lineOf(text, (first ?? last)?.at ?? 0);
  if (!first) return { kind: 'broken', line, why: `${close} stands without ${open} before it` };
  if (!last) return { kind: 'broken', line, why: `${open} stands without ${close} after it` };
  if (opens.length > 1 || closes.length > 1)
    return { kind: 'broken', line, why: `${opens.length > 1 ? open : close} stands more than once` };
  if (last.at < first.end) return { kind: 'broken', line, why: `${close} stands before ${open}` };
  return { kind: 'found', start: first.end, end: last.at, line };
}

/** The text with another part between the marks, in the line ends of the text; all else stays, to the byte. */
export function replaceMarked(
  text: string,
  { start, end }: Extract<MarkedPart, { kind: 'found' }>,
  part: string,
): string {
  return `${text.slice(0, start)}${inLineEndsOf(text, `\n${part}\n`)}${text.slice(end)}`;
}

/** The text with a marked part after all that stands in it. */
export function appendMarked(text: string, name: string, part: string): string {
  const { open, close } = marksOf(name);
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  return `${text}${inLineEndsOf(text, `${gap}${open}\n${part}\n${close}\n`)}`;
}

function placesOf(text: string, mark: string): readonly { readonly at: number; readonly end: number }[] {
  const places: { at: number; end: number }[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const end = at + mark.length;
    const isAlone =
      /(?:^|\n)$/.test(text.slice(Math.max(0, at - 1), at)) && /^\r?(?:\n|$)/.test(text.slice(end, end + 2));
    if (isAlone) places.push({ at, end });
  }
  return places;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function inLineEndsOf(text: string, part: string): string {
  return text.includes('\r\n') ? part.replaceAll('\n', '\r\n') : part;
}
