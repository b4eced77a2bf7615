import { describe, expect, it } from 'vitest';
import { FORMS } from '../../../src/core/command/command.ts';
import { readComment } from '../../../src/core/command/read-comment.ts';
import { ORDERS } from '../../../src/core/record/order-schema.ts';
import { instant } from '../../../src/core/units.ts';

/** The message of what is refused. */
function refusal(body: string): string {
  try {
    readComment(body);
  } catch (fault) {
    expect(fault).toMatchObject({ name: 'ToolError', code: 'REFUSED' });
    return (fault as Error).message;
  }
  return 'not refused';
}

const NOTHING = { reason: undefined, until: undefined, version: undefined };

describe('a comment', () => {
  it.each([
    ['/belay resume scorer', { ...NOTHING, name: 'resume', release: 'scorer' }],
    ['/belay  approve   scorer  ', { ...NOTHING, name: 'approve', release: 'scorer' }],
    [
      '/belay approve scorer --reason "looks fine, 3 % more"\r\n\r\nI looked at the slices.',
      { ...NOTHING, name: 'approve', release: 'scorer', reason: 'looks fine, 3 % more' },
    ],
    [
      '/belay pause scorer --reason "odd scores" --until 2026-12-01T18:00Z',
      {
        ...NOTHING,
        name: 'pause',
        release: 'scorer',
        reason: 'odd scores',
        until: instant(Date.UTC(2026, 11, 1, 18)),
      },
    ],
    [
      '/belay pause scorer --until 2026-12-01 --reason odd',
      { ...NOTHING, name: 'pause', release: 'scorer', reason: 'odd', until: instant(Date.UTC(2026, 11, 2)) },
    ],
    [
      '/belay rollback scorer --from 3.5.0 --reason "refunds are up"',
      { ...NOTHING, name: 'rollback', release: 'scorer', version: '3.5.0', reason: 'refunds are up' },
    ],
    ['/belay abort scorer', { ...NOTHING, name: 'abort', release: 'scorer' }],
    ['/belay rollback scorer', { ...NOTHING, name: 'rollback', release: 'scorer' }],
    [
      '/belay abort scorer --reason "wrong data"',
      { ...NOTHING, name: 'abort', release: 'scorer', reason: 'wrong data' },
    ],
    [
      '/belay abort scorer --from 3.5.0 --reason "wrong data"',
      { ...NOTHING, name: 'abort', release: 'scorer', version: '3.5.0', reason: 'wrong data' },
    ],
    [
      '/belay approve scorer 3.5.0 --to 25%',
      { ...NOTHING, name: 'approve', release: 'scorer', version: '3.5.0', to: 25 },
    ],
    ['/belay approve scorer --to 0.5', { ...NOTHING, name: 'approve', release: 'scorer', to: 0.5 }],
    [
      '/belay looks-wrong scorer --reason "the top 10 are all the same"',
      { ...NOTHING, name: 'looks-wrong', release: 'scorer', reason: 'the top 10 are all the same' },
    ],
    [
      '/belay lift-quarantine scorer 3.5.0 --reason "it was the feed"',
      { ...NOTHING, name: 'lift-quarantine', release: 'scorer', version: '3.5.0', reason: 'it was the feed' },
    ],
  ])('%j is read', (body, command) => {
    expect(readComment(body)).toEqual(command);
  });

  it.each([
    '',
    'Looks good to me.',
    'See belay-dev/belay/actions/command and /belay/config.',
    '/belayed pause scorer',
    'I wonder what /belay pause scorer would do',
    '> /belay is a good name',
    '```\n/belay\n```',
  ])('%j is none', (body) => {
    expect(readComment(body)).toBeUndefined();
  });

  it.each([
    ['> /belay rollback scorer --reason "x"', 'this one stands in a quote'],
    ['> /belay rollback scorer\n\nWhy did you write this?', 'this one stands in a quote'],
    ['```\n/belay rollback scorer --reason "x"\n```', 'this one stands in a block of code'],
    ['~~~sh\n/belay rollback scorer\n~~~', 'this one stands in a block of code'],
    ['    /belay rollback scorer', 'this one stands in a block of code'],
    ['`/belay rollback scorer`', 'this one stands in a block of code'],
    [' /belay rollback scorer', 'this one stands elsewhere'],
    ['Please:\n/belay rollback scorer', 'this one stands elsewhere'],
    ['\n/belay rollback scorer', 'this one stands elsewhere'],
    ['/belay', 'there is no command ""; expected one of pause, resume'],
    ['/belay stop scorer', 'there is no command "stop"'],
    ['/belay Pause scorer', 'there is no command "Pause"'],
    ['/belay pause', 'pause names no release; expected /belay pause <release> --reason "…" [--until <time>]'],
    ['/belay pause ../x --reason "y"', '"../x" is no name of a release'],
    ['/belay pause scorer', 'pause needs a reason, which stands in the record'],
    ['/belay pause scorer --reason ""', 'a reason is 1 to 200 characters on one line'],
    [`/belay pause scorer --reason "${'x'.repeat(201)}"`, 'a reason is 1 to 200 characters on one line'],
    [`/belay pause scorer --reason "${'x'.repeat(600)}"`, 'the first line has more than 600 characters'],
    ['/belay pause scorer --reason odd scores', 'pause takes no "scores" after the release'],
    ['/belay pause scorer --reason “odd”', 'write plain double quotes'],
    ['/belay pause scorer --reason "odd', 'a reason begins and ends with a double quote'],
    ['/belay pause scorer --reason "a" --reason "b"', '--reason stands there twice'],
    ['/belay pause scorer --force yes', 'there is no --force'],
    ['/belay pause scorer --reason "x" --until tomorrow', '--until "tomorrow" is no time'],
    ['/belay pause scorer --reason "x" --until 2026-02-30', '--until "2026-02-30" is no time'],
    ['/belay resume scorer --until 2026-12-01', 'resume takes no --until'],
    ['/belay abort scorer 3.5.0 --reason "x"', 'abort takes no "3.5.0" after the release'],
    ['/belay abort scorer --to 5% --reason "x"', 'abort takes no --to'],
    ['/belay approve scorer --to 101%', '--to "101%" is no step: its weight, like 25%'],
    ['/belay approve scorer --to -5', '--to "-5" is no step'],
    ['/belay approve scorer --to all', '--to "all" is no step'],
    ['/belay lift-quarantine scorer --reason "x"', 'lift-quarantine names no version'],
    ['/belay lift-quarantine scorer 3.5.0', 'lift-quarantine needs a reason'],
    ['/belay lift-quarantine scorer 3.5.0 3.6.0 --reason "x"', 'cannot read "3.6.0"'],
    ['/belay resume sc\u200borer', 'the line holds U+200B, which nobody sees'],
    ['/belay resume scorer\u202e', 'the line holds U+202E'],
    ['/belay resume scorer; rm -rf /', 'cannot read "-rf /"'],
    ['/belay resume scorer;', '"scorer;" is no name of a release; expected /belay resume'],
  ])('%j is refused', (body, message) => {
    expect(refusal(body)).toContain(message);
    expect(refusal(body)).toMatch(/^refused\[SEC-18\] [^\n]+$/);
  });

  it('has a form for every order, that begins with its name', () => {
    expect(Object.keys(FORMS).sort()).toEqual([...ORDERS].sort());
    for (const name of ORDERS) expect(FORMS[name].usage).toMatch(new RegExp(`^${name} <release>`));
  });
});
