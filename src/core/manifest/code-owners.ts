/** Where GitHub looks for the file; the first that is there counts. Source: GitHub Docs, "About code owners". */
export const CODE_OWNERS_PATHS: readonly string[] = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** All logins and teams that a CODEOWNERS file names, in lower case, as GitHub compares them. Comments and sections aside. */
export function readOwners(text: string): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const [, ...words] = line
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    for (const word of words) if (word.startsWith('@')) owners.add(word.toLowerCase());
  }
  return owners;
}
