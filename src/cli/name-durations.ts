const MINUTE = 60_000;

/** Durations of a foresight that are minutes inside, by what they are called in JSON. */
const MINUTES: Readonly<Record<string, string>> = {
  median: 'medianMs',
  ninety: 'ninetyMs',
  stay: 'stayMs',
  total: 'totalMs',
  minutes: 'afterMs',
};
/** Durations that are milliseconds already. */
const MILLISECONDS: Readonly<Record<string, string>> = {
  hold: 'holdMs',
  deadline: 'deadlineMs',
  every: 'everyMs',
  step: 'stepMs',
};

/** A forecast or a preflight for JSON: every duration in milliseconds, and its key says so. */
export function nameDurations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nameDurations);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, own]): [string, unknown] => {
      if (typeof own !== 'number') return [key, nameDurations(own)];
      const minutes = MINUTES[key];
      if (minutes !== undefined) return [minutes, own * MINUTE];
      return [MILLISECONDS[key] ?? key, own];
    }),
  );
}
