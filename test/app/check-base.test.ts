import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { CHECKS, openBench, openInFlight, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

/** The release before there was a candidate. */
const SETTLED: Files = { ...BASE, [MANIFEST]: writeManifest() };

/** What is found in a pull request that leads from one state to another, other than in the files by themselves. */
async function compare(before: Files, after: Files, earlier: readonly Files[] = [SETTLED]) {
  const found = await problemsOf(after, { base: baseOf(before, ...earlier) });
  const alone = new Set((await problemsOf(after)).map((problem) => JSON.stringify(problem)));
  return found.filter((problem) => !alone.has(JSON.stringify(problem)));
}

/** Files at moments of a rollout, and after a rollback. */
const moments = Promise.all(
  ([1, 2, 3, 4, 5] as const).map(async (moves) => filesOf(await openInFlight(moves))),
);
const rolledBack = openInFlight(3).then(async (bench) => {
  await bench.rollBack(40);
  return filesOf(bench);
});
const recordOf = (files: Files, number: number) =>
  Object.keys(files).find((path) => path.endsWith(`/${String(number).padStart(4, '0')}.json`))!;

describe('a pull request', () => {
  it('that changes nothing, or what people change, is fine', async () => {
    const [adopted, started] = await moments;
    const settled = { ...adopted!, ...SETTLED };
    expect(await compare(started!, started!)).toEqual([]);
    const paused = writeManifest({ candidate: CANDIDATE, weight: 5, paused: true });
    expect(await compare(started!, { ...started!, [MANIFEST]: paused })).toEqual([]);
    const brought = { ...settled, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) };
    expect(await problemsOf(brought, { base: baseOf(settled) })).toEqual([]);
  });

  it('of Belay’s own is fine, at every move and for a rollback', async () => {
    const states = await moments;
    for (const [index, after] of states.slice(1).entries())
      expect(await compare(states[index]!, after)).toEqual([]);
    expect(await compare(states[2]!, await rolledBack)).toEqual([]);
    expect(await compare(states[0]!, states[4]!)).toMatchObject([
      { code: 'SEC-29', message: expect.stringContaining('it brings 4 records at once') },
    ]);
  });

  it('may take the candidate back out, with its weight', async () => {
    const [, started] = await moments;
    const withdrawn = {
      ...started!,
      [MANIFEST]: writeManifest(),
      [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    };
    expect(await compare(started!, withdrawn)).toEqual([]);
  });
});

describe('what is Belay’s to write', () => {
  it('is the weight: the message says which number to write again', async () => {
    const [, started] = await moments;
    const raised = {
      ...started!,
      [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 100 }),
      [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
    };
    expect(await compare(started!, raised)).toMatchObject([
      {
        code: 'SEC-29',
        severity: 'error',
        path: 'spec.rollout.weight',
        message: expect.stringContaining('is written only by Belay; expected 5, got 100. Write 5 again'),
      },
    ]);
  });

  it('is every record: none is changed, none is deleted', async () => {
    const [, started] = await moments;
    const path = recordOf(started!, 2);
    const changed = { ...started!, [path]: started![path]!.replace('"schedule"', '"manual"') };
    expect(await compare(started!, changed)).toMatchObject([
      { code: 'SEC-30', severity: 'error', at: { file: path } },
    ]);
    expect((await compare(started!, changed))[0]!.at.line).toBeGreaterThan(1);
    const { [path]: _, ...rest } = started!;
    expect(await compare(started!, rest)).toMatchObject([
      {
        code: 'SEC-30',
        at: { file: path, line: 1 },
        message: expect.stringContaining('deletes this record'),
      },
    ]);
  });

  it('is every new record: one that tells of another change does not carry a weight in', async () => {
    const [, started, further] = await moments;
    const path = recordOf(further!, 3);
    const text = further![MANIFEST]!;
    const bent = { ...further!, [MANIFEST]: text.replace(/deadline: \S+/, 'deadline: 9d') };
    expect(bent[MANIFEST]).not.toBe(text);
    expect((await compare(started!, bent)).map(({ code, at }) => [code, at.file])).toEqual(
      expect.arrayContaining([
        ['SEC-29', path],
        ['SEC-29', MANIFEST],
      ]),
    );
  });

  it('is every new record: one that tells of other files is no passport for the rest', async () => {
    const [, started] = await moments;
    const [path, next] = [recordOf(started!, 2), recordOf(started!, 2).replace('0002', '0003')];
    const record = JSON.parse(started![path]!);
    const digest = (text: string) => `sha256:${sha256(text)}`;
    const note = 'words\n';
    const forged = (change: object) =>
      JSON.stringify({
        ...record,
        sequence: 3,
        previous: digest(started![path]!),
        evidence: null,
        guarantee: null,
        ...change,
      });
    const raised = writeManifest({ candidate: CANDIDATE, weight: 100 });
    const whole = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
    const change = (file: string, before: string, after: string) => ({
      path: file,
      before: digest(before),
      after: digest(after),
    });
    const before = { ...started!, 'docs/note.md': note };
    const elsewhere = forged({ manifest: change('docs/note.md', note, note), targets: [] });
    const found = await compare(before, {
      ...before,
      [MANIFEST]: raised,
      [SERVING]: whole,
      [next]: elsewhere,
    });
    expect(found).toContainEqual(expect.objectContaining({ code: 'SEC-29', path: 'spec.rollout.weight' }));
    const half = forged({ manifest: change(MANIFEST, started![MANIFEST]!, raised), targets: [] });
    expect(
      await compare(before, { ...before, [MANIFEST]: raised, [SERVING]: whole, [next]: half }),
    ).toContainEqual(expect.objectContaining({ code: 'SEC-29', path: 'spec.rollout.weight' }));
  });

  it('is which files a weight in flight is about', async () => {
    const [adopted, started] = await moments;
    const other = [{ kind: 'gateway-api', file: 'serving/copy.yaml', route: 'scorer' }];
    const swapped = (files: Files, candidate: typeof CANDIDATE | undefined, weight: number): Files => ({
      ...files,
      [MANIFEST]: writeManifest({ candidate, weight, targets: other }),
      'serving/copy.yaml': files[SERVING]!,
    });
    expect(await compare(started!, swapped(started!, CANDIDATE, 5))).toMatchObject([
      { code: 'SEC-29', severity: 'error', path: 'spec.targets' },
    ]);
    const settled = { ...adopted!, ...SETTLED };
    expect(await compare(settled, swapped(settled, undefined, 0))).toEqual([]);
  });

  it('may be mended when it was broken before', async () => {
    const [, , further] = await moments;
    const path = recordOf(further!, 2);
    const broken = { ...further!, [path]: further![path]!.replace('"schedule"', '"manual"') };
    expect(await compare(broken, further!)).toMatchObject([
      { code: 'SEC-30', severity: 'warning', at: { file: path } },
    ]);
  });

  it('is stable, while a candidate is rolled out: nobody promotes by hand, or changes the way back', async () => {
    const [adopted, started] = await moments;
    const other = { ...STABLE, version: '3.4.9', digit: 'e' };
    const whole = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
    const promoted = { ...started!, [MANIFEST]: writeManifest({ stable: CANDIDATE }), [SERVING]: whole };
    const swapped = {
      ...started!,
      [MANIFEST]: writeManifest({ stable: other, candidate: CANDIDATE, weight: 5 }),
    };
    const moved = {
      ...started!,
      [MANIFEST]: writeManifest({
        stable: { ...STABLE, backend: 'scorer-c' },
        candidate: CANDIDATE,
        weight: 5,
      }),
    };
    const stable = (key: string) =>
      expect.objectContaining({
        code: 'SEC-29',
        severity: 'error',
        path: `spec.stable.${key}`,
        message: expect.stringContaining('take the candidate out in a pull request of its own first'),
      });
    expect(await compare(started!, promoted)).toContainEqual(stable('version'));
    expect(await compare(started!, swapped)).toContainEqual(stable('version'));
    expect(await compare(started!, moved)).toContainEqual(stable('backend'));
    const waiting = { ...adopted!, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) };
    const replaced = { ...waiting, [MANIFEST]: writeManifest({ stable: other }) };
    expect(await compare(waiting, replaced)).toEqual([]);
    // the way that is allowed: first the one, then the other
    const withdrawn = {
      ...started!,
      [MANIFEST]: writeManifest(),
      [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    };
    const then = { ...withdrawn, [MANIFEST]: writeManifest({ stable: other }) };
    expect(await compare(started!, withdrawn)).toEqual([]);
    expect(await compare(withdrawn, then)).toEqual([]);
  });

  it('is that there is a manifest, while a candidate has traffic, under its name', async () => {
    const [, started] = await moments;
    const { [MANIFEST]: text = '', ...rest } = started!;
    const gone = { code: 'SEC-29', severity: 'error', at: { file: MANIFEST } };
    expect(await compare(started!, rest)).toMatchObject([
      { ...gone, message: expect.stringContaining('the manifest of "scorer" is gone while 3.5.0') },
    ]);
    const renamed = { ...rest, [MANIFEST]: text.replace('name: scorer', 'name: other') };
    expect(await compare(started!, renamed)).toContainEqual(
      expect.objectContaining({
        code: 'SEC-29',
        message: expect.stringContaining('the manifest of "scorer" is of another release now'),
      }),
    );
  });
});

describe('a version', () => {
  it('that comes with other rules of health is flagged, and names what changed', async () => {
    const softer = [{ ...CHECKS[0], limit: '50%' }];
    const after = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE, checks: softer }) };
    const flagged = (await compare(BASE, after)).filter(({ code }) => code === 'SEC-28');
    expect(flagged).toMatchObject([{ severity: 'warning', path: 'spec.health.checks[0].limit' }]);
    expect(flagged[0]!.message).toContain('(spec.health.checks[0].limit)');
    const apart = { ...BASE, [MANIFEST]: writeManifest({ checks: softer }) };
    expect(await compare(BASE, apart)).toEqual([]);
  });

  it('that is rolled out while the rules of health change is flagged as well', async () => {
    const [, started] = await moments;
    const softer = [{ ...CHECKS[0], limit: '50%' }];
    const after = {
      ...started!,
      [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, checks: softer }),
    };
    expect(await compare(started!, after)).toMatchObject([
      {
        code: 'SEC-28',
        severity: 'warning',
        path: 'spec.health.checks[0].limit',
        message: expect.stringContaining('changes while 3.5.0 is rolled out'),
      },
    ]);
  });

  it('does not come while another is in flight', async () => {
    const [, started] = await moments;
    const next = { version: '3.6.0', backend: 'scorer-c', digit: 'c' };
    const after = { ...started!, [MANIFEST]: writeManifest({ candidate: next }) };
    expect(await problemsOf(after)).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'CANDIDATE_IN_FLIGHT', severity: 'error' })]),
    );
  });

  it('does not come with a release that is new, nor when the good bytes are gone from the history', async () => {
    const { [MANIFEST]: _, ...none } = BASE;
    const born = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) };
    expect(await compare(none, born)).toMatchObject([{ code: 'LAST_GOOD_MISSING', path: 'spec.candidate' }]);
    const [adopted] = await moments;
    const settled = { ...adopted!, ...SETTLED };
    const brought = { ...settled, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) };
    const other = { ...STABLE, version: '3.4.0', digit: 'e' };
    const rewritten = { ...settled, [MANIFEST]: writeManifest({ stable: other }) };
    expect(await compare(rewritten, brought, [])).toMatchObject([
      { code: 'LAST_GOOD_MISSING', message: expect.stringContaining('3.4.1: no settled, valid manifest') },
    ]);
    expect(await compare(rewritten, brought, [settled])).toEqual([]);
  });

  it('does not come together with another stable version, nor where none was ever settled', async () => {
    const [adopted] = await moments;
    const settled = { ...adopted!, ...SETTLED };
    const other = { ...STABLE, version: '3.4.2', digit: 'e' };
    const both = { ...settled, [MANIFEST]: writeManifest({ stable: other, candidate: CANDIDATE }) };
    expect(await compare(settled, both)).toMatchObject([
      {
        code: 'LAST_GOOD_MISSING',
        path: 'spec.candidate',
        message: expect.stringContaining(
          'could not go back to stable 3.4.2 (3.4.2: no settled, valid manifest',
        ),
      },
    ]);
    const born = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) };
    const edited = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE, paused: true }) };
    expect(await compare(born, edited, [])).toMatchObject([{ code: 'LAST_GOOD_MISSING' }]);
    expect(await compare(BASE, edited, [])).toEqual([]);
  });
});

