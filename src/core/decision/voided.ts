import { changedGuarantee, guaranteeOf } from '../analysis/guarantee.ts';
import type { Config } from '../manifest/config-schema.ts';
import type { Release } from '../manifest/release-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { Reason } from './decision.ts';

/** What the error rates rest on was changed under way: nobody can keep them then, and it is said with every decision. */
export function describeVoided({
  release,
  state,
  sources,
}: {
  readonly release: Release;
  readonly state: ReleaseState;
  readonly sources?: Config['providers'] | undefined;
}): Reason | undefined {
  if (!state.rollout || !state.guarantee || !release.spec.candidate) return undefined;
  const changed = changedGuarantee(state.guarantee, guaranteeOf(release, sources));
  const [first, ...rest] = changed;
  if (first === undefined) return undefined;
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return {
    code: 'GUARANTEE_VOID',
    text: `the error rates of this rollout are not promised any more, since what they rest on was changed under way: ${first}${more}`,
  };
}
