import '../prepare-libraries.ts';

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { nameOf, type ReleaseFile, readFiles } from '../../app/read-files.ts';
import { findPlace, makeRunbook, type Runbook } from '../../app/runbook.ts';
import { type Problem, sortProblems, ToolError } from '../../core/errors.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag } from '../command.ts';
import { findDirectory } from '../directory.ts';

/** Prints the generated part of runbooks, or writes it into the files that the manifests name. */
export async function runRunbook(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const directory = findDirectory(flags, context);
  const files = createWorktree(directory);
  const { releases, config, problems: found } = await readFiles(files, sha256);
  refuseUnknown(releases, positionals);
  const chosen = releases.filter((file) => positionals.length === 0 || positionals.includes(nameOf(file)));
  const isWriting = hasFlag(flags, 'write');
  const place = await findPlace(files, config);
  const runbooks: Runbook[] = [];
  const problems: Problem[] = [...found];
  const written: string[] = [];
  const unmade: string[] = [];
  for (const file of chosen) {
    problems.push(...file.problems);
    if (file.kind !== 'readable') {
      unmade.push(describeUnmade(file));
      continue;
    }
    // one after the other: several releases may share a file
    const runbook = await makeRunbook(files, file.parsed, place);
    runbooks.push(runbook);
    problems.push(...runbook.problems);
    if (isWriting && (await write(directory, runbook)) && runbook.path !== undefined)
      written.push(runbook.path);
  }
  const sorted = sortProblems(problems);
  const isLeft = isWriting && runbooks.some(({ unread }) => unread !== undefined);
  const text = isWriting ? listWritten(runbooks, written) : printRunbooks(runbooks);
  return {
    exitCode: isLeft || sorted.some(({ severity }) => severity === 'error') ? 1 : 0,
    text: `${[...text, ...unmade, ...listProblems(sorted)].join('\n\n')}\n`,
    json: {
      runbooks: runbooks.map(({ name, path, part }) => ({ name, path, part })),
      written,
      problems: sorted,
    },
    summary: problemBlocks('Problems', sorted).join('\n\n'),
    problems: sorted,
    outputs: {},
  };
}

/** @throws ToolError REFUSED for a name that no release has */
function refuseUnknown(releases: readonly ReleaseFile[], names: readonly string[]): void {
  const nameless = releases.filter((file) => file.kind === 'unreadable' && file.name === undefined);
  const known = releases.filter((file) => !nameless.includes(file)).map(nameOf);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const paths = nameless.map(({ path }) => path).join(', ');
  const besides =
    paths === '' ? '' : `, besides what is in ${paths}, which cannot be read: "belay validate" says why`;
  throw new ToolError({
    code: 'REFUSED',
    message: `no release is called "${unknown}"; there is ${known.join(', ') || 'none'}${besides}`,
  });
}

/** Who needs the runbook while the manifest is broken needs to know that they can go back all the same. */
function describeUnmade(file: ReleaseFile): string {
  const name = file.kind === 'unreadable' ? (file.name ?? '<release>') : nameOf(file);
  return `no runbook is made of ${file.path} while it cannot be read, and what is checked in stays as it is. A rollback does not wait for it: belay command rollback ${name}`;
}

/** Whether the file was changed. @throws ToolError REFUSED when the manifest names no file */
async function write(directory: string, { name, path, before, after }: Runbook): Promise<boolean> {
  if (path === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `release "${name}" names no runbook, so there is no file to write; add metadata.runbook to its manifest`,
    });
  if (after === undefined || after === before) return false;
  const target = join(directory, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, after);
  return true;
}

/** One is what was asked for; of several each says whose it is. */
function printRunbooks(runbooks: readonly Runbook[]): readonly string[] {
  return runbooks.map(({ name, part }) => (runbooks.length > 1 ? `## ${name}\n\n${part}` : part));
}

function listWritten(runbooks: readonly Runbook[], written: readonly string[]): readonly string[] {
  const lines = runbooks.flatMap(({ name, path, unread }) => {
    if (path === undefined) return [];
    if (unread === undefined) return [`${written.includes(path) ? 'wrote' : 'kept '} ${path} (${name})`];
    return [
      `kept  ${path} (${name}): what is checked in stays as it is while ${unread} cannot be read ("belay validate" says why)`,
    ];
  });
  return [lines.join('\n')];
}
