import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Pages show what their commands print. Between `<!-- session -->` and `<!-- /session -->` the blocks of commands are run in order, in one shell,
 * in a fresh clone without a network, and what stands below a block is what it printed: all of it in a block of text; with `<!-- lines: regex -->`
 * above, the lines that match; with `<!-- quote: first … last -->`, those from one that contains the first words to one that contains the last.
 * `npm run sessions` writes it; a test compares.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NO_NETWORK = fileURLToPath(new URL('no-network.cjs', import.meta.url));

/** Pages with sessions. */
export const SESSION_PAGES = ['README.md'] as const;

const SESSION = /<!-- session -->\n([\s\S]*?)<!-- \/session -->/g;
const COMMANDS = /^```sh\n([\s\S]*?)^```$/gm;
const SHOWN =
  /(?<=^```\n\n)(?:<!-- lines: (?<lines>.+) -->\n)?```text\n[\s\S]*?^```$|^<!-- quote: (?<first>.+) … (?<last>.+) -->\n[\s\S]*?^<!-- \/quote -->$/gm;
/** Between what two blocks print. */
const MARK = '\u001e';

/** The page with everything below its commands as they print it now. */
export function runSessions(page: string): string {
  return page.replace(SESSION, (session, body: string) => {
    const blocks = [...body.matchAll(COMMANDS)];
    const printed = runBlocks(blocks.map(([, commands = '']) => commands));
    const filled = body.replace(SHOWN, (shown: string, ...rest: unknown[]) => {
      const at = rest.at(-3) as number;
      const groups = rest.at(-1) as Readonly<Record<'lines' | 'first' | 'last', string | undefined>>;
      const before = blocks.filter(({ index }) => index < at).length;
      return show(printed[before - 1] ?? '', groups) ?? shown;
    });
    return session.replace(body, () => filled);
  });
}

function show(
  printed: string,
  { lines, first, last }: Readonly<Record<'lines' | 'first' | 'last', string | undefined>>,
): string {
  const all = printed.trimEnd().split('\n');
  if (first !== undefined && last !== undefined) {
    const from = all.findIndex((line) => line.includes(first));
    const to = all.findIndex((line, index) => index > from && line.includes(last));
    if (from < 0 || to < 0)
      throw new Error(`no lines from "${first}" to "${last}" were printed:\n${printed}`);
    const quoted = all.slice(from, to).map((line) => `> ${line}`.trimEnd());
    return `<!-- quote: ${first} … ${last} -->\n${quoted.join('\n')}\n<!-- /quote -->`;
  }
  if (lines === undefined) return `\`\`\`text\n${all.join('\n')}\n\`\`\``;
  const chosen = all.filter((line) => new RegExp(lines).test(line));
  return `<!-- lines: ${lines} -->\n\`\`\`text\n${chosen.join('\n')}\n\`\`\``;
}

/** What each block prints, standard error among it. */
function runBlocks(blocks: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'belay-session-'));
  try {
    const clone = join(folder, 'belay');
    cloneWorkingTree(clone);
    const script = blocks.map((block) => `${withoutInstall(block)}\nprintf '${MARK}'\n`).join('');
    const printed = execFileSync('bash', ['-eu', '-o', 'pipefail', '-c', `exec 2>&1\n${script}`], {
      cwd: clone,
      encoding: 'utf8',
      env: environment(folder),
      maxBuffer: 16_777_216,
      // as its standard input, a socket would make bash read a start-up file
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return printed.split(MARK);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Packages come from a network; the bundle needs none of them. `.ci/run` installs them as the page says. */
function withoutInstall(block: string): string {
  return block.replace(/^npm ci(?: && |$)/gm, '');
}

/** A clone of the newest commit, with what was changed since. */
function cloneWorkingTree(clone: string): void {
  const git = (args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  git(['clone', '--quiet', '--no-local', '--depth', '1', `file://${ROOT}`, clone]);
  const changed = git(['ls-files', '-z', '--modified', '--others', '--exclude-standard']);
  const gone = new Set(git(['ls-files', '-z', '--deleted']).split('\0'));
  for (const path of changed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    if (gone.has(path)) rmSync(join(clone, path));
    else cpSync(join(ROOT, path), join(clone, path));
  }
}

/** Nothing of this machine: no config of git, no token, no network; a person whose commits are of one moment, so that their ids are the same. */
function environment(folder: string): NodeJS.ProcessEnv {
  const person = { NAME: 'Priya Raman', EMAIL: 'priya@acme.example', DATE: '2026-12-01T08:00:00Z' };
  const names = Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  return {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    NODE_OPTIONS: `--require ${NO_NETWORK}`,
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_loglevel: 'silent',
    npm_config_update_notifier: 'false',
    ...Object.fromEntries(names),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const page of SESSION_PAGES) {
    const path = join(ROOT, page);
    writeFileSync(path, runSessions(readFileSync(path, 'utf8')));
  }
