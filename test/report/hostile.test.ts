import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/analysis/observation.ts';
import type { Answer } from '../../src/core/change/build-change.ts';
import type { Problem } from '../../src/core/errors.ts';
import type { WrittenRecord } from '../../src/core/record/record-schema.ts';
import { formatInstant, percent, sha } from '../../src/core/units.ts';
import {
  describeRollback,
  MAX_BODY,
  type RollbackDescription,
} from '../../src/report/rollback-pull-request.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { describeStep } from '../../src/report/step-pull-request.ts';
import { summariseRun } from '../../src/report/summary.ts';
import { printRun } from '../../src/report/terminal.ts';
import { buildAssessment, buildRelease, CANDIDATE, minute, refOf, STABLE } from '../builders/release.ts';

const ID = sha('1'.repeat(40));

/** Whatever somebody may write who wants to be seen, followed or heard (SEC-10, SEC-20). */
const HOSTILE = [
  '@org/all look <img src=https://e.example/x> </details> ![x](https://e.example)',
  '</summary></details><script>alert(1)</script>',
  'a | b || c \\| d',
  '`````` ~~~ ```',
  'https://evil.example www.evil.example mailto:a@evil.example xmpp:a@evil.example',
  '[click](javascript:alert(1)) <javascript:alert(1)> [a]: https://evil.example',
  'fixes #1, GH-2 and org/repo#3',
  '- item\n\n# heading\n\n| a |\n|---|\n| b |\n\n---\n\n1. one',
  '<!-- hidden --> &lt;b&gt; &#64;org',
  '\u202Etxet neddih\u202C\u200B\u0007\u001B[31m red',
  '::error file=a::b\n::add-mask::c',
  '==',
  '1. x',
];

const INVISIBLE = /[\u202a-\u202e\u2066-\u2069\u200b]|(?!\n)\p{Cc}/u;

function answerOf(text: string): Answer {
  const request = { kind: 'instant', query: text, at: minute(0) } as const;
  const observation: Observation = {
    provider: 'prod',
    request,
    fetchedAt: minute(0),
    outcome: { kind: 'absent', reason: 'refused', detail: text },
  };
  return { planned: { id: 'errors/bad/candidate', check: 'errors', provider: 'prod', request }, observation };
}

function recordOf(text: string): WrittenRecord {
  return {
    apiVersion: 'belay.dev/v1',
    kind: 'Record',
    release: 'scorer',
    sequence: 4,
    previous: null,
    at: formatInstant(minute(0)),
    tool: text,
    trigger: { kind: 'manual', actor: text },
    via: 'pull-request',
    base: ID,
    operation: 'a'.repeat(64),
    decision: { kind: 'rollback', from: 25, to: 0, reasons: [{ code: 'ASKED_BY_PERSON', text }] },
    stable: refOf(STABLE),
    candidate: refOf(CANDIDATE),
    good: null,
    quarantine: refOf(CANDIDATE),
    restored: { version: refOf(STABLE), commit: ID, record: 1 },
    rollout: null,
    manifest: { path: 'releases/scorer.yaml', before: null, after: `sha256:${'a'.repeat(64)}` },
    targets: [],
    evidence: {
      overall: 'fail',
      logHarm: 9,
      threshold: 4.6,
      checks: [{ name: 'errors', verdict: 'fail', gating: true, sentence: text }],
      observations: [],
    },
  };
}

function problemOf(text: string): Problem {
  return {
    code: 'TARGET_MISSING',
    severity: 'error',
    at: { file: text, line: 1, column: 1 },
    path: text,
    message: text,
  };
}

function assessmentOf(text: string) {
  const assessment = buildAssessment({ errors: 'fail' });
  return {
    ...assessment,
    checks: assessment.checks.map((check) => ({ ...check, sentence: `seen ${text}` })),
  };
}

function editsOf(text: string) {
  return [{ path: 'releases/scorer.yaml', before: 'old\n', after: `${text}\n` }];
}

function rollbackOf(text: string, more: Partial<RollbackDescription> = {}): RollbackDescription {
  return {
    record: recordOf(text),
    traffic: percent(25),
    summary: text,
    edits: editsOf(text),
    restored: { ref: refOf(STABLE), record: 1, commit: ID, text, release: buildRelease() },
    skipped: [{ version: CANDIDATE.version, reason: text }],
    dropped: [{ commit: ID, at: minute(0), author: text, subject: text }],
    notes: [problemOf(text)],
    answers: [answerOf(text)],
    assessment: assessmentOf(text),
    owners: [],
    runbook: text,
    ...more,
  };
}

function runOf(text: string): RunReport {
  return {
    command: 'advance',
    at: minute(0),
    branch: 'main',
    head: ID,
    dryRun: true,
    problems: [problemOf(text)],
    requests: 0,
    roundTrips: 0,
    releases: [
      {
        name: text,
        path: text,
        stable: '3.4.1',
        candidate: '3.5.0',
        weight: percent(5),
        standing: undefined,
        decision: {
          kind: 'hold',
          from: percent(5),
          to: percent(5),
          reasons: [{ code: 'CHECK_ERROR', text }],
        },
        assessment: assessmentOf(text),
        problems: [problemOf(text)],
        edits: editsOf(text),
        receipt: {
          kind: 'blocked',
          code: 'CONFLICT',
          pull: { number: 7, url: `https://e.example/7)${text}` },
          message: text,
        },
      },
    ],
  };
}

