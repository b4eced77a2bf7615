import type { Position, Problem } from '../errors.ts';
import type { YamlPath, YamlSource } from '../yaml/read-yaml.ts';
import { formatPath } from '../yaml/yaml-path.ts';
import type { Config } from './config-schema.ts';
import type { Draft } from './draft.ts';

/** Something that a rule found. */
export interface RuleFinding {
  readonly code: string;
  readonly path: YamlPath;
  readonly message: string;
  /** Point at the key instead of the value. */
  readonly what?: 'key' | 'value';
  readonly severity?: Problem['severity'];
  /** A place within the value. */
  readonly at?: Position;
}

/** What a rule looks at. */
export interface RuleInput {
  readonly draft: Draft;
  readonly source: YamlSource;
  /** Undefined: rules that need it do not run. */
  readonly config: Config | undefined;
}

/** One rule, which may need more than one field. Skips what is undefined in the draft: that has its problem already. */
export type Rule = (input: RuleInput) => Iterable<RuleFinding>;

/** Where a finding stands, as a problem. */
export function toProblem(source: YamlSource, finding: RuleFinding): Problem {
  return {
    code: finding.code,
    severity: finding.severity ?? 'error',
    at: finding.at ?? source.positionOf(finding.path, finding.what),
    path: formatPath(finding.path),
    message: finding.message,
  };
}
