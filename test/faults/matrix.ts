import type { Fault, FaultRule } from '../lab/faults.ts';
import type { Lab } from '../lab/lab.ts';
import { FAULTS, type FaultRow, FIELD_FAULTS, type FieldRow, ruleOf } from './faults.ts';
import { type Content, contentOf, type Kill, openScene, type Said, type Scene } from './scene.ts';
import type { Asked, FaultStory } from './stories.ts';

/** One fault at one request of one story. */
export interface FaultCase {
  readonly story: FaultStory;
  readonly asked: Asked;
  /** The field that is struck; undefined for the whole request. */
  readonly field: string | undefined;
  readonly row: FaultRow | FieldRow;
}

/** All cases of a story, in its order. */
export function casesOf(story: FaultStory): readonly FaultCase[] {
  return story.asked.flatMap((asked) => [
    ...FAULTS.filter((row) => (asked.all || row.everywhere) && canStrike(asked, row)).map((row) => ({
      story,
      asked,
      field: undefined,
      row,
    })),
    ...(asked.all
      ? asked.fields.flatMap((field) =>
          FIELD_FAULTS.filter(({ fields }) => fields.includes(field)).map((row) => ({
            story,
            asked,
            field,
            row,
          })),
        )
      : []),
  ]);
}

/** Whether a request changes nothing. */
export const isRead = ({ call }: Asked): boolean => ['look', 'probe', 'compare', 'fetch'].includes(call);

/** A read has no effect that a look could miss, and git's own requests cannot be killed from here. */
function canStrike(asked: Asked, { strike }: FaultRow): boolean {
  if (asked.call === 'fetch') return strike.kind === 'request' && canStrikeGit(strike.fault);
  if (strike.kind === 'request') return true;
  return strike.kind === 'kill' || !isRead(asked);
}

/** git waits for minutes by a clock of its own, and reads no JSON. */
function canStrikeGit(fault: Fault): boolean {
  if (fault.kind === 'status') return fault.status >= 400;
  return fault.kind === 'reset' || (fault.kind === 'timeout' && fault.hang !== true);
}

export function titleOf({ asked, field, row }: FaultCase): string {
  return `${row.id} ${row.name} at ${asked.call}${asked.nth > 1 ? ` (${asked.nth})` : ''}${field === undefined ? '' : ` of ${field}`}`;
}

/** What there is when nothing goes wrong: after one run, and after all. */
export interface Quiet {
  readonly first: Said;
  readonly second: Said;
  readonly content: Content;
  /** What was asked in the first run, by sort. */
  readonly asked: readonly string[];
}

/** A day without faults. */
export async function playQuiet(lab: Lab, story: FaultStory): Promise<Quiet> {
  const scene = await openScene(lab, story);
  const checkout = scene.checkOut();
  await story.meanwhile?.(scene);
  const from = lab.requests.length;
  const first = await scene.run(story.at, story.run, { checkout });
  const asked = lab.requests
    .slice(from)
    .map(({ api, fields, path }) =>
      api === 'git' ? path.replace(/^.*\.git\/|\?.*$/g, '') : fields.join('+'),
    );
  const second = await scene.run(story.at + 3, story.run);
  await story.after?.(scene);
  return { first, second, content: await contentOf(scene.repo), asked };
}

export interface Played {
  readonly struck: boolean;
  readonly first: Said;
  readonly last: Said;
  readonly content: Content;
}

/** A day on which the fault strikes; then everything is well again, and Belay runs once more. */
export async function playFaulty(lab: Lab, one: FaultCase): Promise<Played> {
  const { story } = one;
  const scene = await openScene(lab, story);
  const checkout = scene.checkOut();
  await story.meanwhile?.(scene);
  const old = scene.checkOut();
  const from = lab.requests.length;
  const kill = await arm(scene, one);
  const first = await scene.run(story.at, story.run, { checkout, ...(kill ? { kill } : {}) });
  await quietDown(lab);
  const struck = first.kind === 'killed' || lab.requests.slice(from).some(({ fault }) => fault !== undefined);
  const strike = 'strike' in one.row ? one.row.strike : undefined;
  if (strike?.kind === 'stale-next') {
    if (strike.by === 'checkout') await scene.run(story.at + 1, story.run, { checkout: old });
    else await scene.run(story.at + 1, story.run);
  }
  lab.clearFaults();
  const last = await scene.run(story.at + 3, story.run);
  await story.after?.(scene);
  return { struck, first, last, content: await contentOf(scene.repo) };
}

/** GitHub finishes what a process began that is gone. */
async function quietDown(lab: Lab): Promise<void> {
  while (lab.requests.some(({ endedAt }) => endedAt === 0))
    await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Tells the lab, or gives where the process is to end. */
async function arm({ lab }: Scene, { asked, field, row }: FaultCase): Promise<Kill | undefined> {
  const { operation, nth } = asked;
  if (!('strike' in row)) {
    await lab.inject({
      match: { operation },
      nth,
      fault: { kind: 'field', field: field ?? '', ...row.error },
    });
    return undefined;
  }
  const { strike } = row;
  switch (strike.kind) {
    case 'kill':
      return { operation, nth, when: strike.when };
    case 'stale-next':
      // the second run meets it: in the first there is nothing yet that a look could miss
      if (strike.by === 'api')
        await lab.inject({
          match: { operation: 'repository' },
          fault: { kind: 'stale', forRequests: 1_000 },
        });
      return { operation, nth, when: 'after' };
    case 'stale-probe':
      await lab.inject({ match: { operation: 'repository' }, fault: { kind: 'stale', forRequests: 1_000 } });
      await lab.inject({ match: { operation }, nth, fault: { kind: 'reset', effect: 'after' } });
      return undefined;
    case 'request':
      await lab.inject(requestRule(asked, strike));
      return undefined;
  }
}

function requestRule(
  asked: Asked,
  { fault, lasting }: Extract<FaultRow['strike'], { kind: 'request' }>,
): FaultRule {
  if (asked.call !== 'fetch') {
    if (lasting === true) return { fault, ...whole(asked), times: 1_000_000 };
    return ruleOf(fault, { ...asked, lasting: false });
  }
  return {
    match: { api: 'git', path: new RegExp(`${asked.operation}$`) },
    fault,
    ...(lasting ? { times: 1_000_000 } : {}),
  };
}

function whole(asked: Asked): Pick<FaultRule, 'match' | 'nth'> {
  return { match: { api: 'graphql' }, nth: asked.nth };
}
