/** The values that must never be shown. One per run, shared by all that hold a secret and all that print. */
export interface Secrets {
  /** Makes a value unshowable, in its plain, base64, URL and JSON forms; surrounding blanks and text of fewer than four characters do not count. */
  add(secret: string): void;
  /** The text with every known secret replaced by `***`. */
  mask(text: string): string;
}
