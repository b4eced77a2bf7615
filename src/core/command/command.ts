import { ToolError } from '../errors.ts';
import { Label, Name } from '../manifest/scalars.ts';
import { waiverEnd } from '../manifest/waiver-schema.ts';
import { ORDERS, type OrderName, writeOrder } from '../record/order-schema.ts';
import { type Instant, type Percent, percent } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';

/** What a person asks of one release. */
export interface Command {
  readonly name: OrderName;
  readonly release: string;
  readonly reason: string | undefined;
  /** When a pause ends by itself; undefined: when somebody ends it. */
  readonly until: Instant | undefined;
  /** What a rollback is to leave, what may come again, or whose step is approved. */
  readonly version: string | undefined;
  /** The step that is approved, where it is named. */
  readonly to?: Percent;
}

/** The same as it was written, in a comment, in the inputs of a workflow or on a line. */
export interface CommandWords {
  readonly name: string;
  readonly release: string | undefined;
  readonly version: string | undefined;
  readonly reason: string | undefined;
  readonly until: string | undefined;
  readonly from: string | undefined;
  readonly to?: string | undefined;
}

interface Form {
  /** How it is written after `/belay`. */
  readonly usage: string;
  readonly needsReason: boolean;
  readonly takes: readonly Option[];
  /** Of what it takes, that which must be there. */
  readonly needs?: Option;
}

type Option = 'version' | 'until' | 'from' | 'to';

/** The whole grammar: what stands after `/belay`, by the name of the order. */
export const FORMS: Readonly<Record<OrderName, Form>> = {
  pause: { usage: 'pause <release> --reason "…" [--until <time>]', needsReason: true, takes: ['until'] },
  resume: { usage: 'resume <release> [--reason "…"]', needsReason: false, takes: [] },
  approve: {
    usage: 'approve <release> [<version>] [--to <weight>] [--reason "…"]',
    needsReason: false,
    takes: ['version', 'to'],
  },
  // What goes back waits for no words.
  abort: { usage: 'abort <release> [--reason "…"] [--from <version>]', needsReason: false, takes: ['from'] },
  rollback: {
    usage: 'rollback <release> [--reason "…"] [--from <version>]',
    needsReason: false,
    takes: ['from'],
  },
  'looks-wrong': { usage: 'looks-wrong <release> --reason "…"', needsReason: true, takes: [] },
  'lift-quarantine': {
    usage: 'lift-quarantine <release> <version> --reason "…"',
    needsReason: true,
    takes: ['version'],
    needs: 'version',
  },
};

/** Longest reason, in characters. */
const MAX_REASON = 200;
/** Signs that a line of a log, of JSON or of Markdown could be broken or turned around by. */
export const UNSOUND = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Reads a command from its words.
 * @param place where it is given, for saying how it is written there
 * @throws ToolError REFUSED (SEC-18) that says how it is written
 */
export function readCommand(
  words: CommandWords,
  place: Parameters<typeof writeOrder>[0] = 'comment',
): Command {
  const name = ORDERS.find((known) => known === words.name);
  if (name === undefined)
    throw refuseCommand(`there is no command ${quote(words.name)}; expected one of ${ORDERS.join(', ')}`);
  const { usage, needsReason, takes, needs } = FORMS[name];
  const refuse = (what: string): ToolError => refuseCommand(`${what}; expected ${writeOrder(place, usage)}`);
  for (const option of ['version', 'until', 'from', 'to'] as const)
    if (words[option] !== undefined && !takes.includes(option))
      throw refuse(
        option === 'version'
          ? `${name} takes no ${quote(words[option])} after the release`
          : `${name} takes no --${option}`,
      );
  if (words.release === undefined) throw refuse(`${name} names no release`);
  if (!Name.safeParse(words.release).success) throw refuse(`${quote(words.release)} is no name of a release`);
  const version = words.version ?? words.from;
  if (needs === 'version' && version === undefined) throw refuse(`${name} names no version`);
  if (version !== undefined && !Label.safeParse(version).success)
    throw refuse(`${quote(version)} is no name of a version`);
  const { reason } = words;
  if (reason === undefined && needsReason) throw refuse(`${name} needs a reason, which stands in the record`);
  if (reason !== undefined && !isSound(reason))
    throw refuse(`a reason is 1 to ${MAX_REASON} characters on one line`);
  const to = readStep(words.to, refuse);
  return {
    name,
    release: words.release,
    reason,
    version,
    until: readUntil(words.until, refuse),
    ...(to === undefined ? {} : { to }),
  };
}

/** `25%`, or the number alone. */
function readStep(text: string | undefined, refuse: (what: string) => ToolError): Percent | undefined {
  if (text === undefined) return undefined;
  const weight = /^\d{1,3}(?:\.\d{1,3})?(?=%?$)/.exec(text)?.[0];
  if (weight === undefined || Number(weight) > 100)
    throw refuse(`--to ${quote(text)} is no step: its weight, like 25%`);
  return percent(Number(weight));
}

function isSound(reason: string): boolean {
  return reason.trim() !== '' && [...reason].length <= MAX_REASON && !UNSOUND.test(reason);
}

function readUntil(text: string | undefined, refuse: (what: string) => ToolError): Instant | undefined {
  if (text === undefined) return undefined;
  const isWritten = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/.test(text);
  const end = isWritten ? waiverEnd(text.replace(/T(\d{2}:\d{2})Z$/, 'T$1:00Z')) : undefined;
  if (end === undefined)
    throw refuse(
      `--until ${quote(text)} is no time: a day like 2026-12-01, to its end (UTC), or a moment like 2026-12-01T18:00Z`,
    );
  return end;
}

/** The error of a command that is not obeyed. */
export function refuseCommand(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `refused[SEC-18] ${message}` });
}
