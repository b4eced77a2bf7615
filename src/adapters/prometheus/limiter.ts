/** Runs a task as soon as fewer than the limit are under way, in the order of asking. */
export type Limiter = <Value>(task: () => Promise<Value>) => Promise<Value>;

/** @param limit most tasks at once, 1 or more */
export function createLimiter(limit: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  const enter = (): Promise<void> | undefined => {
    if (running < limit) {
      running += 1;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    // The place goes straight to the next one: `running` stays.
    if (next === undefined) running -= 1;
    else next();
  };
  return async (task) => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
}
