import { formatDuration } from '../core/units.ts';
import { codeSpan } from './markdown.ts';
import type { RunbookInput } from './runbook-input.ts';

/** When it is over, and when to stop trying. */
export function endings({ release, path, records }: RunbookInput): string {
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
    ...(verified === undefined ? [] : unproven(path)),
    '- **stop trying and call somebody:** the revert pull request cannot be merged, the cluster does not follow the default branch, or the restored version fails as well.',
  ].join('\n');
}

/** How a rollback that is to be proven can end so that a person has to do something. */
function unproven(path: string): readonly string[] {
  const verify = codeSpan('spec.rollback.verify');
  const told = (code: string): string => `(a run ends with exit code 2 and ${codeSpan(code)})`;
  return [
    `- **not gone** ${told('NOT_SERVED')}: the metrics still show traffic of the version that was taken back. The default branch is right and the cluster does not follow it: look at its sync.`,
    `- **not to be seen** ${told('RECOVERY_UNSEEN')}: nothing tells whether the restored version recovers, and nothing is rolled back for that. Look at the provider, or take ${verify} out of ${codeSpan(path)} to ask for no proof.`,
    `- **frozen** ${told('RELEASE_FROZEN')}: the restored version does harm as well, and going back once more did not help, or there is nothing to go back to. Nothing moves until a person edits ${codeSpan(path)}: bring another version, or take ${verify} out to be told no more.`,
  ];
}
