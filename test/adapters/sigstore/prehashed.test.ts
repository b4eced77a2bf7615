import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyPrehashed } from '../../../src/adapters/sigstore/prehashed.ts';
import { makeKeys } from '../../sigstore/authority.ts';

const digestOf = (content: string) => createHash('sha256').update(content).digest();
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function encode(r: bigint, s: bigint): Buffer {
  const number = (value: bigint) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, padded.length]), padded]);
  };
  const both = Buffer.concat([number(r), number(s)]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}

function decode(der: Buffer): readonly [bigint, bigint] {
  const r = der.subarray(4, 4 + der[3]!);
  const s = der.subarray(6 + der[3]!);
  return [BigInt(`0x${r.toString('hex')}`), BigInt(`0x${s.toString('hex')}`)];
}

describe('a signature over a digest', () => {
  it('is judged as node judges it over the bytes, whatever bit is changed', () => {
    for (let round = 0; round < 20; round += 1) {
      const keys = makeKeys();
      const content = `model ${round}`;
      const good = sign('sha256', Buffer.from(content), keys.privateKey);
      expect(verifyPrehashed(digestOf(content), keys.publicKey, good)).toBe(true);
      expect(verifyPrehashed(digestOf(`${content}.`), keys.publicKey, good)).toBe(false);
      expect(verifyPrehashed(digestOf(content), makeKeys().publicKey, good)).toBe(false);
      for (let bit = round; bit < good.length * 8; bit += 29) {
        const bent = Buffer.from(good);
        bent[bit >> 3]! ^= 1 << (bit & 7);
        const expected = verify('sha256', Buffer.from(content), keys.publicKey, bent);
        expect([bit, verifyPrehashed(digestOf(content), keys.publicKey, bent)]).toEqual([bit, expected]);
      }
    }
  });

  it('has two forms, of which both are good', () => {
    const keys = makeKeys();
    const [r, s] = decode(sign('sha256', Buffer.from('x'), keys.privateKey));
    const other = encode(r, N - s);
    expect(verify('sha256', Buffer.from('x'), keys.publicKey, other)).toBe(true);
    expect(verifyPrehashed(digestOf('x'), keys.publicKey, other)).toBe(true);
  });

  it.each<[string, (r: bigint, s: bigint) => Buffer]>([
    ['r is 0', (_, s) => encode(0n, s)],
    ['s is 0', (r) => encode(r, 0n)],
    ['both are 0', () => encode(0n, 0n)],
    ['r is the order', (_, s) => encode(N, s)],
    ['s is the order', (r) => encode(r, N)],
    ['r is too large by the order', (r, s) => encode(r + N, s)],
    ['s is too large by the order', (r, s) => encode(r, s + N)],
    ['something is behind it', (r, s) => Buffer.concat([encode(r, s), Buffer.from([0])])],
    ['it is cut', (r, s) => encode(r, s).subarray(0, -1)],
    ['it is empty', () => Buffer.alloc(0)],
  ])('is none when %s', (_, bend) => {
    const keys = makeKeys();
    const [r, s] = decode(sign('sha256', Buffer.from('x'), keys.privateKey));
    expect(verifyPrehashed(digestOf('x'), keys.publicKey, bend(r, s))).toBe(false);
  });

  it('is none by a key of another curve or kind', () => {
    const other = makeKeys('P-384');
    const good = sign('sha256', Buffer.from('x'), other.privateKey);
    expect(verifyPrehashed(digestOf('x'), other.publicKey, good)).toBe(false);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(verifyPrehashed(digestOf('x'), rsa.publicKey, good)).toBe(false);
  });
});
