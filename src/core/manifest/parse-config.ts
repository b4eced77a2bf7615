import { limitProblems, type Reading, type YamlSource } from '../yaml/read-yaml.ts';
import { configRules } from './config-rules.ts';
import { type Config, configSchema } from './config-schema.ts';
import { parseDocument } from './parse-document.ts';

/** A config that keeps its schema and its rules, and where it was read from. */
export interface ParsedConfig {
  readonly config: Config;
  readonly source: YamlSource;
}

/** A config, or else why not. */
export type ConfigReading =
  | Extract<Reading<ParsedConfig>, { kind: 'ok' }>
  | (Extract<Reading<ParsedConfig>, { kind: 'bad' }> & {
      /** What it says where it is sound, for what else can be judged by it. */
      readonly remains: ParsedConfig | undefined;
      /** Undefined when the text is no sound YAML, or something else altogether. */
      readonly source: YamlSource | undefined;
    });

/** Reads `.belay/config.yaml`. All problems at once, in reading order; `ok` may carry warnings. */
export function parseConfig(file: string, text: string): ConfigReading {
  const kind = { kind: 'Config', schema: configSchema(), secretAdvice: undefined } as const;
  const { source, value, mended, problems } = parseDocument(file, text, kind);
  const ruled = source && mended ? configRules(mended, source) : [];
  const all = limitProblems([...problems, ...ruled]);
  if (!source || !value || all.some(({ severity }) => severity === 'error'))
    return { kind: 'bad', problems: all, source, remains: source && mended && { config: mended, source } };
  return { kind: 'ok', value: { config: value, source }, problems: all };
}
