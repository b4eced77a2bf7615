import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gitEnvironment } from './run-git.ts';

export interface BackendRequest {
  /** The bare repository. */
  readonly dir: string;
  /** `info/refs`, `git-upload-pack`, `git-receive-pack`. */
  readonly service: string;
  readonly method: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly user: string | undefined;
  /** Rules that the push hook enforces, one a line: see `RULES_HOOK`. */
  readonly rules: string;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers one request of the smart HTTP protocol by `git http-backend`. */
export function runHttpBackend(request: BackendRequest): Promise<BackendAnswer> {
  const { headers } = request;
  const env = gitEnvironment({
    GIT_PROJECT_ROOT: dirname(request.dir),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(request.dir)}/${request.service}`,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.query,
    CONTENT_TYPE: headers['content-type'] ?? '',
    CONTENT_LENGTH: String(request.body.length),
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: headers['git-protocol'] ?? '',
    LAB_RULES: request.rules,
    ...(request.user === undefined ? {} : { REMOTE_USER: request.user }),
  });
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { cwd: request.dir, env });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(readCgi(Buffer.concat(out))));
    child.stdin.on('error', () => undefined);
    child.stdin.end(request.body);
  });
}

function readCgi(out: Buffer): BackendAnswer {
  const end = out.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of out.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else if (colon > 0) headers[name] = value;
  }
  return { status: end < 0 ? 500 : status, headers, body: out.subarray(end + 4) };
}

/**
 * Refuses pushes that break rules. Each line of LAB_RULES is `branch|test|kind|message`; test is `always`, `delete`,
 * `force` or `merges`.
 */
const RULES_HOOK = `#!/bin/sh
zero=0000000000000000000000000000000000000000
refused=$(while read -r old new ref; do
  [ "$old" = $zero ] && continue
  printf '%s\\n' "$LAB_RULES" | while IFS='|' read -r branch test kind message; do
    [ "refs/heads/$branch" = "$ref" ] || continue
    if [ "$test" = delete ]; then [ "$new" = $zero ] || continue; else [ "$new" = $zero ] && continue; fi
    if [ "$test" = force ]; then git merge-base --is-ancestor "$old" "$new" && continue; fi
    if [ "$test" = merges ]; then [ -n "$(git rev-list --merges -1 "$old..$new")" ] || continue; fi
    printf '%s|%s|%s\\n' "$ref" "$kind" "$message"
  done
done)
[ -z "$refused" ] && exit 0
printf '%s\\n' "$refused" | while IFS='|' read -r ref kind message; do
  if [ "$kind" = classic ]; then
    printf 'error: GH006: Protected branch update failed for %s.\\nerror: %s\\n' "$ref" "$message"
  else
    printf 'error: GH013: Repository rule violations found for %s.\\n\\n- %s\\n\\n' "$ref" "$message"
  fi
done >&2
exit 1
`;

/** Puts the hook that enforces rules into a bare repository. */
export async function installRulesHook(dir: string): Promise<void> {
  const file = join(dir, 'hooks', 'pre-receive');
  await writeFile(file, RULES_HOOK);
  await chmod(file, 0o755);
}
