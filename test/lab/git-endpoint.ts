import type { ApiRequest } from './api.ts';
import { runHttpBackend } from './git/http-backend.ts';
import { Refusal } from './refusal.ts';
import { followMove } from './state/effects.ts';
import type { LabRepository } from './state/repository.ts';
import { pushRules } from './state/rules.ts';
import type { Actor } from './tokens.ts';
import { actOf, type Call, visibleRepository } from './world.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const GIT_PATH = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a path is of git's smart HTTP protocol. */
export function isGitPath(path: string): boolean {
  return GIT_PATH.test(path);
}

/** Serves clone, fetch and push. A push is checked by the rules and has the same effects as any other move of a branch. */
export async function serveGit(call: Call, request: ApiRequest): Promise<RawAnswer> {
  const [, owner = '', name = '', service = ''] = GIT_PATH.exec(request.path) ?? [];
  const repo = visibleRepository(call, `${owner}/${name}`);
  const push = service === 'git-receive-pack' || request.query.get('service') === 'git-receive-pack';
  if (call.token === undefined && (push || repo === undefined)) return challenge();
  if (repo === undefined) throw new Refusal({ status: 404, type: null, message: 'Repository not found.' });
  if (push && call.token?.permissions.contents !== 'write')
    throw new Refusal({
      status: 403,
      type: null,
      message: `Permission to ${repo.fullName}.git denied to ${call.token?.actor.login}.`,
    });
  if (repo.settings.private && call.token?.permissions.contents === undefined)
    throw new Refusal({ status: 403, type: null, message: 'Write access to repository not granted.' });
  const backend = {
    ...request,
    query: request.query.toString(),
    dir: repo.git.dir,
    service,
    user: call.token?.actor.login,
    rules: call.token && push ? hookRules(repo, call.token.actor) : '',
  };
  if (service !== 'git-receive-pack') return runHttpBackend(backend);
  return repo.exclusive(async () => {
    const before = await repo.git.refs('refs/heads/');
    const answer = await runHttpBackend(backend);
    await followPush(call, repo, before);
    return answer;
  });
}

function challenge(): RawAnswer {
  return {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' },
    body: Buffer.from('No anonymous write access.'),
  };
}

type Refs = Awaited<ReturnType<LabRepository['git']['refs']>>;

async function followPush(call: Call, repo: LabRepository, before: Refs): Promise<void> {
  const old = new Map(before.map((ref) => [ref.name, ref.oid]));
  const now = new Map((await repo.git.refs('refs/heads/')).map((ref) => [ref.name, ref.oid]));
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const move = { name, from: old.get(name), to: now.get(name) };
    if (move.from !== move.to) await followMove(repo, actOf(call), move);
  }
}

/** The rules that hold for an actor's push, as the hook reads them; what is pushed has no checks yet. */
function hookRules(repo: LabRepository, actor: Actor): string {
  const settings = repo.settings.rules ?? [];
  const rules = Array.isArray(settings) ? settings : [settings];
  const branches = new Set(rules.flatMap((rule) => rule.branches ?? [repo.defaultBranch]));
  return [...branches]
    .flatMap((branch) =>
      pushRules(repo, actor, { branch, to: undefined }).map(
        ({ test, kind, message }) => `${branch}|${test}|${kind}|${message}`,
      ),
    )
    .join('\n');
}
