import { assertNever } from '../core/errors.ts';
import type { Brake } from '../core/manifest/brake.ts';
import { brakeIn } from '../core/manifest/brake-in.ts';
import { HEALTH_DEFAULTS } from '../core/manifest/defaults.ts';
import type { CheckSpec, Release, TargetSpec } from '../core/manifest/release-schema.ts';
import type { Role, RoleList } from '../core/manifest/roles.ts';
import { brakesByTier } from '../core/manifest/tier-brakes.ts';
import { formatDuration, formatPercent, type Millis } from '../core/units.ts';
import { codeBlock, codeSpan, escapeText, table } from './markdown.ts';

/** What the generated part of a runbook is made from. */
export interface RunbookInput {
  readonly release: Release;
  /** Where the manifest is. */
  readonly path: string;
  /** Where the records are. */
  readonly records: string;
  /** File name of the workflow that runs the rollback action; undefined when none was found. */
  readonly workflow: string | undefined;
  /** Whether a workflow obeys commands in comments. */
  readonly commands: boolean;
  /** Who has which role; undefined: the config cannot be read. */
  readonly roles: Readonly<Record<Role, RoleList>> | undefined;
}

/** Name of the marks around the generated part of one release: several may share a file. */
export function runbookMark(release: string): string {
  return `belay:runbook ${release}`;
}

/**
 * The generated part of a runbook: what Belay does by itself, how to look, stop, go back and go on, who decides, and when it is
 * over. Of the manifest it says only what people write: neither versions nor the weight, which Belay changes.
 * @returns Markdown without a final newline
 */
export function describeRunbook(input: RunbookInput): string {
  return [
    `_Written by \`belay runbook --write\` from ${codeSpan(input.path)}; write your own words outside the marks._`,
    byItself(input),
    look(input),
    stop(input),
    goBack(input),
    goOn(input),
    whoDecides(input),
    endings(input),
  ].join('\n\n');
}

function byItself({ release }: RunbookInput): string {
  const { rollout, health } = release.spec;
  const last = rollout.steps.length - 1;
  const steps = rollout.steps.map(({ weight, hold, approval }, index) => [
    formatPercent(weight),
    `${formatDuration(hold)}${index === last ? ' (bake)' : ''}`,
    approval ? 'when every check passes and a person has approved it' : 'by itself, when every check passes',
  ]);
  const deadline = formatDuration(rollout.deadline);
  const blind = formatDuration(health.noDataDeadline ?? HEALTH_DEFAULTS.noDataDeadline);
  return [
    '### What Belay does by itself',
    table(['Weight of the candidate', 'Holds at least', 'Entered'], steps),
    table(
      ['Check', 'Asks about', 'Provider', 'When it fails'],
      health.checks.map((check) => checkRow(check, release)),
    ),
    `Without evidence it holds; after ${blind} without evidence, or ${deadline} after the start, a run fails (exit code 2) so that a person looks. It never rolls back because metrics cannot be seen.`,
  ].join('\n\n');
}

function checkRow(check: CheckSpec, release: Release): readonly string[] {
  const by = release.byTier && brakesByTier(release, check.name) ? ` (tier ${release.byTier.tier})` : '';
  const brake = `${failing(brakeIn(check, release), release)}${by}`;
  return [codeSpan(check.name), escapeText(check.kind), codeSpan(check.provider), brake];
}

function failing(brake: Brake, { spec }: Release): string {
  switch (brake) {
    case 'rollback':
      return 'the candidate is rolled back';
    case 'fallback':
      return `the candidate is rolled back to ${codeSpan(spec.rollback?.fallback ?? '')}`;
    case 'step-down':
      return 'the candidate goes down step by step; `paused: true` stops it';
    case 'reduce':
      return 'the candidate goes down to the first step, and a person decides';
    case 'pause':
      return 'the rollout stays where it is, and a person decides';
    case 'hold':
      return 'the rollout holds';
    case 'notify':
      return 'it is only said';
    default:
      return assertNever(brake);
  }
}

function look({ release, path, records }: RunbookInput): string {
  const { name } = release.metadata;
  const lines = [
    `belay plan ${name}                       # where the rollout stands, and what comes next`,
    `git log --first-parent --oneline -- ${shellWord(path)}`,
    `cat "$(ls ${records}/*.json | tail -n 1)"   # the newest decision, with its evidence`,
    ...release.spec.targets.map(readTarget),
  ];
  return `### Look\n\n${codeBlock(lines.join('\n'), 'sh')}`;
}

