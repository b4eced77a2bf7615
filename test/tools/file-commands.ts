/**
 * The file that a step appends its outputs to, as GitHub's runner reads it: `name=value`, or `name<<delimiter`, lines, delimiter.
 * Source: actions/runner, src/Runner.Worker/FileCommandManager.cs (EnvFileKeyValuePairs).
 * @throws Error for a file that fails the step on GitHub
 */
export function readFileCommands(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const values: Record<string, string> = {};
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const delimiter = line.slice(heredoc + 2);
    if (heredoc < 1 || delimiter === '') throw new Error(`invalid format '${line}'`);
    const end = lines.indexOf(delimiter, index + 1);
    if (end < 0) throw new Error(`invalid value: matching delimiter not found '${delimiter}'`);
    values[line.slice(0, heredoc)] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}
