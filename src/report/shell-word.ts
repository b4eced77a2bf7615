/** One word of a command line, whatever is in it: a path may hold what a shell would run. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
