import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs of every machine that run.sh and git need. */
const EVERYWHERE = ['bash', 'dirname', 'env', 'git', 'sh', 'uname'];

/** A folder for PATH with the ordinary programs and no node, or with this script in its place. */
export function makePath(node?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'belay-path-'));
  for (const name of EVERYWHERE) {
    const found = execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim();
    symlinkSync(found, join(folder, name));
  }
  if (node !== undefined) {
    writeFileSync(join(folder, 'node'), `#!/bin/sh\n${node}\n`);
    chmodSync(join(folder, 'node'), 0o755);
  }
  return folder;
}
