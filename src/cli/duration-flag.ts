import { ToolError } from '../core/errors.ts';
import { formatDuration, type Millis, millis, parseDuration } from '../core/units.ts';
import { type Flags, textFlag } from './command.ts';

/** A flag's length of time; undefined when it was not given. @throws ToolError REFUSED when it is none, or outside the bounds (ms) */
export function durationFlag(
  flags: Flags,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): Millis | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const length = parseDuration(text);
  if (length !== undefined && length >= least && length <= most) return length;
  const bounds = `${formatDuration(millis(least))} to ${formatDuration(millis(most))}`;
  throw new ToolError({
    code: 'REFUSED',
    message: `--${name}: expected a duration like 30s, 55m or 1h30m, ${bounds}, got "${text}"`,
  });
}
