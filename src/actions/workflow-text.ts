/**
 * Text that is printed in a workflow log and holds other people's words: no line of it is a workflow command. The runner takes
 * `::name::` at the start of a line (after blanks) and `##[name]` anywhere.
 */
export function neutraliseCommands(text: string): string {
  return text
    .replace(/\r(?!\n)/g, '\n')
    .replace(/^(\s*)::/gm, '$1: :')
    .replaceAll('##[', '# #[');
}