/** What the cluster itself says of the split. */
function readTarget(target: TargetSpec): string {
  const space = target.namespace === undefined ? '' : `-n ${target.namespace} `;
  switch (target.kind) {
    case 'gateway-api':
      return `kubectl ${space}get httproute ${target.route} -o jsonpath='{range .spec.rules[*].backendRefs[*]}{.name}={.weight} {end}'`;
    case 'kserve':
      return `kubectl ${space}get inferenceservice ${target.service} -o jsonpath='{.status.components.predictor.traffic}'`;
  }
}

function stop({ release, path, commands }: RunbookInput): string {
  const { name } = release.metadata;
  const byCommand = commands
    ? [
        'As the first line of a comment on a pull request:',
        codeBlock(
          `/belay pause ${name} --reason "WHY"\n/belay looks-wrong ${name} --reason "WHAT YOU SAW"\n/belay resume ${name}`,
        ),
        `${codeSpan('looks-wrong')} is a pause for what no check sees: each run ends with exit code 2 until somebody resumes.`,
        'Or, without comments:',
      ]
    : [];
  const local = [
    '# in a checkout of the default branch; "resume" goes on',
    pushed(`belay command pause ${name} --reason "WHY"`),
  ];
  return [
    '### Stop it where it is',
    ...byCommand,
    codeBlock(local.join('\n'), 'sh'),
    `Or set ${codeSpan('spec.rollout.paused: true')} in ${codeSpan(path)} on the default branch, and take the line out to go on.`,
    'From the next look on Belay watches, may still roll back, and does not go up.',
  ].join('\n\n');
}

/** At a terminal, on what everybody else has by now. */
function pushed(command: string): string {
  return `git pull --ff-only && ${command} --forge local && git push`;
}

function goBack({ release, workflow, commands: byComment }: RunbookInput): string {
  const { name } = release.metadata;
  const commands = [
    ...(workflow === undefined
      ? []
      : [
          `gh workflow run ${shellWord(workflow)} -f release=${name} -f reason="WHY"`,
          '# away from a version that was promoted: name it, so that a second click cannot go back two versions',
          `gh workflow run ${shellWord(workflow)} -f release=${name} -f reason="WHY" -f from=VERSION`,
        ]),
    `# without Actions, in a checkout of the default branch${workflow === undefined ? ' (--from VERSION leaves a version that was promoted)' : ''}:`,
    pushed(`belay rollback ${name} --reason "WHY"`),
  ];
  return [
    '### Go back',
    ...(byComment
      ? [
          'As the first line of a comment on a pull request (`--from VERSION` leaves a version that was promoted):',
          codeBlock(`/belay rollback ${name} --reason "WHY"`),
          'Or:',
        ]
      : []),
    codeBlock(commands.join('\n'), 'sh'),
    'What it goes back to is computed: the newest version that was promoted or adopted and is not quarantined. A revert pull request opens and merges itself; **if it stays open, merge it**.',
    ...company(release),
  ].join('\n\n');
}

/** Which releases go back with which; the versions that decide it are in `belay plan`, since Belay changes them. */
function company({ metadata: { name, dependsOn = [] } }: Release): readonly string[] {
  if (dependsOn.length === 0) return [];
  const others = dependsOn.map(codeSpan).join(', ');
  return [
    `${codeSpan(name)} depends on ${others}. Go back from the outside in: what depends on others before these. When one of them goes back past what ${codeSpan(name)} needs of it, both go back in one pull request, by Belay.`,
  ];
}

