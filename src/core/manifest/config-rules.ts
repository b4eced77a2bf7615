import type { Problem } from '../errors.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { quote } from '../yaml/yaml-path.ts';
import { CONFIG_PATH, type Config } from './config-schema.ts';
import { didYouMean, suggest } from './did-you-mean.ts';
import { policyRules } from './policy-rules.ts';
import { type Rule, type RuleFinding, toProblem } from './rule.ts';

/** Where manifests are when the config does not say. */
export const DEFAULT_RELEASE_FOLDERS: readonly string[] = ['releases'];

/** Folders that hold release manifests. */
export function releaseFolders(config: Config | undefined): readonly string[] {
  return config?.releases ?? DEFAULT_RELEASE_FOLDERS;
}

/** The rules of the config that need more than one field. */
export function configRules(config: Config, source: YamlSource): readonly Problem[] {
  const findings = [...foldersAreUsable(config), ...tokensStaySecret(config), ...policyRules(config)];
  return findings.map((finding) => toProblem(source, finding));
}

function* foldersAreUsable({ releases = [] }: Config): Iterable<RuleFinding> {
  for (const [index, folder] of releases.entries()) {
    const path: YamlPath = ['releases', index];
    const first = releases.indexOf(folder);
    if (first < index)
      yield {
        code: 'FOLDER_DUPLICATE',
        path,
        message: `${quote(folder)} is releases[${first}] already; delete one of them`,
      };
    if (isBelow(folder, '.belay'))
      yield {
        code: 'SEC-09',
        path,
        message: `${quote(folder)} is where Belay keeps its own files; choose another`,
      };
  }
}

/** A token sent over plain http is everybody's; within a cluster or a machine that may be accepted. */
function* tokensStaySecret({ providers }: Config): Iterable<RuleFinding> {
  for (const [name, provider] of Object.entries(providers))
    if (provider.kind === 'prometheus' && provider.auth && /^http:/i.test(provider.url))
      yield {
        code: 'TOKEN_IN_CLEAR',
        severity: 'warning',
        path: ['providers', name, 'url'],
        message: 'the token of auth travels unencrypted over http; use https',
      };
}

/** Every check asks a provider that the config names. */
export const providersExist: Rule = function* ({ draft: { checks }, config }) {
  if (!config) return;
  const names = Object.keys(config.providers);
  for (const [index, { provider }] of checks.entries()) {
    if (provider === undefined || names.includes(provider)) continue;
    const meant = didYouMean(provider, names);
    yield {
      code: 'PROVIDER_UNKNOWN',
      path: ['spec', 'health', 'checks', index, 'provider'],
      message: `${CONFIG_PATH} has no provider ${quote(provider)}, only ${names.join(', ')}${suggest(meant)}`,
    };
  }
};

/** A target is a file of the serving system, never one that says what Belay does. */
export const targetFilesAreForeign: Rule = function* ({ draft: { targets }, source, config }) {
  for (const [index, target] of targets.entries()) {
    if (!target) continue;
    const isManifest = target.file === source.file || releaseFolders(config).includes(folderOf(target.file));
    if (!isManifest && !isBelow(target.file, '.belay')) continue;
    yield {
      code: 'SEC-09',
      path: ['spec', 'targets', index, 'file'],
      message: `path ${quote(target.file)} is ${isManifest ? 'in a folder of release manifests' : 'one of Belay’s own'}; name a file of the serving system`,
    };
  }
};

/** People look for a release by its file. */
export const nameIsFileName: Rule = function* ({ draft: { name }, source, config }) {
  const stem = source.file.slice(source.file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
  if (!config || name === undefined || name === stem) return;
  yield {
    code: 'NAME_NOT_FILE_NAME',
    severity: 'warning',
    path: ['metadata', 'name'],
    message: `the file is called ${quote(stem)}, the release ${quote(name)}; name both alike`,
  };
};

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isBelow(path: string, folder: string): boolean {
  return path.toLowerCase() === folder || path.toLowerCase().startsWith(`${folder}/`);
}
