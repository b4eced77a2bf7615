/** Replaces a token in its plain, base64 and URL forms by `***`. */
export type Mask = (text: string) => string;

/** What GitHub or the network says may hold what we sent; all of it goes through here before anything is done with it. */
export function createMask(token: string): Mask {
  const spoken = [token, `x-access-token:${token}`, `token ${token}`, `bearer ${token}`];
  const encoded = spoken.map((text) => Buffer.from(text).toString('base64'));
  const urls = [...encoded, token].map(encodeURIComponent);
  // longer forms first: the token alone would leave the rest of them standing
  const secrets = [...encoded, ...urls, token].filter((form) => form.length > 3);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** A text from outside as part of a message: one line, at most 200 characters, no full stop. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
