import type { ActionRun } from '../tools/composite-runner.ts';

/** Where a secret stands in what a run has left behind, in any of the forms it travels in; empty when nowhere. */
export function findLeaks(run: ActionRun, secrets: readonly string[]): readonly string[] {
  const places = {
    log: run.unmasked,
    summary: run.summary,
    outputs: JSON.stringify(run.outputs),
    annotations: JSON.stringify(run.annotations),
  };
  return secrets.flatMap((secret) =>
    formsOf(secret).flatMap((form) =>
      Object.entries(places).flatMap(([place, text]) => (text.includes(form) ? [`${form} in ${place}`] : [])),
    ),
  );
}

/** Plain, in a URL, and in base64 behind what is put before a token. */
function formsOf(secret: string): readonly string[] {
  const basic = ['', 'x-access-token:', 'token ', 'Bearer ', 'bearer '].map((before) =>
    Buffer.from(`${before}${secret}`).toString('base64').replaceAll('=', ''),
  );
  return [secret, encodeURIComponent(secret), ...basic];
}
