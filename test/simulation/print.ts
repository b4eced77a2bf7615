import type { Campaign } from './campaign.ts';
import { EXPECTED, EXPECTED_OF_DRILLS, missing, SITUATIONS } from './coverage.ts';

/** What a campaign came to, for people. */
export function printCampaign(
  campaign: Campaign,
  { machine, drills = false }: { readonly machine: string; readonly drills?: boolean },
): string {
  const { seeds, runs, seconds, failures, coverage, restored, compared } = campaign;
  const count = (mark: string): string => `${mark} ${coverage.get(mark) ?? 0}`;
  const absent = missing(coverage, drills ? [...EXPECTED, ...EXPECTED_OF_DRILLS] : EXPECTED);
  const groups = [
    'fault ',
    'struck ',
    'metrics ',
    'rules ',
    'act ',
    'decision ',
    'receipt ',
    'reason ',
    'order ',
    'review ',
    'code ',
    'drill ',
  ].map((prefix) => {
    const marks = [...coverage.keys()].filter((mark) => mark.startsWith(prefix)).sort();
    return `${prefix.trim()}: ${marks.map((mark) => `${mark.slice(prefix.length)} ${coverage.get(mark)}`).join(', ')}`;
  });
  return [
    `${seeds} seeds, ${runs} runs of Belay in ${seconds.toFixed(1)} s: ${(seeds / seconds).toFixed(1)} seeds/s (${machine})`,
    `${compared} of them compared with the same history without ${drills ? 'drills' : 'lost runs'}`,
    `situations: ${Object.keys(SITUATIONS).map(count).join(', ')}`,
    ...groups,
    `expected and never seen: ${absent.length === 0 ? 'none' : absent.join(', ')}`,
    `minutes from harm to none, ${restored.length} rollbacks: ${quantiles(restored)}`,
    ...failures.map(({ seed, violation }) => `seed ${seed}: ${violation.invariant}: ${violation.what}`),
    failures.length === 0 ? 'no invariant was broken' : `${failures.length} seeds broke an invariant`,
  ].join('\n');
}

/** p50, p90, p99 and the longest of sorted numbers. */
export function quantiles(sorted: readonly number[]): string {
  const at = (share: number): string =>
    String(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? '-');
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, longest ${at(1)}`;
}
