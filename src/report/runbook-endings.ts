import { formatDuration } from '../core/units.ts';
import { codeSpan } from './markdown.ts';
import type { RunbookInput } from './runbook-input.ts';

/** When it is over, and when to stop trying. */
export function endings({ release, records }: RunbookInput): string {
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
