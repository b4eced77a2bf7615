import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config, RECORDS_PATH } from '../core/manifest/config-schema.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { listRole, type Role, type RoleList } from '../core/manifest/roles.ts';
import { toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import { appendMarked, findMarked, replaceMarked } from '../report/marked-block.ts';
import { describeRunbook, runbookMark } from '../report/runbook.ts';
import { type LocatedTargets, locateTargets } from './locate-targets.ts';

/** The generated part of a runbook, and the file that it belongs into. */
export interface Runbook {
  readonly name: string;
  /** The file that the manifest names; undefined when it names none. */
  readonly path: string | undefined;
  /** Markdown. */
  readonly part: string;
  /** The file as it is; undefined when it is not there or has no text. */
  readonly before: string | undefined;
  /** The file as it has to be; undefined when it cannot be written, see `problems` and `unread`. */
  readonly after: string | undefined;
  /** A file that cannot be read, and that the part has to tell of: what is checked in may know more, and stays as it is. */
  readonly unread: string | undefined;
  readonly problems: readonly Problem[];
}

const WORKFLOWS = '.github/workflows';

/** What a runbook tells of besides its manifest. */
export interface RunbookPlace {
  /** File name of the first workflow that runs the rollback action; undefined when there is none. */
  readonly workflow: string | undefined;
  /** Whether a workflow runs the command action. */
  readonly commands: boolean;
  /** Undefined: it cannot be read. */
  readonly config: Config | undefined;
}

/** Looks at the workflows of a repository. */
export async function findPlace(files: FileSource, config: Config | undefined): Promise<RunbookPlace> {
  const paths = (await files.list(WORKFLOWS)).filter((path) => /\.ya?ml$/.test(path));
  const texts = await files.read(paths);
  const running = (action: string): string | undefined => {
    // \s would run over the ends of lines, and a file of empty ones would take as many looks as it has pairs of them
    const uses = new RegExp(`^[ \\t]*(?:- )?uses: ['"]?\\S+/actions/${action}@`, 'm');
    return paths.find((path) => {
      const file = texts.get(path);
      return file?.kind === 'text' && uses.test(file.text);
    });
  };
  const workflow = running('rollback')?.slice(WORKFLOWS.length + 1);
  return { workflow, commands: running('command') !== undefined, config };
}

function rolesOf(config: Config, release: Release): Readonly<Record<Role, RoleList>> {
  return {
    approve: listRole(config, release, 'approve'),
    override: listRole(config, release, 'override'),
    rollback: listRole(config, release, 'rollback'),
    unquarantine: listRole(config, release, 'unquarantine'),
  };
}

/** Makes the generated part anew, and says what of its file must change; all outside the marks stays. */
export async function makeRunbook(
  files: FileSource,
  parsed: ParsedRelease,
  place: RunbookPlace,
): Promise<Runbook> {
  const { runbook: path } = parsed.release.metadata;
  const file = path === undefined ? undefined : (await files.read([path])).get(path);
  return makeFrom(file, parsed, { ...place, ...(await locateTargets(files.read, parsed.release)) });
}

/** @param file  the runbook as it is */
function makeFrom(
  file: RepoFile | undefined,
  { release, source }: ParsedRelease,
  { workflow, commands, config, ...located }: RunbookPlace & LocatedTargets,
): Runbook {
  const { name, runbook: path } = release.metadata;
  const part = describeRunbook({
    release,
    targets: located.targets,
    path: source.file,
    records: `${RECORDS_PATH}/${name}`,
    workflow,
    commands,
    roles: config && rolesOf(config, release),
  });
  const unread = config ? located.unread : CONFIG_PATH;
  const made = { name, path, part, before: undefined, after: undefined, unread, problems: [] };
  if (path === undefined) return made;
  if (!file)
    return keepUnread({
      ...made,
      after: appendMarked(`# ${name}: when it goes wrong\n`, runbookMark(name), part),
    });
  if (file.kind === 'unreadable') {
    const message = `${quote(path)} has no text to write into (${file.reason}); name a Markdown file`;
    const at = ['metadata', 'runbook'];
    return { ...made, problems: [toProblem(source, { code: 'RUNBOOK_UNREADABLE', path: at, message })] };
  }
  return keepUnread({ ...made, ...placePart(path, file.text, { name, part }) });
}

/** Who opens a runbook in an incident must not miss what was in it because another file is broken. */
function keepUnread(made: Runbook): Runbook {
  return made.unread === undefined ? made : { ...made, after: undefined };
}

function placePart(
  path: string,
  before: string,
  { name, part }: Pick<Runbook, 'name' | 'part'>,
): Pick<Runbook, 'before' | 'after' | 'problems'> {
  const found = findMarked(before, runbookMark(name));
  if (found.kind === 'absent')
    return { before, after: appendMarked(before, runbookMark(name), part), problems: [] };
  if (found.kind === 'found') return { before, after: replaceMarked(before, found, part), problems: [] };
  const message = `the marks of the generated part cannot be trusted: ${found.why}; keep one pair of them, or delete both and run "belay runbook ${name} --write"`;
  return {
    before,
    after: undefined,
    problems: [problemAt(path, found.line, 'RUNBOOK_MARKS_BROKEN', message)],
  };
}

/**
 * A generated part that is not what it would be today: it is read when there is no time to doubt it. A runbook without the marks is
 * people's own, and nothing is asked of it.
 */
export async function checkGenerated(
  files: FileSource,
  parsed: ParsedRelease,
  { runbooks, place }: { readonly runbooks: ReadonlyMap<string, RepoFile>; readonly place: RunbookPlace },
): Promise<readonly Problem[]> {
  const { name, runbook: path } = parsed.release.metadata;
  if (path === undefined) return [];
  const file = runbooks.get(path);
  const found = file?.kind === 'text' ? findMarked(file.text, runbookMark(name)) : undefined;
  // most are people's own, and the part is dear to make
  if (!file || found?.kind === 'absent') return [];
  const located = await locateTargets(files.read, parsed.release);
  const { before, after, unread, problems } = makeFrom(file, parsed, { ...place, ...located });
  if (problems.length > 0 || found?.kind !== 'found' || before === after) return problems;
  // what is wrong there is said, and nobody can tell yet what this part has to be
  if (unread !== undefined) return [];
  const message = `the generated part is not what ${quote(parsed.source.file)}, the config, the workflows and the target files say now; run "belay runbook ${name} --write" and commit the file`;
  return [problemAt(path, found.line, 'RUNBOOK_STALE', message)];
}

function problemAt(file: string, line: number, code: string, message: string): Problem {
  return { code, severity: 'error', at: { file, line, column: 1 }, path: '', message };
}
