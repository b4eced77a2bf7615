import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/adapters/system/log.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import type { Log } from '../../../src/ports/log.ts';

function write(
  act: (log: Log) => void,
  given: { readonly debug?: boolean; readonly secret?: string } = {},
): string {
  let text = '';
  const secrets = createSecrets();
  secrets.add(given.secret ?? '');
  const stream = { write: (chunk: string) => (text += chunk) };
  act(createLog({ stream, secrets, ...(given.debug === undefined ? {} : { debug: given.debug }) }));
  return text;
}

describe('createLog', () => {
  it('writes one line per call and says which are warnings', () => {
    const text = write((log) => {
      log.info('reading 3 manifests');
      log.warn('main moved');
    });
    expect(text).toBe('reading 3 manifests\nwarning: main moved\n');
  });

  it('writes debug lines only when asked to', () => {
    const act = (log: Log): void => log.debug('7 requests');
    expect([write(act), write(act, { debug: true })]).toEqual(['', 'debug: 7 requests\n']);
  });

  it.each([
    ['plain', 'token hunter2-secret refused'],
    ['broken by an invisible character', 'token hunter2-\u200bsecret refused'],
    ['in an address', 'https://u:hunter2-secret@host/'],
  ])('masks a secret, %s', (_, line) => {
    expect(write((log) => log.info(line), { secret: 'hunter2-secret' })).not.toMatch(/hunter2|secret/);
  });

  it('masks a secret of several lines', () => {
    const secret = '-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\n-----END KEY-----';
    const text = write((log) => log.info(`key is ${secret}, and a line of it MIIEpAIBAAKCAQEA`), { secret });
    expect(text).toBe('key is ***, and a line of it ***\n');
  });

  it.each([
    ['\n::set-output name=decision::advance', ' : :set-output name=decision::advance\n'],
    ['  ::warning::x', '  : :warning::x\n'],
    ['\u00ad\u200b::stop-commands::x', ': :stop-commands::x\n'],
    ['said ##[set-env name=PATH]x', 'said ## [set-env name=PATH]x\n'],
    ['12:30::45 is fine', '12:30::45 is fine\n'],
  ])('writes %j as text that a workflow runner does not obey', (line, expected) => {
    expect(write((log) => log.info(line))).toBe(expected);
  });

  it('never writes a second line, a command or an invisible character, whatever the line', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(':', ' ', '\n', '\r', '#', '[', '\u200b', '\u2028', '\t', 'a'),
    });
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (line) => {
        for (const text of [write((log) => log.info(line)), write((log) => log.warn(line))]) {
          expect(text).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\n$/u);
          expect(text.trimStart().startsWith('::')).toBe(false);
          expect(text).not.toContain('##[');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
