import type { Problem } from '../core/errors.ts';
import { releaseFolders } from '../core/manifest/config-rules.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import type { ParsedConfig } from '../core/manifest/parse-config.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource } from '../ports/forge.ts';

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

/** Files that a manifest names for people and that are not there. */
export async function checkRunbook(
  files: FileSource,
  { release, source }: ParsedRelease,
): Promise<readonly Problem[]> {
  const { runbook } = release.metadata;
  if (runbook === undefined || (await files.read([runbook])).has(runbook)) return [];
  const message = `${quote(runbook)} is not there, and the revert pull request would link to nothing; add the file or correct the path`;
  return [toProblem(source, { code: 'RUNBOOK_MISSING', path: ['metadata', 'runbook'], message })];
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