const TEXTS: readonly (readonly [name: string, write: (text: string) => string])[] = [
  ['the body of a rollback', (text) => describeRollback(rollbackOf(text))],
  [
    'the body of a step',
    (text) => describeStep({ record: recordOf(text), edits: editsOf(text), needsApproval: true }),
  ],
  ['the job summary', (text) => summariseRun(runOf(text))],
];

function render(markdown: string): string {
  return marked.parse(markdown, { gfm: true, async: false });
}

/** What GitHub looks through for names and numbers: text outside of code. */
function lookedThrough(html: string): string {
  return html
    .replace(/<pre>[\s\S]*?<\/pre>|<code[^>]*>[\s\S]*?<\/code>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '§')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

/** Everything that makes the shape of a page: tags, without what is in them. */
function shapeOf(html: string): readonly string[] {
  return [...html.matchAll(/<\/?([a-z][a-z0-9]*)/g)].map((match) => match[0]);
}

describe.each(TEXTS)('%s', (_, write) => {
  const plain = shapeOf(render(write('a plain word')));

  it.each(HOSTILE)('has the same shape whatever is written into it: %j', (text) => {
    const html = render(write(text));
    expect(shapeOf(html).filter((tag) => !/span|del|em|strong/.test(tag))).toEqual(
      plain.filter((tag) => !/span|del|em|strong/.test(tag)),
    );
    expect(html).not.toMatch(/<(?:a|img|script|iframe)\b/);
  });

  it.each(HOSTILE)('calls nobody and refers to nothing: %j', (text) => {
    const seen = lookedThrough(render(write(text)));
    expect(seen).not.toMatch(/(^|[^A-Za-z0-9])@[A-Za-z0-9]/);
    expect(seen).not.toMatch(/#\d|\bGH-\d/);
    expect(seen).not.toMatch(/(?:https?|mailto|xmpp):|www\./);
  });

  it.each(HOSTILE)('hides nothing: %j', (text) => {
    expect(write(text)).not.toMatch(INVISIBLE);
  });
});

describe('a terminal', () => {
  it.each(HOSTILE)('keeps every text on its line and every character in sight: %j', (text) => {
    const printed = printRun(runOf(text), { diff: true });
    expect(printed).not.toMatch(INVISIBLE);
    const inDiff = text.split('\n').length;
    const lines = printRun(runOf('a plain word'), { diff: true }).split('\n').length;
    expect(printed.split('\n')).toHaveLength(lines + inDiff - 1);
  });
});

describe('a body that would be too long', () => {
  const long = (length: number): string => 'x'.repeat(length);
  const many = (count: number, length: number): readonly Answer[] =>
    Array.from({ length: count }, (_, index) => {
      const answer = answerOf(`sum(${long(length)})`);
      return { ...answer, planned: { ...answer.planned, check: `check-${index}` } };
    });

  it.each<[string, Partial<RollbackDescription>]>([
    ['much evidence', { answers: many(200, 3_000) }],
    ['one long query', { answers: many(1, 100_000) }],
    ['a long diff', { edits: [{ path: 'a', before: 'b', after: `${long(90)}\n`.repeat(2_000) }] }],
    ['many notes', { notes: Array.from({ length: 400 }, () => problemOf(long(300))) }],
  ])('is cut between blocks and says so: %s', (_, more) => {
    const body = describeRollback(rollbackOf('why', more));
    expect(body.length).toBeLessThanOrEqual(MAX_BODY);
    expect(body).toContain('left out here, since it is too long');
    expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length);
    expect((body.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
    expect(body).toContain('goes back from `3.5.0`');
    expect(body).toContain('### What to do');
    expect(body).toContain(`<!-- belay:rollback op=${'a'.repeat(64)} -->`);
  });

  it('keeps the evidence of the checks that fit, and what is dropped, when the diff does not', () => {
    const edits = [{ path: 'a', before: 'b', after: `${long(90)}\n`.repeat(2_000) }];
    const body = describeRollback(rollbackOf('why', { edits }));
    expect(body).toContain('### What the manifest loses');
    expect(body).toContain('Evidence of errors');
    expect(body).not.toContain('```diff');
  });

  it('names thirty of the commits that are dropped, each on a line that can be read', () => {
    const revision = { commit: ID, at: minute(0), author: 'mona', subject: long(2_000) };
    const body = describeRollback(
      rollbackOf('why', { dropped: Array.from({ length: 500 }, () => revision) }),
    );
    expect(body).toContain('… and 470 older ones.');
    expect(body.length).toBeLessThan(20_000);
  });

  it('keeps a step within the same bounds', () => {
    const body = describeStep({
      record: recordOf('why'),
      edits: [{ path: 'a', before: 'b', after: `${long(90)}\n`.repeat(2_000) }],
      needsApproval: false,
    });
    expect(body.length).toBeLessThanOrEqual(MAX_BODY);
    expect(body).toContain('The hold of the step begins');
  });
});
