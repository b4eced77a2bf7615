import * as z from 'zod';
import type { Position } from '../errors.ts';
import type { YamlSource } from '../yaml/read-yaml.ts';
import { type Config, configSchema } from './config-schema.ts';
import { lazily } from './lazily.ts';
import type { ConfigReading } from './parse-config.ts';
import { policyRules } from './policy-rules.ts';

/** The sections of a config that are sound; of a config without errors, all of them. */
export interface SoundConfig {
  readonly config: Partial<Config>;
  /** Sections of which nobody can say what they are: something in them is wrong, or something else may be meant to be them. */
  readonly lost: ReadonlySet<keyof Config>;
}

/** What a config says that was never written. */
export const NO_CONFIG: SoundConfig = { config: {}, lost: new Set() };

const partialSchema = lazily(() => configSchema().partial());
const allKeys = lazily((): ReadonlySet<keyof Config> => new Set(configSchema().keyof().options));

/** What a config says of which nothing can be read. */
export function lostConfig(): SoundConfig {
  return { config: {}, lost: allKeys() };
}

/** Leaves out every section with an error in it, whole: half of a policy is another policy. */
export function soundConfig(reading: ConfigReading): SoundConfig {
  if (reading.kind === 'ok') return { config: reading.value.config, lost: NO_CONFIG.lost };
  const { source, problems } = reading;
  if (!source) return lostConfig();
  const lost = new Set<keyof Config>();
  const sectionAt = sectionsOf(source);
  for (const { severity, code, at } of problems) {
    if (severity !== 'error') continue;
    const section = code === 'PROBLEMS_OMITTED' ? undefined : sectionAt(at);
    // a key that is none, or a problem of the whole, may be about any of them
    for (const key of section ? [section] : allKeys()) lost.add(key);
  }
  const rest = Object.entries(source.value as object).filter(([key]) => !lost.has(key as keyof Config));
  const parsed = z.safeParse(partialSchema(), Object.fromEntries(rest), { jitless: true });
  if (!parsed.success) return lostConfig();
  for (const { path } of policyRules(parsed.data)) lost.add(path[0] as keyof Config);
  const kept = Object.entries(parsed.data).filter(([key]) => !lost.has(key as keyof Config));
  return { config: Object.fromEntries(kept) as Partial<Config>, lost };
}

/** The section that a place is in; undefined above the first, and in one that there is none of. */
function sectionsOf(source: YamlSource): (at: Position) => keyof Config | undefined {
  const starts = Object.keys(source.value as object)
    .map((key) => ({ key, at: source.positionOf([key], 'key') }))
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return ({ line, column }) => {
    const found = starts.findLast(
      ({ at }) => at.line < line || (at.line === line && at.column <= column),
    )?.key;
    return [...allKeys()].find((key) => key === found);
  };
}
