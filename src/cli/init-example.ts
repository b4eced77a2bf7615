/**
 * A rollout that goes wrong, to look at without a metrics server: two hours of made-up metrics for the manifest of `belay init`, and the change
 * that brings its candidate. The moments are fixed, so that what a tick says of them can be told beforehand.
 */

/** Where the files are; deleted as one when the trial is over. */
const FOLDER = '.belay/example';

/** Where the metrics are, as the config names them. */
export const EXAMPLE_METRICS = `${FOLDER}/metrics.om`;

/** The change that brings the candidate. */
export const EXAMPLE_PATCH = `${FOLDER}/candidate.patch`;

/** A moment to begin at: metrics are there for the whole tick before. */
export const EXAMPLE_BEGIN = '2026-12-01T08:05:00Z';

/** When the metrics begin and end, in minutes from the first; when the candidate gets traffic, and when it begins to fail. */
const BEGIN = Date.UTC(2026, 11, 1, 8);
const MINUTES = 120;
const EXPOSED = 10;
const FAILING = 30;

/** Requests a minute: all, and those of the candidate once it is exposed (5 %). */
const TRAFFIC = 1000;
const TRIED = 50;

/** The files of the trial, by path. */
export function exampleFiles({ name, manifest }: { readonly name: string; readonly manifest: string }) {
  return {
    [EXAMPLE_METRICS]: exampleMetrics(),
    [EXAMPLE_PATCH]: candidatePatch({ name, manifest }),
  };
}

/** Counters of both versions, one sample a minute; the candidate fails one request in ten from 08:30 on. */
function exampleMetrics(): string {
  const tried = (minute: number) => TRIED * Math.max(0, minute - EXPOSED);
  return [
    ...family('predict', {
      '1.0.0': (minute) => TRAFFIC * minute - tried(minute),
      '1.1.0': tried,
    }),
    ...family('predict_errors', {
      '1.0.0': (minute) => 2 * minute,
      '1.1.0': (minute) => Math.floor(tried(minute) / 500) + 5 * Math.max(0, minute - FAILING),
    }),
    '# EOF',
    '',
  ].join('\n');
}

function family(
  name: string,
  counts: Readonly<Record<string, (minute: number) => number>>,
): readonly string[] {
  const samples = Object.entries(counts).flatMap(([version, countAt]) =>
    Array.from(
      { length: MINUTES + 1 },
      (_, minute) => `${name}_total{version="${version}"} ${countAt(minute)} ${BEGIN / 1000 + 60 * minute}`,
    ),
  );
  return [`# TYPE ${name} counter`, ...samples];
}

/** The manifest's hint of a candidate, made true: a change for `git apply`. */
function candidatePatch({ name, manifest }: { readonly name: string; readonly manifest: string }): string {
  const lines = manifest.split('\n');
  const hint = lines.findIndex((line) => line.includes('# To roll a version out'));
  const end = lines.findIndex((line, index) => index > hint && !line.startsWith('  #'));
  const removed = lines.slice(hint, end);
  const added = [
    '  candidate:',
    '    version: 1.1.0',
    `    backend: ${name}-b`,
    '    artifacts:',
    `      model: {uri: s3://models/${name}/1.1.0, digest: "sha256:${'1'.repeat(64)}"}`,
  ];
  const [before, after] = [lines[hint - 1] ?? '', lines[end] ?? ''];
  return [
    `--- a/releases/${name}.yaml`,
    `+++ b/releases/${name}.yaml`,
    `@@ -${hint},${removed.length + 2} +${hint},${added.length + 2} @@`,
    ` ${before}`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ` ${after}`,
    '',
  ].join('\n');
}
