import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { POLICY_KEYS } from '../core/manifest/policy.ts';
import { toProblem } from '../core/manifest/rule.ts';
import type { FindBefore } from './find-before.ts';
import { type RepositoryReading, remainsOf } from './read-files.ts';

/** Sections of the config by which a pull request is judged, and which it may therefore not choose itself. */
const JUDGING: readonly (keyof Config)[] = [...POLICY_KEYS, 'verify', 'releases', 'account'];

/**
 * What of the base cannot be read is no measure. The pull request that mends it passes, and says that an owner must look; what else it
 * brings would be held against nothing, and is refused.
 */
export function checkUnreadableBase(
  before: RepositoryReading,
  reading: RepositoryReading,
  findBefore: FindBefore,
): readonly Problem[] {
  const problems: Problem[] = [];
  const lost = lostSections(before);
  // one that is wrong still is refused for that
  const mended = lost.length > 0 ? reading.parsedConfig : undefined;
  const names = lost.join(', ');
  if (mended)
    problems.push(
      toProblem(mended.source, {
        code: 'BASE_UNREADABLE',
        severity: 'warning',
        path: lost[0] === undefined ? [] : [lost[0]],
        what: 'key',
        message: `the base says nothing of ${names} that can be read (${firstError(before.configFile.problems)}), so nobody can tell what changes here; an owner must look at all of it`,
      }),
    );
  for (const file of reading.releases) {
    const source = remainsOf(file)?.source;
    const was = findBefore(file);
    if (!source || was?.text === file.text) continue;
    const path = ['metadata', 'name'];
    if (was?.kind === 'unreadable') {
      const message = `the manifest of the base cannot be read (${firstError(was.problems)}), so this one is held against its sound parts and the records alone; an owner must look at all of it`;
      problems.push(toProblem(source, { code: 'BASE_UNREADABLE', severity: 'warning', path, message }));
    } else if (mended) {
      const message = `this change would be held against ${names} of ${CONFIG_PATH} in the base, and that cannot be read (${firstError(before.configFile.problems)}); mend ${CONFIG_PATH} in a pull request of its own first, and bring this one when that is merged`;
      problems.push(toProblem(source, { code: 'BASE_UNREADABLE', path, message }));
    }
  }
  return problems;
}

/** Sections of the base by which it would judge, if they could be read. */
function lostSections({ configFile }: RepositoryReading): readonly (keyof Config)[] {
  const { lost } = configFile.sound();
  return JUDGING.filter((key) => lost.has(key));
}

function firstError(problems: readonly Problem[]): string {
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!first) return 'unknown';
  const { at, path, message } = first;
  return `${at.file}:${at.line}:${at.column}${path === '' ? '' : ` ${path}`}: ${message}`;
}
