import { brakeIn } from '../core/manifest/brake-in.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import { writeOrder } from '../core/record/order-schema.ts';
import { formatDuration, formatPercent, type Millis } from '../core/units.ts';
import { codeBlock, codeSpan } from './markdown.ts';
import type { RunbookInput } from './runbook-input.ts';
import { shellWord } from './shell-word.ts';

/** Each part is read by itself, by people in a hurry. */
const WHENCE = '"belay": see "Look"';

/** How to keep a rollout from going up. */
export function stop({ release, path, commands }: RunbookInput): string {
  const { name } = release.metadata;
  const orders = [
    `pause ${name} --reason "WHY"`,
    `looks-wrong ${name} --reason "WHAT YOU SAW"`,
    `resume ${name}`,
  ];
  const byComment = commands
    ? [
        'As the first line of a comment on a pull request:',
        codeBlock(orders.map((order) => writeOrder('comment', order)).join('\n')),
        'Or, without comments:',
      ]
    : [];
  const local = [
    `# one of these, in a checkout of the default branch; ${WHENCE}`,
    ...orders.map((order) => pushed(writeOrder('terminal', order))),
  ];
  return [
    '### Stop it where it is',
    ...byComment,
    codeBlock(local.join('\n'), 'sh'),
    `Or set ${codeSpan('spec.rollout.paused: true')} in ${codeSpan(path)} on the default branch, and take the line out to go on.`,
    `${codeSpan('looks-wrong')} is a pause for what no check sees: each run ends with exit code 2 until somebody resumes.`,
    'From the next look on Belay watches, may still roll back, and does not go up.',
  ].join('\n\n');
}

/** At a terminal, on what everybody else has by now. */
function pushed(command: string): string {
  return `git pull --ff-only && ${command} --forge local && git push`;
}

/** How to go back by hand. */
export function goBack({ release, workflow, commands: byComment }: RunbookInput): string {
  const { name } = release.metadata;
  const commands = [
    ...(workflow === undefined
      ? []
      : [
          `gh workflow run ${shellWord(workflow)} -f release=${name} -f reason="WHY"`,
          '# away from a version that was promoted: name it, so that a second click cannot go back two versions',
          `gh workflow run ${shellWord(workflow)} -f release=${name} -f reason="WHY" -f from=VERSION`,
        ]),
    `# without Actions, in a checkout of the default branch; ${WHENCE}${workflow === undefined ? ' (--from VERSION leaves a version that was promoted)' : ''}:`,
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

/** How to let a rollout enter the steps that ask for a person; empty where none does. */
export function approve({ release, commands: byComment }: RunbookInput): readonly string[] {
  const { name } = release.metadata;
  const [first, ...more] = release.spec.rollout.steps.filter(({ approval }) => approval);
  if (!first) return [];
  const weights = [first, ...more].map(({ weight }) => formatPercent(weight)).join(', ');
  const local = [
    `# in a checkout of the default branch; ${WHENCE}; "${name} VERSION --to ${formatPercent(first.weight)}" approves that step of that version alone`,
    pushed(`belay command approve ${name}`),
  ];
  const way = byComment ? 'the first line of a comment on any pull request' : 'an order at a terminal';
  return [
    '### Approve a step',
    `A step to ${weights} is entered once a person has approved it: by a review of the pull request that Belay opens for it, or by ${way}, which may come before the hold is over:`,
    ...(byComment ? [codeBlock(`/belay approve ${name}`), 'Or, without comments:'] : []),
    codeBlock(local.join('\n'), 'sh'),
  ];
}

/** What ends each sort of stop. */
export function goOn({ release, path, commands }: RunbookInput): string {
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
