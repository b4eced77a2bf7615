import type { Role } from '../core/manifest/roles.ts';
import { formatPercent } from '../core/units.ts';
import { codeSpan, table } from './markdown.ts';
import type { RunbookInput } from './runbook-input.ts';

/** Who has a role, and where that stands; empty when nobody knows. */
function holders(roles: RunbookInput['roles'], role: Role): string {
  if (!roles) return '';
  const { people, from } = roles[role];
  const who = people.map(codeSpan).join(', ') || 'nobody';
  return `${who} (${codeSpan(from)})`;
}

/** Who may order what, and whom to call. */
export function whoDecides({ release, roles, commands }: RunbookInput): string {
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
                `${holders(roles, 'approve') || 'who has the role `approve`'}, by a review of their pull request${commands ? ' or by a command' : ''}; whoever may merge it can take the step by hand`,
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
