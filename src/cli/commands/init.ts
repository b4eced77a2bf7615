import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ToolError } from '../../core/errors.ts';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag, textFlag } from '../command.ts';
import { EXAMPLE_BEGIN, EXAMPLE_METRICS, EXAMPLE_PATCH, exampleFiles } from '../init-example.ts';
import { configTemplate, INIT_TRAFFIC, releaseTemplate, servingTemplate } from '../init-templates.ts';
import { WORKFLOWS } from '../init-workflows.generated.ts';
import { VERSION } from '../version.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/;

/** The tag that moves with the newest release of its line. */
const DEFAULT_REF = 'v1';

/** Writes what a repository begins with. */
export async function runInit({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const directory = resolve(context.cwd, textFlag(flags, 'dir') ?? '.');
  const name = textFlag(flags, 'release') ?? 'my-model';
  const isExample = hasFlag(flags, 'example');
  if (isExample && textFlag(flags, 'prometheus') !== undefined)
    throw refused('--example brings metrics of its own; leave --prometheus out, or --example');
  const url = textFlag(flags, 'prometheus') ?? 'https://prometheus.example.com';
  const branch = textFlag(flags, 'branch') ?? 'main';
  const ref = textFlag(flags, 'ref') ?? (await standingRef(directory)) ?? DEFAULT_REF;
  checkInputs({ name, url, branch, ref });
  const manifest = `releases/${name}.yaml`;
  const releaseText = releaseTemplate({ name, ref });
  const files: Readonly<Record<string, string>> = {
    [CONFIG_PATH]: configTemplate({ ref, metrics: isExample ? { file: EXAMPLE_METRICS } : { url } }),
    [manifest]: releaseText,
    [`serving/${name}.yaml`]: servingTemplate({ name }),
    ...Object.fromEntries(
      Object.entries(WORKFLOWS).map(([path, text]) => [path, adaptWorkflow(text, { name, branch, ref })]),
    ),
    ...(isExample ? exampleFiles({ name, manifest: releaseText }) : {}),
  };
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, text] of Object.entries(files))
    ((await writeNew(directory, path, text)) ? written : kept).push(path);
  const lines = [
    ...written.map((path) => `wrote ${path}`),
    ...kept.map((path) => `kept  ${path} (it was there already)`),
    ...(ref === DEFAULT_REF && VERSION.startsWith('0.')
      ? [
          `note: the workflows run belay-dev/belay@${ref}, which is not tagged yet: write them with --ref and the 40 digits of a commit, or put those there`,
        ]
      : []),
    ...(written.includes(manifest)
      ? [
          `made for: steps and margins of ${manifest} fit ${INIT_TRAFFIC.perMinute.toLocaleString('en-US')} requests a minute with ${INIT_TRAFFIC.bad} of them bad; with less traffic hold longer or give the steps more weight. "belay plan --traffic" says what yours need`,
        ]
      : []),
    nextStep({ written, name, isExample }),
  ];
  return {
    exitCode: 0,
    text: `${lines.join('\n')}\n`,
    json: { written, kept },
    summary: '',
    problems: [],
    outputs: {},
  };
}

/** What whoever began a repository does next. */
function nextStep({
  written,
  name,
  isExample,
}: {
  readonly written: readonly string[];
  readonly name: string;
  readonly isExample: boolean;
}): string {
  if (written.length === 0)
    return 'nothing was written, for all of it stands there already; a file that is deleted is written anew, and --release <name> begins another release';
  if (isExample && written.includes(EXAMPLE_PATCH))
    return `next: commit all of it, and look with "belay advance --now ${EXAMPLE_BEGIN}"; "git apply ${EXAMPLE_PATCH}" brings the candidate`;
  const own = `next: put your version, digest, queries and route into releases/${name}.yaml and serving/${name}.yaml, then run "belay validate"`;
  return isExample
    ? `${own}; the trial that stands there already goes on as it is, and ${EXAMPLE_PATCH} is for its release`
    : own;
}

/** The version of Belay that the workflows of a repository run already, so that a second run goes on with it. */
async function standingRef(directory: string): Promise<string | undefined> {
  for (const path of Object.keys(WORKFLOWS)) {
    const text = await readFile(join(directory, path), 'utf8').catch(() => '');
    const found = /uses: belay-dev\/belay\/actions\/[a-z]+@([A-Za-z0-9][A-Za-z0-9._/-]{0,99})\s/.exec(
      text,
    )?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Inputs {
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  readonly ref: string;
}

function checkInputs({ name, url, branch, ref }: Inputs): void {
  if (!NAME.test(name))
    throw refused(`--release: expected lower-case letters, digits and dashes, got "${name}"`);
  if (!/^https?:\/\/[^\s"'#?@]+$/.test(url))
    throw refused(`--prometheus: expected an http(s) URL without user, query or fragment, got "${url}"`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(branch))
    throw refused(`--branch: expected a branch name, got "${branch}"`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(ref))
    throw refused(`--ref: expected a tag or the 40 digits of a commit of Belay, got "${ref}"`);
}

/** The example's workflows, for another release, default branch and version of Belay. */
function adaptWorkflow(text: string, { name, branch, ref }: Omit<Inputs, 'url'>): string {
  const told = ref === DEFAULT_REF ? text : text.replace(/^ *# Not tagged yet: .*\n/gm, '');
  return told
    .replaceAll('fraud-scorer', name)
    .replace(/\bref: main\b/g, `ref: ${branch}`)
    .replace(/\bbranches: \[main\]/g, `branches: [${branch}]`)
    .replace(/(uses: belay-dev\/belay\/actions\/[a-z]+)@v1$/gm, `$1@${ref}`);
}

/** Whether the file was written; a file that is there is left as it is, in one step, whoever else writes. */
async function writeNew(directory: string, path: string, text: string): Promise<boolean> {
  const target = join(directory, path);
  await mkdir(dirname(target), { recursive: true });
  try {
    await writeFile(target, text, { flag: 'wx' });
    return true;
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'EEXIST') return false;
    throw fault;
  }
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `init: ${message}` });
}