function goOn({ release, path, commands }: RunbookInput): string {
  const deadline: Millis = release.spec.rollout.deadline;
  const lift = commands
    ? ` To let it come again all the same, comment ${codeSpan(`/belay lift-quarantine ${release.metadata.name} VERSION --reason "WHY"`)} on a pull request.`
    : ` To let it come again all the same: ${codeSpan(pushed(`belay command lift-quarantine ${release.metadata.name} VERSION --reason "WHY"`))}.`;
  return [
    '### Go on afterwards',
    `- **After a rollback:** fix the cause and bring a new version with new content by pull request. The old one is quarantined.${lift}`,
    `- **After a pause because evidence was missing:** mend the provider. It goes on by itself.`,
    ...(asksPeople(release)
      ? [
          `- **After a check has reduced the exposure or paused:** look at what it shows. To go on, edit the manifest: what the check asks, or its ${codeSpan('onFail')}. Or go back.`,
        ]
      : []),
    `- **After the deadline (${formatDuration(deadline)}):** raise ${codeSpan('spec.rollout.deadline')} in ${codeSpan(path)}, or go back.`,
  ].join('\n');
}

function asksPeople(release: Release): boolean {
  return release.spec.health.checks.some((check) => ['reduce', 'pause'].includes(brakeIn(check, release)));
}

/** Who has a role, and where that stands; empty when nobody knows. */
function holders(roles: RunbookInput['roles'], role: Role): string {
  if (!roles) return '';
  const { people, from } = roles[role];
  const who = people.map(codeSpan).join(', ') || 'nobody';
  return `${who} (${codeSpan(from)})`;
}

function whoDecides({ release, roles, commands }: RunbookInput): string {
  const owners = (release.metadata.owners ?? []).map(codeSpan).join(', ');
  const gates = release.spec.rollout.steps.filter(({ approval }) => approval);
  const gated = gates.map(({ weight }) => formatPercent(weight)).join(', ');
  return [
    '### Who decides',
    table(
      ['What', 'Who'],
      [
        [
          'go back, pause',
          'whoever may run the workflow or merge to the default branch; when in doubt, go back first',
        ],
        ...(gates.length === 0
          ? []
          : [
              [
                `enter the steps at ${gated}`,
                roles
                  ? `${holders(roles, 'approve')}, by a review of their pull request${commands ? ' or by a command' : ''}; whoever may merge it can take the step by hand`
                  : `who may merge their pull requests${owners ? `; asked: ${owners}` : ''}`,
              ],
            ]),
        ...(commands && roles
          ? [
              [
                'pause, and say that something looks wrong, by a command',
                [...new Set([holders(roles, 'rollback'), holders(roles, 'approve')])].join(', '),
              ],
              ['resume by a command', holders(roles, 'approve')],
              ['go back by a command', holders(roles, 'rollback')],
              ['let a version come again that was rolled back', holders(roles, 'unquarantine')],
            ]
          : []),
        ...(roles ? [['set a rule of the policy aside', holders(roles, 'override')]] : []),
        [
          'bring a version, change a check, raise the deadline',
          owners || 'who may merge to the default branch',
        ],
        ['escalation', owners ? `${owners}, in this order` : 'nobody is named: add metadata.owners'],
      ],
    ),
  ].join('\n\n');
}

function endings({ release, records }: RunbookInput): string {
  const { rollout, rollback } = release.spec;
  const bake = rollout.steps.at(-1)?.hold;
  const watched =
    rollout.watch === undefined
      ? ''
      : ` Its checks are looked at for ${formatDuration(rollout.watch)} after that, and proven harm still goes back: then it is over.`;
  const verified = rollback?.verify;
  const back =
    verified === undefined
      ? `the newest record is a ${codeSpan('rollback')}`
      : `the newest record is a ${codeSpan('recover')}: the restored version has proven itself, which takes ${formatDuration(verified)} or more after the ${codeSpan('rollback')}`;
  return [
    '### It is over when',
    `- **rolled out:** the newest file in ${codeSpan(records)} is a ${codeSpan('promote')}${bake === undefined ? '' : `, no sooner than ${formatDuration(bake)} at 100 %`}.${watched}`,
    `- **rolled back:** the revert pull request is merged, ${back}, and the cluster shows the candidate's backend at 0.`,
    ...(verified === undefined
      ? []
      : [
          `- **not gone** (a run ends with exit code 2 and ${codeSpan('NOT_SERVED')}): the metrics still show traffic of the version that was taken back. The default branch is right and the cluster does not follow it: look at its sync.`,
        ]),
    '- **stop trying and call somebody:** the revert pull request cannot be merged, the cluster does not follow the default branch, or the restored version fails as well.',
  ].join('\n');
}

/** One word of a command line, whatever is in it: a path may hold what a shell would run. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9._/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
