import { parseArgs } from 'node:util';

interface Option {
  /** What stands behind it; undefined: nothing. */
  readonly value?: 'N' | 'WORDS';
  readonly help: string;
}

/** What `npm run sim` takes; docs/simulation.md says more of each. */
export const OPTIONS = {
  seeds: { value: 'N', help: 'how many seeds to play (200), or to hunt each planted bug in (2000)' },
  from: { value: 'N', help: 'the first of them (1)' },
  drills: { help: 'lay drills between the events of the histories' },
  processes: { value: 'N', help: 'play in so many processes side by side (1)' },
  stop: { value: 'N', help: 'end when so many seeds have broken an invariant (20)' },
  minutes: { value: 'N', help: 'begin no seed after so many minutes (1440)' },
  'no-shrink': { help: 'leave the first history that breaks an invariant as long as it is' },
  replay: { value: 'N', help: 'print the history of one seed, call by call' },
  planted: { help: 'hunt bugs that are planted, and print what found each' },
  only: { value: 'WORDS', help: 'with --planted: only those whose names hold these words' },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

/** Of the processes that `--processes` starts, and of nobody who types. */
const INTERNAL = 'serve';

type Name = keyof typeof OPTIONS | typeof INTERNAL;

/** An option that counts something. */
type Counted = {
  [N in keyof typeof OPTIONS]: (typeof OPTIONS)[N] extends { value: 'N' } ? N : never;
}[keyof typeof OPTIONS];

/** What somebody typed, or why that is nothing to begin with. */
export type Line =
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly has: (name: Name) => boolean;
      readonly count: (name: Counted, usual: number) => number;
      readonly words: string;
    };

/** Reads what stands behind `npm run sim --`. All counts are from 1 on, seeds included: a run of nothing would look like a clean one. */
export function readLine(args: readonly string[]): Line {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    values = parseArgs({ args: [...args], options: types() }).values;
  } catch (fault) {
    return { kind: 'refused', why: (fault as Error).message };
  }
  for (const [name, option] of Object.entries<Option>(OPTIONS)) {
    const text = values[name];
    if (option.value === 'N' && text !== undefined && !/^[1-9]\d{0,8}$/.test(String(text)))
      return { kind: 'refused', why: `--${name}: expected a number from 1 on, got "${text}"` };
  }
  return {
    kind: 'read',
    has: (name) => values[name] !== undefined,
    count: (name, usual) => Number(values[name] ?? usual),
    words: String(values.only ?? ''),
  };
}

function types() {
  const rows = Object.entries<Option>({ ...OPTIONS, [INTERNAL]: { help: '' } });
  return Object.fromEntries(
    rows.map(([name, { value }]) => [name, { type: value ? ('string' as const) : ('boolean' as const) }]),
  );
}

/** The text of `--help`: a line for each option. */
export function usage(): string {
  const rows = Object.entries<Option>(OPTIONS).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    'npm run sim -- [options]',
    '',
    ...rows.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`),
    '',
    'docs/simulation.md says what is simulated, and what is held.',
  ].join('\n');
}
