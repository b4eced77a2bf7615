import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Sha } from '../../src/core/units.ts';
import { sha } from '../../src/core/units.ts';

/** A git repository of one test, with the commands that a person would type. */
export interface ScratchRepository {
  readonly directory: string;
  git(...args: readonly string[]): string;
  write(path: string, content: string | Uint8Array): void;
  /** Commits all that is in the working tree. The date is the number of seconds since 1970. */
  commit(subject: string, date?: number): Sha;
  remove(): void;
}

const PERSON = { name: 'Mona', email: 'mona@example.org' };

/** Runs git as a person with no configuration of their own; what it prints, without white space around it. */
export function personGit(directory: string, args: readonly string[], date?: number): string {
  return rawGit(directory, args, date).trim();
}

/** The same, to the byte. */
export function rawGit(directory: string, args: readonly string[], date = 1_790_000_000): string {
  return execFileSync('git', [...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: PERSON.name,
      GIT_AUTHOR_EMAIL: PERSON.email,
      GIT_COMMITTER_NAME: PERSON.name,
      GIT_COMMITTER_EMAIL: PERSON.email,
      GIT_AUTHOR_DATE: `${date} +0000`,
      GIT_COMMITTER_DATE: `${date} +0000`,
    },
  });
}

const folders: string[] = [];

// runs at the end of each test file that imports this one
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** An empty folder of one test file, outside every repository; removed when the file is through. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'belay-test-'));
  folders.push(folder);
  return folder;
}

export function createScratchRepository(
  options: { readonly bare?: boolean; readonly branch?: string } = {},
): ScratchRepository {
  const directory = scratchFolder();
  const git = (...args: readonly string[]) => personGit(directory, args);
  git('init', '--quiet', '--initial-branch', options.branch ?? 'main', ...(options.bare ? ['--bare'] : []));
  return {
    directory,
    git,
    write: (path, content) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    },
    commit: (subject, date) => {
      git('add', '--all');
      personGit(directory, ['commit', '--quiet', '--allow-empty', '-m', subject], date);
      return sha(git('rev-parse', 'HEAD'));
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Writes `odd/link`, `odd/latin`, `odd/large` and `odd/plain` into a working tree; a submodule needs the index. */
export function writeOddities(directory: string): void {
  mkdirSync(join(directory, 'odd'));
  writeFileSync(join(directory, 'odd/latin'), new Uint8Array([0x66, 0xfc, 0x72]));
  writeFileSync(join(directory, 'odd/large'), 'x'.repeat(1_048_577));
  writeFileSync(join(directory, 'odd/plain'), 'plain\n');
  symlinkSync('plain', join(directory, 'odd/link'));
}
