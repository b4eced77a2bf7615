/**
 * Text from outside in Markdown that GitHub renders: nothing in it may become a link, an image, a mention, a table cell or the
 * end of a block.
 */

/** Plain text inside a paragraph, list item or table cell: one line, every mark escaped, no mention, no link. */
export function escapeText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>~&$]/g, (mark) => `\\${mark}`)
    .replaceAll('@', '@<!-- -->')
    .replace(/\b(https?|ftp|mailto|www)(:|\.)/gi, '$1<!-- -->$2');
}

/** Code span with a fence longer than any run of backticks in it; one line, safe in a table. */
export function codeSpan(text: string): string {
  const flat = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const fence = '`'.repeat(longestRun(flat) + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** Fenced block with a fence longer than any run of backticks in it. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.replace(/\n+$/, '')}\n${fence}`;
}

/** Table from cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Blocks in order until `limit` characters are full; what does not fit is replaced by `note`. A block is never cut. */
export function joinBlocks(
  blocks: readonly string[],
  { limit, note }: { readonly limit: number; readonly note: string },
): string {
  const kept: string[] = [];
  let length = 0;
  for (const [index, block] of blocks.entries()) {
    const rest = index === blocks.length - 1 ? 0 : note.length + 2;
    if (length + block.length + 2 + rest > limit) return [...kept, note].join('\n\n');
    kept.push(block);
    length += block.length + 2;
  }
  return kept.join('\n\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
}
