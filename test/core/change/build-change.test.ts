import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { operationOf } from '../../../src/adapters/operation.ts';
import { buildChange, type ChangeInput } from '../../../src/core/change/build-change.ts';
import { combineChanges } from '../../../src/core/change/combine-changes.ts';
import type { RecordedKind } from '../../../src/core/decision/decision.ts';
import { RecordSchema } from '../../../src/core/record/record-schema.ts';
import { percent, sha } from '../../../src/core/units.ts';
import {
  buildAssessment,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
  refOf,
  STABLE,
} from '../../builders/release.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function input(kind: RecordedKind, change: Partial<ChangeInput> = {}): ChangeInput {
  return {
    run: {
      tool: 'belay test',
      trigger: { kind: 'schedule', actor: null },
      base: sha('1'.repeat(40)),
      now: minute(40),
    },
    release: 'scorer',
    decision: {
      kind,
      from: percent(5),
      to: percent(25),
      reasons: [{ code: 'CHECKS_PASS', text: 'errors: pass' }],
    },
    via: 'commit',
    state: buildState({ sequence: 6 }),
    stable: refOf(STABLE),
    candidate: refOf(CANDIDATE),
    rollout: buildRollout([1, 0], [5, 30]),
    manifest: { path: 'releases/scorer.yaml', before: 'weight: 5', after: 'weight: 25' },
    targets: [{ path: 'serving/scorer.yaml', before: 'old', after: 'new' }],
    assessment: buildAssessment({ errors: 'pass', latency: 'pass' }),
    answers: [],
    sha256,
    ...change,
  };
}

describe('a commit message', () => {
  it.each(['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]', '[Skip CI]'])(
    'never keeps workflows from starting, whoever says %s',
    (words) => {
      const reasons = [{ code: 'ASKED_BY_PERSON', text: `ana: wrong data ${words}` }] as const;
      const decision = { kind: 'rollback', from: percent(5), to: percent(0), reasons } as const;
      const { body, subject, record } = buildChange(input('rollback', { ...rollback, decision }));
      expect(`${subject}\n${body}`).not.toContain(words);
      expect(body).toContain(`- ana: wrong data (${words.slice(1, -1)})`);
      expect(record.decision.reasons).toEqual(reasons);
    },
  );

  const rollback: Partial<ChangeInput> = {
    quarantine: refOf(CANDIDATE),
    restored: { version: refOf(STABLE), commit: sha('2'.repeat(40)), record: 1, passedOver: [] },
  };

  it.each<[RecordedKind, Partial<ChangeInput>, string]>([
    ['adopt', {}, 'release(scorer): adopt 3.4.1 as good (record 0007)'],
    ['start', {}, 'release(scorer): start 3.5.0 at 25% (record 0007)'],
    ['advance', {}, 'release(scorer): canary 5% → 25% (2 of 2 pass, record 0007)'],
    ['promote', {}, 'release(scorer): promote 3.5.0 (2 of 2 pass, record 0007)'],
    ['pause', {}, 'release(scorer): pause 3.5.0 at 5% (record 0007)'],
    ['rollback', rollback, 'release(scorer): roll back 3.5.0 to 3.4.1 (record 0007)'],
  ])('says of %s what, on what evidence, and which record', (kind, change, subject) => {
    expect(buildChange(input(kind, change)).subject).toBe(subject);
  });

  it('ends in the trailers by which it is found again', () => {
    const change = buildChange(input('advance'));
    expect(change.body.split('\n\n').at(-1)!.split('\n')).toEqual([
      'Belay-Release: scorer',
      'Belay-Record: 0007',
      `Belay-Op: ${change.operation}`,
    ]);
  });

  it('says each check once', () => {
    const { body } = buildChange(input('advance'));
    expect(body.split('\n\n')[0]).toBe('- errors: pass\n- [pass] latency: pass');
  });

  it('keeps a reason on its line, so that it cannot speak as a trailer', () => {
    const text = `no\n\nBelay-Op: ${'a'.repeat(64)}`;
    const { body, subject, operation } = buildChange(
      input('pause', {
        decision: {
          kind: 'pause',
          from: percent(5),
          to: percent(5),
          reasons: [{ code: 'ASKED_BY_PERSON', text }],
        },
      }),
    );
    expect(operationOf(`${subject}\n\n${body}`)).toBe(operation);
    expect(body.match(/^Belay-Op:/gm)).toHaveLength(1);
  });
});

