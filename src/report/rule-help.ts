/** What a code is about, for those who meet it without a message beside it: in the list of rules of a SARIF file. */
export interface RuleHelp {
  /** One short line. */
  readonly title: string;
  /** What it is there for, and where to look. */
  readonly help: string;
}

/** Refusals of the threat model, by id. */
const REFUSALS: Readonly<Record<string, string>> = {
  'SEC-02':
    'Names and versions are pasted into queries, branches and scripts, so only letters, digits and a few marks may stand in them.',
  'SEC-03':
    'A manifest names providers; addresses and secrets belong in .belay/config.yaml, which is read from the default branch only, and validate needs neither.',
  'SEC-06':
    'YAML that a reviewer reads otherwise than a program: anchors, aliases, tags, directives, merge keys, duplicate keys, odd numbers, and files that are too large or nest too deep.',
  'SEC-07': 'Keys that change what every object of a JavaScript program is.',
  'SEC-09': 'A path must stay inside the repository and away from what git, GitHub and Belay keep there.',
  'SEC-11': 'A link that a browser would run as a script.',
  'SEC-12':
    'Characters that cannot be seen, or that show text elsewhere than it stands; and bytes that are no UTF-8.',
  'SEC-28': 'Care was loosened together with a change of version; these are two pull requests.',
  'SEC-29': 'The weight, the records, and what is stable during a rollout are Belay’s alone to write.',
  'SEC-30': 'Records are only ever added: none is changed or deleted.',
  'ML-01':
    'What was reviewed must be what is served: artifacts are pinned by digest, not by a name that can move.',
  'ML-02': 'File formats that run code when they are loaded.',
};

/** By the first word of a code that has several: `TARGET_DIFFERS`. */
const AREAS: Readonly<Record<string, string>> = {
  ARTIFACT: 'What a version is made of, and what the serving system is told to serve.',
  ARTIFACTS: 'What a version is made of, and what the serving system is told to serve.',
  BACKEND: 'Where a version runs: it keeps its backend for life, and the targets route to it.',
  BASE: 'What a pull request is held against: config and manifests of the default branch, where they can be read.',
  BOUNDS: 'The limits and margins of a health check must leave room between safe and harmful.',
  CANARY: 'The canary entries of a KServe InferenceService.',
  CANDIDATE: 'The version that is being tried: one at a time, and different from stable.',
  CHECK: 'The health checks of a release.',
  CONFIG: 'The config of Belay in this repository.',
  DEADLINE: 'How long a rollout may take before a person is told.',
  KEY: 'The keys of a manifest: each is known, and those that must be there are.',
  LIMIT: 'The limits of a health check.',
  MANIFEST: 'Where the manifests are.',
  MARGIN: 'The margins of a health check.',
  MODE: 'KServe ignores the fields of one deployment mode in the other.',
  PROVIDER: 'Where metrics come from, by the names that the config gives.',
  QUERY:
    'What a health check asks its provider: it must be readable, tell versions apart and count one tick.',
  RECORD: 'The records that Belay writes: none is missing, altered or out of order.',
  REFERENCE: 'What a distribution is compared with.',
  RELEASE: 'Names of releases, under which their records are kept.',
  RESOURCE: 'The resource of the serving system that a target names.',
  RULE: 'The rule of a route that a target names.',
  RUNBOOK: 'What people read when a rollout goes wrong.',
  STEP: 'The steps of a rollout rise, and end at 100.',
  STEPS: 'The steps of a rollout rise, and end at 100.',
  STORAGE: 'Where a KServe predictor loads its model from.',
  TARGET: 'The files of the serving system, which must say what the manifest says.',
  TICK: 'How often evidence is counted.',
  TICKS: 'How often evidence is counted.',
  TYPE: 'Values of the wrong type.',
  VALUE: 'Values that are not of the form or size that is expected.',
  VERSION:
    'Names of versions: one that was promoted never changes, and one that was rolled back does not return.',
  WAIVER: 'Rules that an owner sets aside for a while.',
  WEIGHT: 'The share of traffic that the candidate gets.',
  YAML: 'Text that is not valid YAML.',
};

/** Title and help of a code, as `validate` reports it. */
export function helpFor(code: string): RuleHelp {
  const words = code.toLowerCase().replaceAll('_', ' ');
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (refusal !== undefined) return { title: `refused by ${code}`, help: refusal };
  const area = code.split('_')[0] ?? '';
  const about = Object.hasOwn(AREAS, area) ? `${AREAS[area]} ` : '';
  return { title: words, help: `${about}Each message says what was expected, what came and what to do.` };
}
