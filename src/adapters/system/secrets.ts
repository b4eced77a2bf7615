import type { Secrets } from '../../ports/secrets.ts';

/** Shorter ones are not masked: they would be found in every second word. Who reads credentials refuses them. */
const SHORTEST_SECRET = 4;
/** Shorter pieces of base64 say little about a secret and occur by chance in ordinary text. */
const SHORTEST_ENCODED = 6;
/** Lines of a many-line secret (a PEM key) that are masked on their own. */
const SHORTEST_LINE = 8;

export interface SecretsOptions {
  /** Told every form of every secret once, e.g. to mask it in a workflow log too. */
  readonly announce?: (form: string) => void;
}

/** Secrets of this run, empty at first. */
export function createSecrets(options: SecretsOptions = {}): Secrets {
  const known = new Set<string>();
  return {
    add(secret) {
      for (const form of formsOf(secret.trim())) {
        if (known.has(form)) continue;
        known.add(form);
        options.announce?.(form);
      }
    },
    mask: (text) => maskAll(text, known),
  };
}

/** The value itself and what it looks like in a header, an address, a form or a JSON text. */
function formsOf(secret: string): ReadonlySet<string> {
  if (secret.length < SHORTEST_SECRET) return new Set();
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  const url = encodeUrl(secret);
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = base64Forms(Buffer.from(secret, 'utf8')).filter((text) => text.length >= SHORTEST_ENCODED);
  return new Set([secret, ...lines, url, lowerEscapes(url), form, lowerEscapes(form), json, ...base64]);
}

function encodeUrl(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8') === text ? encodeURIComponent(text) : text;
}

function lowerEscapes(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
}

/**
 * Base64 groups three bytes, so a secret inside a longer text (`user:secret`) has one of three spellings, by its offset
 * modulo 3. Characters that also hold bits of a neighbour are left out; the whole of the unshifted one comes first.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const shifted = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((offset * 8) / 6), whole);
  });
  const padded = bytes.toString('base64');
  const standard = [padded, padded.replaceAll('=', ''), ...shifted];
  return [...standard, ...standard.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Finds all before it replaces any: secrets may overlap. */
function maskAll(text: string, secrets: ReadonlySet<string>): string {
  const hidden: [from: number, to: number][] = [];
  for (const secret of secrets)
    for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1))
      hidden.push([at, at + secret.length]);
  hidden.sort(([a], [b]) => a - b);
  let shown = '';
  let end = 0;
  for (const [from, to] of hidden) {
    if (from > end || shown === '') shown += `${text.slice(end, from)}***`;
    end = Math.max(end, to);
  }
  return shown + text.slice(end);
}
