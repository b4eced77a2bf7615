/** How a run is asked to stop from outside. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Takes the handlers back: from here on a signal ends the process as usual. */
  close(): void;
}

/**
 * What is under way is finished when the job is cancelled. A runner sends SIGINT, then SIGTERM, then kills; each counts once, so a
 * second Ctrl-C at a terminal ends the process at once. Source: actions/runner, ProcessInvoker.
 */
export function listenForStop(): StopSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.once(name, stop);
  return {
    signal: controller.signal,
    close() {
      for (const name of names) process.removeListener(name, stop);
    },
  };
}
