/** Hides secrets in a text, see `Secrets.mask`. */
export type Mask = (text: string) => string;

/** Most characters of a server's text that a message repeats. */
const QUOTED = 200;

/**
 * Text from a server, fit for one line of a message: secrets masked before it is cut (half a secret is not recognised
 * any more), control and invisible characters taken out, at most 200 characters.
 */
export function quote(text: string, mask: Mask): string {
  const folded = mask(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const shown = [...mask(folded)];
  return shown.length > QUOTED ? `${shown.slice(0, QUOTED).join('')}…` : shown.join('');
}
