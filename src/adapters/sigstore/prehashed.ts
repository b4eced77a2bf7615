import type { KeyObject } from 'node:crypto';

/**
 * ECDSA on P-256 over a digest. Node's crypto hashes what it verifies by itself, and takes no digest; a model's bytes are often
 * not here. Only public values are touched, so that no time may tell anything.
 * Source: FIPS 186-5, section 6.4.2; SP 800-186, section 3.2.1.3.
 */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

/** A point of the curve other than the one at infinity, which is undefined. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** Whether a key is one that `verifyPrehashed` can use. */
export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/**
 * Whether `signature` (DER) is the key's over this digest.
 * @param digest 32 bytes, SHA-256 of what was signed
 * @param key a public key on P-256; node's import has made sure that it is a point of the curve
 */
export function verifyPrehashed(digest: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const pair = parsePair(signature);
  const { x, y } = key.export({ format: 'jwk' });
  if (!pair || !isP256(key) || digest.length !== 32 || x === undefined || y === undefined) return false;
  const [r, s] = pair;
  if (r < 1n || r >= N || s < 1n || s >= N) return false;
  const inverse = invert(s, N);
  const point = sumOfMultiples(mod(toInteger(digest) * inverse, N), mod(r * inverse, N), {
    x: toInteger(Buffer.from(x, 'base64url')),
    y: toInteger(Buffer.from(y, 'base64url')),
  });
  return point !== undefined && mod(point.x, N) === r;
}

/** `u · G + v · Q`, doubling once for both. */
function sumOfMultiples(u: bigint, v: bigint, q: Point): Point | undefined {
  const both = add(G, q);
  let sum: Point | undefined;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    sum = add(sum, sum);
    const hasG = ((u >> bit) & 1n) === 1n;
    const hasQ = ((v >> bit) & 1n) === 1n;
    if (hasG && hasQ) sum = add(sum, both);
    else if (hasG) sum = add(sum, G);
    else if (hasQ) sum = add(sum, q);
  }
  return sum;
}

function add(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && mod(a.y + b.y, P) === 0n) return undefined;
  // a = -3, a property of the curve
  const slope =
    a.x === b.x
      ? mod(3n * (a.x * a.x - 1n) * invert(2n * a.y, P), P)
      : mod((b.y - a.y) * invert(b.x - a.x, P), P);
  const x = mod(slope * slope - a.x - b.x, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** By Euclid; the modulus is prime and the value no multiple of it. */
function invert(value: bigint, modulus: bigint): bigint {
  let [high, low] = [modulus, mod(value, modulus)];
  let [before, after] = [0n, 1n];
  while (low > 1n) {
    const quotient = high / low;
    [high, low] = [low, high - quotient * low];
    [before, after] = [after, before - quotient * after];
  }
  return mod(after, modulus);
}

/** `SEQUENCE { INTEGER r, INTEGER s }` in DER, and nothing behind it. */
function parsePair(der: Uint8Array): readonly [bigint, bigint] | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 0x7f) return undefined;
  const first = parseInteger(der, 2);
  const second = first && parseInteger(der, first.end);
  return first && second?.end === der.length ? [first.value, second.value] : undefined;
}

function parseInteger(
  der: Uint8Array,
  at: number,
): { readonly value: bigint; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const bytes = der.subarray(at + 2, at + 2 + length);
  const [sign = 0x80, next = 0x80] = bytes;
  const isShortest = sign !== 0 || bytes.length === 1 || next >= 0x80;
  if (der[at] !== 0x02 || length === 0 || bytes.length !== length || sign >= 0x80 || !isShortest)
    return undefined;
  return { value: toInteger(bytes), end: at + 2 + length };
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}
