import type { Problem } from '../core/errors.ts';
import { CONFIG_PATH } from '../core/manifest/config-schema.ts';
import { lazily } from '../core/manifest/lazily.ts';
import { type ParsedConfig, parseConfig } from '../core/manifest/parse-config.ts';
import { lostConfig, NO_CONFIG, type SoundConfig, soundConfig } from '../core/manifest/sound-config.ts';
import type { RepoFile } from '../ports/forge.ts';
import { describeUnreadable } from './describe-unreadable.ts';

/** The config of one state of a repository. */
export interface ConfigFile {
  /** Undefined when there is none, or when anything in it is wrong. */
  readonly parsed: ParsedConfig | undefined;
  /** Where something is wrong, what it says where it is sound. */
  readonly remains: ParsedConfig | undefined;
  /** Its sound sections, for those who are judged by it; worked out when it is asked for. */
  sound(): SoundConfig;
  /** Undefined when there is none, or it is no text. */
  readonly text: string | undefined;
  readonly problems: readonly Problem[];
}

/** Reads `.belay/config.yaml`. */
export function readConfig(file: RepoFile | undefined): ConfigFile {
  if (file?.kind !== 'text') {
    const message = file
      ? `expected the config, but it is ${describeUnreadable(file.reason)}; put a regular UTF-8 file in its place`
      : 'expected the config, but it is not there. Run "belay init" to make one.';
    const at = { file: CONFIG_PATH, line: 1, column: 1 };
    return {
      parsed: undefined,
      remains: undefined,
      sound: () => (file ? lostConfig() : NO_CONFIG),
      text: undefined,
      problems: [{ code: 'CONFIG_MISSING', severity: 'error', at, path: '', message }],
    };
  }
  const { text } = file;
  const reading = parseConfig(CONFIG_PATH, text);
  const { problems } = reading;
  const sound = lazily(() => soundConfig(reading));
  return reading.kind === 'ok'
    ? { parsed: reading.value, remains: undefined, sound, text, problems }
    : { parsed: undefined, remains: reading.remains, sound, text, problems };
}
