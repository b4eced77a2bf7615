import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from './find-program.ts';

describe('findProgram', () => {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => printed.push(String(line)) > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives the full path of a program on PATH', () => {
    expect(findProgram('sh', { PATH: '/nowhere:/bin' })).toBe('/bin/sh');
  });

  it('does not take a folder, a file that cannot run or a relative entry of PATH for a program', () => {
    expect(findProgram('etc', { PATH: '/' })).toBeUndefined();
    expect(findProgram('passwd', { PATH: '/etc' })).toBeUndefined();
    expect(findProgram('find-program.ts', { PATH: 'test/tools' })).toBeUndefined();
  });

  it('prints once what is skipped when the program is missing', () => {
    findProgram('no-such-program', { PATH: '/bin' });
    findProgram('no-such-program', { PATH: '/bin' });
    expect(printed).toEqual([
      'skipped: program "no-such-program" is not on PATH (BELAY_REQUIRE_TOOLS=1 makes this an error)\n',
    ]);
  });

  it('fails instead of skipping when BELAY_REQUIRE_TOOLS is 1', () => {
    const env = { PATH: '/bin', BELAY_REQUIRE_TOOLS: '1' };
    expect(() => findProgram('no-such-program', env)).toThrow(/"no-such-program" is not on PATH/);
    expect(findProgram('sh', env)).toBe('/bin/sh');
  });
});
