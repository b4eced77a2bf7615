import { type Problem, ToolError } from '../core/errors.ts';
import type { Receipt } from '../report/run-report.ts';

/** Faults of the place that all releases share: the next one would meet the same. What is UNSETTLED is so for one of them. */
const SHARED: ReadonlySet<ToolError['code']> = new Set(['FORGE_UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHORISED']);

/** Whether the forge itself is out of order, and not what was done about one release. */
export function isForgeDown(fault: unknown): fault is ToolError {
  return fault instanceof ToolError && SHARED.has(fault.code);
}

/** Anything thrown, as an error that people can be shown: only our own promise that no secret is in their message. */
export function toToolError(fault: unknown): ToolError {
  if (fault instanceof ToolError) return fault;
  const name = fault instanceof Error ? fault.name : typeof fault;
  return new ToolError({ code: 'BUG', message: `an unexpected ${name}; please report it`, cause: fault });
}

/** A fault as a problem of the release that it concerns. A forge that asks to wait has broken nothing: that is a warning. */
export function problemOfFault(
  path: string,
  { code, message }: Pick<ToolError, 'code' | 'message'>,
): Problem {
  const severity = code === 'RATE_LIMITED' ? 'warning' : 'error';
  return { code, severity, at: { file: path, line: 1, column: 1 }, path: '', message };
}

/** A write. */
export type Write = () => Promise<Receipt>;

/**
 * Runs writes one after the other. One that breaks is no hindrance to the next, unless the forge itself is down: then the rest
 * is not tried. What is no ToolError is the end of the process and not caught.
 */
export function createWriter(): (write: Write) => Promise<Receipt> {
  let down: Receipt | undefined;
  return async (write) => {
    if (down) return down;
    try {
      return await write();
    } catch (fault) {
      if (!(fault instanceof ToolError)) throw fault;
      const failed: Receipt = { kind: 'failed', code: fault.code, message: fault.message };
      if (isForgeDown(fault)) down = failed;
      return failed;
    }
  };
}
