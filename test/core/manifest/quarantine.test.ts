import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRelease } from '../../../src/core/manifest/parse-release.ts';
import { checkQuarantine } from '../../../src/core/manifest/quarantine.ts';

const text = readFileSync(
  new URL('../../fixtures/manifests/valid/release/full.yaml', import.meta.url),
  'utf8',
);
const reading = parseRelease('releases/fraud-scorer.yaml', text);
if (reading.kind === 'bad') throw new Error('expected a valid fixture');
const parsed = reading.value;
const { stable, candidate } = parsed.release.spec;
const digests = (version = candidate) => Object.values(version?.artifacts ?? {}).map(({ digest }) => digest);

describe('checkQuarantine', () => {
  it('lets a version pass that nobody rolled back', () => {
    expect(checkQuarantine(parsed, [])).toEqual([]);
    expect(checkQuarantine(parsed, [{ version: '3.4.9', digests: ['sha256:00'], record: 4 }])).toEqual([]);
  });

  it('refuses a version by its name, where it stands', () => {
    const problems = checkQuarantine(parsed, [{ version: '3.5.0+build.7', digests: [], record: 7 }]);
    expect(problems).toMatchObject([
      {
        code: 'VERSION_QUARANTINED',
        severity: 'error',
        path: 'spec.candidate.version',
        at: { line: 18, column: 14 },
        message: '"3.5.0+build.7" was rolled back in record 7; bring a new version',
      },
    ]);
  });

  it('refuses the same content under another name, in any order', () => {
    const problems = checkQuarantine(parsed, [{ version: '3.4.9', digests: digests().reverse(), record: 7 }]);
    expect(problems).toMatchObject([
      { code: 'CONTENT_QUARANTINED', path: 'spec.candidate.artifacts', at: { line: 21, column: 5 } },
    ]);
    expect(problems[0]?.message).toContain('record 7 as "3.4.9"');
  });

  it('lets a version pass that keeps one artifact of a bad one', () => {
    const [, tokenizer = ''] = digests();
    expect(checkQuarantine(parsed, [{ version: '3.4.9', digests: [tokenizer], record: 7 }])).toEqual([]);
  });

  it('lets a good version pass whose name a bad one took later, unless the content is the same', () => {
    const good = [{ version: stable.version, digests: digests(stable) }];
    const named = { version: stable.version, digests: ['sha256:00'], record: 7 };
    expect(checkQuarantine(parsed, [named], good)).toEqual([]);
    const copied = { version: '9.9.9', digests: digests(stable), record: 8 };
    expect(checkQuarantine(parsed, [named, copied], good)).toMatchObject([
      { code: 'CONTENT_QUARANTINED', path: 'spec.stable.artifacts' },
    ]);
  });

  it('refuses a stable version that was rolled back as well', () => {
    const problems = checkQuarantine(parsed, [{ version: stable.version, digests: [], record: 2 }]);
    expect(problems.map(({ path }) => path)).toEqual(['spec.stable.version']);
  });
});
