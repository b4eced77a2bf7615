import { orderOf } from '../../src/app/answer-comment.ts';
import type { Seen } from '../../src/app/find-outdated.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import { readCommand } from '../../src/core/command/command.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { minute } from '../builders/release.ts';
import { moveTo } from '../builders/world.ts';
import { type Bench, only, told } from './bench.ts';
import { intercept } from './intercept.ts';

let comments = 10_000;

/** The words of an order; `release` is by default the scorer. */
export interface Words {
  readonly name: string;
  readonly release?: string;
  readonly reason?: string;
  readonly version?: string;
  readonly from?: string;
  /** Default ana. */
  readonly by?: string;
}

/** An order that was written in a comment at a minute, and is carried out at another one by a new checkout. */
export async function order(
  bench: Bench,
  at: number,
  { by = 'ana', ...words }: Words,
  written = at,
): Promise<RunReport> {
  const seen = { kind: 'at', at: minute(written) } as const;
  return obey(bench, at, { by, words, seen });
}

/** The same, also where nobody knows when it was given. */
export async function obey(
  bench: Bench,
  at: number,
  { by, words, seen }: { readonly by: string; readonly words: Words; readonly seen?: Seen },
): Promise<RunReport> {
  await moveTo(bench.clock, minute(at));
  bench.forge.checkout();
  comments += 1;
  const given = { version: undefined, reason: undefined, until: undefined, from: undefined };
  const command = readCommand({ ...given, release: 'scorer', ...words });
  const source = { kind: 'comment' as const, id: comments, on: 12 };
  const order = orderOf(command, { person: { login: by, id: 7 }, source });
  const trigger = { kind: 'comment' as const, actor: by, order };
  return obeyCommand({ ...bench.world, trigger }, command, { dryRun: false, ...(seen ? { seen } : {}) });
}

/** What came of it, and how the run ends. */
export const answerOf = (report: RunReport, name = 'scorer') => [told(report, name), exitCodeOf(report)];
/** What is said first. */
export const textOf = (report: RunReport, name = 'scorer'): string =>
  only(report, name).decision.reasons[0].text;

/** The same repository for a run whose checkout was made before the newest branches. */
export function unaware(bench: Bench): Bench {
  const forge = intercept(bench.forge, new Set(['branches']), async () => []);
  return { ...bench, world: { ...bench.world, forge } };
}
