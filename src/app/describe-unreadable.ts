import type { RepoFile } from '../ports/forge.ts';

/** What stands in the place of a text file, in words. */
export function describeUnreadable(reason: Extract<RepoFile, { kind: 'unreadable' }>['reason']): string {
  switch (reason) {
    case 'symlink':
      return 'a symlink';
    case 'submodule':
      return 'a submodule';
    case 'not-utf8':
      return 'not valid UTF-8';
    case 'too-large':
      return 'larger than 1 MiB';
  }
}
