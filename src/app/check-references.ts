import type { Problem } from '../core/errors.ts';
import { releaseFolders } from '../core/manifest/config-rules.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import type { ParsedConfig } from '../core/manifest/parse-config.ts';
import { type RuleInput, toProblem } from '../core/manifest/rule.ts';
import { findFileLinks } from '../core/manifest/runbook-links.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';

/** Files that the config names and that are not there. */
export async function checkConfigFiles(
  files: FileSource,
  { config, source }: ParsedConfig,
): Promise<readonly Problem[]> {
  const recorded = Object.entries(config.providers).flatMap(([name, provider]) =>
    provider.kind === 'openmetrics' ? [{ name, file: provider.file }] : [],
  );
  const found = await files.read(recorded.map(({ file }) => file));
  return recorded.flatMap(({ name, file }) => {
    if (found.has(file)) return [];
    const message = `${quote(file)} is not there, so provider ${quote(name)} could answer nothing; add the file or correct the path`;
    const path = ['providers', name, 'file'];
    return [toProblem(source, { code: 'PROVIDER_FILE_MISSING', path, message })];
  });
}

type Naming = Pick<RuleInput, 'draft' | 'source'>;

/** The runbooks that manifests name, by path; one that several share is read once. */
export function readRunbooks(
  files: FileSource,
  manifests: readonly Naming[],
): Promise<ReadonlyMap<string, RepoFile>> {
  return files.read([...new Set(manifests.flatMap(({ draft }) => draft.runbook ?? []))]);
}

/** The runbooks that manifests name are there, and so is what they link to. */
export async function checkRunbooks(
  files: FileSource,
  {
    manifests,
    runbooks,
  }: { readonly manifests: readonly Naming[]; readonly runbooks: ReadonlyMap<string, RepoFile> },
): Promise<readonly Problem[]> {
  const missing = manifests.flatMap(({ draft: { runbook }, source }): Problem[] => {
    if (runbook === undefined || runbooks.has(runbook)) return [];
    const message = `${quote(runbook)} is not there, and the revert pull request would link to nothing; add the file or correct the path`;
    return [toProblem(source, { code: 'RUNBOOK_MISSING', path: ['metadata', 'runbook'], message })];
  });
  const broken: Problem[] = [];
  for (const file of runbooks.values())
    if (file.kind === 'text') broken.push(...(await checkLinks(files, file)));
  return [...missing, ...broken];
}

/** More are not looked at: each may be a folder to list. */
const MOST_LINKS = 500;

/** Links to files that are not there: they are clicked when there is no time to look. */
async function checkLinks(
  files: FileSource,
  { path: file, text }: { readonly path: string; readonly text: string },
): Promise<readonly Problem[]> {
  const links = findFileLinks(file, text).slice(0, MOST_LINKS);
  const paths = [...new Set(links.flatMap(({ path }) => (path ? [path] : [])))];
  const found = await files.read(paths);
  const problems: Problem[] = [];
  for (const { written, path, line, column } of links) {
    if (path === '' || (path !== undefined && found.has(path))) continue;
    if (path !== undefined && (await files.list(path)).length > 0) continue;
    const what = path === undefined ? 'leads out of the repository' : 'leads to nothing';
    const message = `the link ${quote(written)} ${what}, and the runbook is read when there is no time to look for it; correct the link or add ${path === undefined ? 'what it is to show to the repository' : quote(path)}`;
    const at = { file, line, column };
    problems.push({ code: 'RUNBOOK_LINK_BROKEN', severity: 'error', at, path: '', message });
  }
  return problems;
}

/** That there is no manifest where they are looked for: a green result would say nothing. */
export async function reportNoManifest(files: FileSource, parsed: ParsedConfig): Promise<Problem> {
  const folders = releaseFolders(parsed.config);
  const below = (await Promise.all(folders.map((folder) => files.list(folder)))).flat();
  const passed = below.length === 0 ? '' : ` (${quote(below[0] ?? '')} is none: subfolders are not read)`;
  const hint = 'Run "belay init" to write one, or name their folders as releases';
  const message = `no release manifest found, so nothing was checked and nothing would be rolled out; looked for *.yaml and *.yml in ${folders.join(', ')}${passed}. ${hint}`;
  const at = parsed.source.positionOf(['releases']);
  return {
    code: 'MANIFEST_MISSING',
    severity: 'warning',
    at: { ...at, file: CONFIG_PATH },
    path: 'releases',
    message,
  };
}