describe('a version to fall back to', () => {
  const OLDER = { version: '3.3.0', backend: 'scorer-c', digit: 'c' };
  const ROLLBACK = { rollback: { mode: 'fallback', fallback: OLDER.version } };
  const split = (weights: Readonly<Record<string, number>>): string =>
    writeRoute({ 'scorer-a': 0, 'scorer-b': 0, 'scorer-c': 0, ...weights });
  const older: Files = {
    ...BASE,
    [MANIFEST]: writeManifest({ stable: OLDER }),
    [SERVING]: split({ 'scorer-c': 100 }),
  };

  it('is refused when its manifest is not in the history any more', async () => {
    const bench = openBench({
      files: { [MANIFEST]: older[MANIFEST]!, [SERVING]: older[SERVING]! },
    });
    await bench.tick(0);
    bench.forge.push({ [MANIFEST]: writeManifest(), [SERVING]: split({ 'scorer-a': 100 }) });
    await bench.tick(1);
    const settled = filesOf(bench);
    const brought = { ...settled, [MANIFEST]: writeManifest({ candidate: CANDIDATE, ...ROLLBACK }) };
    expect(await compare(settled, brought, [older])).toEqual([]);
    expect(await compare(settled, brought, [])).toMatchObject([
      {
        code: 'FALLBACK_NOT_RESTORABLE',
        path: 'spec.rollback.fallback',
        message: expect.stringContaining('3.3.0 (no settled, valid manifest'),
      },
    ]);
  });
});