describe('a record', () => {
  it('is of the shape that is read again, whatever was decided', () => {
    for (const kind of ['adopt', 'start', 'advance', 'promote', 'pause', 'rollback'] as const) {
      const { after } = buildChange(input(kind)).files.at(-1)!;
      expect(RecordSchema.parse(JSON.parse(after)).decision.kind).toBe(kind);
    }
  });

  it('says what is good by it: the adopted stable version, the promoted candidate, else nothing', () => {
    const good = (kind: RecordedKind) => buildChange(input(kind)).record.good?.version;
    expect([good('adopt'), good('promote'), good('advance'), good('rollback')]).toEqual([
      '3.4.1',
      '3.5.0',
      undefined,
      undefined,
    ]);
  });

  it('names every file by its bytes before and after, the unchanged ones too', () => {
    const targets = [{ path: 'serving/scorer.yaml', before: 'same', after: 'same' }];
    const change = buildChange(input('advance', { targets }));
    expect(change.record.targets).toEqual([
      { path: 'serving/scorer.yaml', before: `sha256:${sha256('same')}`, after: `sha256:${sha256('same')}` },
    ]);
    expect(change.files.map((file) => file.path)).toEqual([
      'releases/scorer.yaml',
      '.belay/records/scorer/0007.json',
    ]);
  });

  it('knows a file that was not there', () => {
    const manifest = { path: 'releases/scorer.yaml', before: undefined, after: 'weight: 0' };
    expect(buildChange(input('rollback', { manifest })).record.manifest.before).toBeNull();
  });
});

describe('an operation', () => {
  const base = buildChange(input('advance')).operation;

  it.each<[string, Partial<ChangeInput>]>([
    ['the moment', { run: { ...input('advance').run, now: minute(99) } }],
    ['the commit below', { run: { ...input('advance').run, base: sha('3'.repeat(40)) } }],
    ['who asked', { run: { ...input('advance').run, trigger: { kind: 'manual', actor: 'mona' } } }],
    ['the evidence', { assessment: buildAssessment({ errors: 'pass' }) }],
    ['the way it lands', { via: 'pull-request' }],
  ])('stays the same with another one of %s', (_, change) => {
    expect(buildChange(input('advance', change)).operation).toBe(base);
  });

  it.each<[string, Partial<ChangeInput>]>([
    ['release', { release: 'other' }],
    ['record before it', { state: buildState({ sequence: 6, tip: digestOf('9') }) }],
    [
      'text of the manifest',
      { manifest: { path: 'releases/scorer.yaml', before: 'weight: 5 ', after: 'weight: 25' } },
    ],
    ['text of a target', { targets: [{ path: 'serving/scorer.yaml', before: 'older', after: 'new' }] }],
  ])('is another one with another %s', (_, change) => {
    expect(buildChange(input('advance', change)).operation).not.toBe(base);
  });
});

describe('changes of several releases', () => {
  const changeOf = (release: string, kind: 'advance' | 'promote' = 'advance') =>
    buildChange(
      input(kind, {
        release,
        manifest: { path: `releases/${release}.yaml`, before: 'weight: 5', after: 'weight: 25' },
        targets: [],
      }),
    );

  it('stay what they are when there is one', () => {
    const only = changeOf('a');
    expect(combineChanges([only], sha256)).toBe(only);
  });

  it('are one commit with one operation, whose body has what each says', () => {
    const both = combineChanges([changeOf('a'), changeOf('b')], sha256);
    expect(both.subject).toBe('release: advance 2 releases (a, b)');
    expect(both.files.map((file) => file.path)).toHaveLength(4);
    expect(both.body).toContain('release(a): canary 5% → 25%');
    expect(both.body).toContain('release(b): canary 5% → 25%');
    expect(both.body.match(/^Belay-Op:/gm)).toHaveLength(1);
    expect(operationOf(`${both.subject}\n\n${both.body}`)).toBe(both.operation);
  });

  it('are said to be changed where not the same was decided of all', () => {
    const both = combineChanges([changeOf('a'), changeOf('b', 'promote')], sha256);
    expect(both.subject).toBe('release: change 2 releases (a, b)');
  });

  it('have a subject of one short line, however many there are', () => {
    const many = Array.from({ length: 60 }, (_, index) => changeOf(`release-${index}`));
    expect(combineChanges(many, sha256).subject).toBe('release: advance 60 releases');
  });
});
