/** A link of a Markdown file to another file of its repository. */
export interface FileLink {
  /** As it is written. */
  readonly written: string;
  /** From the root of the repository; undefined when it leads out of it. */
  readonly path: string | undefined;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * Links and images that lead into the repository, in reading order: inline ones and reference definitions. Left out are code, other
 * sites, and places in the file itself. A leading / is the root of the repository, as on GitHub. Linear in the text.
 * @param file path of the Markdown file
 */
export function findFileLinks(file: string, text: string): readonly FileLink[] {
  const found: FileLink[] = [];
  let fence: string | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      continue;
    }
    fence = mark;
    if (mark !== undefined) continue;
    for (const { written, column } of linksOf(line)) {
      if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|#|$)/i.test(written)) continue;
      found.push({ written, path: resolve(file, written), line: index + 1, column });
    }
  }
  return found;
}

function linksOf(line: string): readonly { readonly written: string; readonly column: number }[] {
  const bare = line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length));
  const inline = [...bare.matchAll(/\]\(<?([^)\s<>]*)/g)];
  const definition = /^ {0,3}\[[^\]]+\]:[ \t]*<?([^\s<>]+)/.exec(bare);
  return [...inline, ...(definition ? [definition] : [])].map((match) => ({
    written: match[1] ?? '',
    column: match.index + match[0].length - (match[1] ?? '').length + 1,
  }));
}

function resolve(file: string, written: string): string | undefined {
  const target = decode(written.replace(/[?#].*$/, ''));
  const parts = target.startsWith('/') ? [] : file.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** With `%20` and the like read; as it is where that is not well-formed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
