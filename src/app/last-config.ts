import { type Decision, lowers, type Reason } from '../core/decision/decision.ts';
import { ToolError } from '../core/errors.ts';
import { CONFIG_PATH, type Config } from '../core/manifest/config-schema.ts';
import { parseConfig } from '../core/manifest/parse-config.ts';
import type { Sha } from '../core/units.ts';
import type { World } from './world.ts';

/** A config that the default branch had before. */
export interface LastConfig {
  readonly config: Config;
  /** The commit that brought it. */
  readonly commit: Sha;
}

/**
 * The newest config in the history of the default branch that can be read; undefined when there is none, or history cannot be read:
 * without it a run still says what is wrong, and a rollback that a person orders needs none.
 */
export async function findLastConfig(
  { forge, log }: Pick<World, 'forge' | 'log'>,
  head: Sha,
): Promise<LastConfig | undefined> {
  try {
    for (const { commit, text } of await forge.history(head, CONFIG_PATH)) {
      const reading = text === undefined ? undefined : parseConfig(CONFIG_PATH, text);
      if (reading?.kind === 'ok') return { config: reading.value.config, commit };
    }
  } catch (fault) {
    if (!(fault instanceof ToolError)) throw fault;
    log.warn(`an earlier ${CONFIG_PATH} was not found: ${fault.message}`);
  }
  return undefined;
}

/** What is looked at, and gone back, by: the config of the branch, or where it cannot be read the last one that could be. */
export function withLastConfig<
  Read extends { readonly config: Config | undefined; readonly lastConfig: LastConfig | undefined },
>(reading: Read): Read {
  return { ...reading, config: reading.config ?? reading.lastConfig?.config };
}

/** By a config that is not the branch's any more, nothing is done but what takes people off a candidate. */
export function requireConfig(lastConfig: LastConfig | undefined, decision: Decision): Decision {
  if (!lastConfig) return decision;
  const text = `${CONFIG_PATH} cannot be read, so the newest one that can, of ${lastConfig.commit.slice(0, 7)}, is gone by; nothing goes up until it is mended`;
  const reason: Reason = { code: 'CONFIG_UNREADABLE', text };
  const { from, reasons } = decision;
  if (lowers(decision)) return { ...decision, reasons: [...reasons, reason] };
  return { kind: 'hold', from, to: from, reasons: [reason, ...reasons] };
}
