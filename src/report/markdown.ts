import { plainLine, showInvisible } from './plain-text.ts';

/**
 * Text from outside in Markdown that GitHub renders: nothing in it may become a link, an image, a mention, a table cell or the
 * end of a block.
 */

/** Keeps apart what GitHub would make a link or a mention of, and shows nothing. */
const NOTHING = '<!-- -->';

/**
 * Plain text inside a paragraph, list item or table cell: one line, every mark escaped, also those that count at the beginning
 * only; no mention, no link, no reference to an issue (a backslash alone does not prevent that: the text is looked through
 * after it was rendered).
 */
export function escapeText(text: string): string {
  const escaped = plainLine(text)
    .trim()
    .replace(/[\\`*_{}[\]()#+!|<>~&$]/g, (mark) => `\\${mark}`)
    .replace(/^(?:-(?=[\s-]|$)|=+$)/, (mark) => `\\${mark}`)
    .replace(/^(\d+)\.(?=\s|$)/, '$1\\.');
  return breakLinks(escaped);
}

function breakLinks(text: string): string {
  return text
    .replace(/[@#]/g, (mark) => `${mark}${NOTHING}`)
    .replace(/(https?|ftp|mailto|xmpp|www)(:|\.)/gi, `$1${NOTHING}$2`)
    .replace(/GH-(?=\d)/gi, (mark) => `${mark}${NOTHING}`);
}

/** Code span with a fence longer than any run of backticks in it; one line, for table cells: elsewhere a bar shows its backslash. */
export function codeSpan(text: string): string {
  // A bar is text only behind an odd number of backslashes, of which the table takes one away.
  const flat = plainLine(text).replace(/(\\*)\|/g, (_, slashes: string) =>
    slashes.length % 2 === 0 ? `${slashes}\\|` : `${slashes}\\\\|`,
  );
  const fence = '`'.repeat(longestRun(flat) + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** Plain text with code between backticks: the code stays code, so that a name in it is no mention, and all else is escaped. */
export function escapeAroundCode(text: string): string {
  const parts = text.split('`');
  // what stands behind a backtick without a partner is text
  if (parts.length % 2 === 0) return escapeText(text);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return codeSpan(part);
      const [before = '', after = ''] = [/^\s+/.exec(part)?.[0], /\s+$/.exec(part)?.[0]];
      return part.trim() === '' ? part : `${before}${escapeText(part)}${after}`;
    })
    .join('');
}

/** Fenced block with a fence longer than any run of backticks in it. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${showInvisible(text).replace(/\n+$/, '')}\n${fence}`;
}

/** A folded block. `summary` is plain text, `body` is Markdown. */
export function details(summary: string, body: string): string {
  // The line is HTML to GitHub, where a backslash escapes nothing.
  const title = plainLine(summary).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<details><summary>${breakLinks(title)}</summary>\n\n${body}\n\n</details>`;
}

/** Table from cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Blocks in order, as many as fit into `limit` characters: one that is too long does not keep out the ones after it. `note`
 * stands where the first one was left out. A block is never cut.
 */
export function joinBlocks(
  blocks: readonly string[],
  { limit, note }: { readonly limit: number; readonly note: string },
): string {
  const whole = blocks.join('\n\n');
  if (whole.length <= limit) return whole;
  const kept: string[] = [];
  let left = limit - note.length - 2;
  let isNoted = false;
  for (const block of blocks) {
    if (block.length + 2 <= left) {
      kept.push(block);
      left -= block.length + 2;
    } else if (!isNoted) {
      kept.push(note);
      isNoted = true;
    }
  }
  return kept.join('\n\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
}
