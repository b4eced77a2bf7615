import { assertNever } from '../../core/errors.ts';
import { formatInstant, formatPercent, type Instant } from '../../core/units.ts';
import { describeReceipt } from '../../report/receipt.ts';
import type { ReleaseReport, RunReport } from '../../report/run-report.ts';

/** Tells what happens as it happens; a hold is told once, until its reason is another one. */
export interface Teller {
  heading(text: string): void;
  say(text: string): void;
  /** A moment that the telling itself has, such as its begin and its end. */
  moment(at: Instant, word: string, text: string): void;
  /** A person did something. */
  person(at: Instant, text: string): void;
  /** One tick. */
  tick(report: RunReport): void;
  /** What was told of ticks, in order, as values. */
  readonly told: readonly ToldTick[];
}

/** A decision that was told. */
export interface ToldTick extends Pick<ReleaseReport, 'name' | 'decision' | 'receipt'> {
  readonly at: Instant;
}

/** Writes plain lines to a stream. */
export function createTeller(stream: { write(text: string): unknown }): Teller {
  let held = '';
  const told: ToldTick[] = [];
  const line = (text: string) => void stream.write(`${text}\n`);
  return {
    told,
    heading: (text) => line(`\n${text}\n${'─'.repeat(text.length)}`),
    say: line,
    moment: (at, word, text) => line(`${time(at)}  ${word.padEnd(8)} ${text}`),
    person: (at, text) => line(`${time(at)}  ${text}`),
    tick(report) {
      for (const release of report.releases) {
        if (release.decision.kind === 'nothing') continue;
        const hold =
          release.decision.kind === 'hold' ? release.decision.reasons[0].code + release.decision.from : '';
        if (hold !== '' && hold === held) continue;
        held = hold;
        const { name, decision, receipt } = release;
        told.push({ at: report.at, name, decision, receipt });
        for (const text of tellRelease(report.at, release)) line(text);
      }
    },
  };
}

function tellRelease(at: Instant, release: ReleaseReport): readonly string[] {
  const { decision } = release;
  const receipt = describeReceipt(release.receipt);
  const [first, ...rest] = decision.reasons;
  const more = decision.kind === 'hold' ? [] : rest;
  return [
    `${time(at)}  ${decision.kind.padEnd(8)} ${describeMove(release)}${first.text}`,
    ...more.map((reason) => `                    ${reason.text}`),
    ...release.problems.map((problem) => `                    ${problem.severity}: ${problem.message}`),
    ...(receipt === '' ? [] : [`                  = ${receipt}`]),
  ];
}

function describeMove({ decision }: ReleaseReport): string {
  switch (decision.kind) {
    case 'start':
    case 'advance':
    case 'reduce':
      return `${formatPercent(decision.from)} → ${formatPercent(decision.to)}: `;
    case 'rollback':
      return `from ${formatPercent(decision.from)}: `;
    case 'hold':
    case 'pause':
      return `at ${formatPercent(decision.from)}: `;
    case 'adopt':
    case 'promote':
    case 'recover':
    case 'resume':
    case 'approve':
    case 'lift':
    case 'nothing':
      return '';
    default:
      return assertNever(decision.kind);
  }
}

/** `2026-11-09 08:25`, UTC. */
function time(at: Instant): string {
  return formatInstant(at).replace('T', ' ').slice(0, 16);
}
