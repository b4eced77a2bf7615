import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { obeyCommand } from '../../src/app/obey-command.ts';
import type { Origin } from '../../src/app/origin.ts';
import type { OrderName } from '../../src/core/record/order-schema.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { type Bench, openInFlight, writeFiles, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

/** Who may bring records: SEC-18, SEC-19, SEC-29. What a record says is made up by whoever can write JSON. */

const PULL_REQUESTS = `${CONFIG}advance: {mode: pull-request}\n`;
const CONFIG_FILE = '.belay/config.yaml';
const digest = (text: string) => `sha256:${sha256(text)}`;

const BELAY = { id: 77, login: 'acme-belay[bot]', isApp: true };
const MALLORY = { id: 5, login: 'mallory', isApp: false };

const known = (
  change: Partial<Extract<Origin, { kind: 'known' }>> = {},
): Extract<Origin, { kind: 'known' }> => ({
  kind: 'known',
  isFork: false,
  branch: 'belay/advance/scorer/0123456789ab',
  account: BELAY,
  sender: BELAY,
  ...change,
});

/** A step as Belay proposes it, and what was before. */
const step = Promise.all([openInFlight(2), openInFlight(3)]).then(([before, after]) => {
  const [was, is] = [filesOf(before), filesOf(after)];
  const path = Object.keys(is).find((one) => one.endsWith('/0003.json'))!;
  return { was, is: { ...is, [path]: is[path]!.replace('"via": "commit"', '"via": "pull-request"') }, path };
});

async function judge(was: Files, is: Files, origin: Origin) {
  const found = await problemsOf(is, { base: baseOf(was, BASE), origin });
  return found.filter(({ code }) => /^SEC-(?:29|30)$/.test(code));
}

describe('a pull request with a record', () => {
  it('is Belay’s from its own branch and account, and from nowhere else', async () => {
    const { was, is, path } = await step;
    expect(await judge(was, is, known())).toEqual([]);
    for (const [origin, why] of [
      [known({ isFork: true }), 'it comes from a fork'],
      [known({ branch: 'feature' }), 'its branch "feature" is not below belay/advance/scorer/'],
      [known({ branch: 'belay/advance/other/0123456789ab' }), 'is not below belay/advance/scorer/'],
      [
        known({ account: { id: 5, login: 'mallory', isApp: false } }),
        '"mallory" opened it, and that is no App. Should Belay run with a token of that account, write account: 5',
      ],
    ] as const)
      expect(await judge(was, is, origin)).toContainEqual(
        expect.objectContaining({
          code: 'SEC-29',
          severity: 'error',
          at: { file: path, line: 1, column: 1 },
          message: expect.stringContaining(why),
        }),
      );
  });

  it('that is refused is no passport: the weight beside it is refused as well', async () => {
    const { was, is } = await step;
    expect(await judge(was, is, known({ isFork: true }))).toContainEqual(
      expect.objectContaining({ code: 'SEC-29', path: 'spec.rollout.weight' }),
    );
  });

  it('is of the account that the base names, be it an App’s or a person’s', async () => {
    const { was, is } = await step;
    const naming = (id: number, files: Files): Files => ({
      ...files,
      [CONFIG_FILE]: `${PULL_REQUESTS}account: ${id}\n`,
    });
    const account = { id: 5, login: 'acme-deploys', isApp: false };
    const machine = known({ account, sender: account });
    expect(await judge(naming(5, was), naming(5, is), machine)).toEqual([]);
    expect(await judge(naming(5, was), naming(5, is), known())).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('of the base has account: 5') }),
    );
    // a pull request does not name itself
    expect(await judge(naming(5, was), naming(77, is), known())).not.toEqual([]);
  });

  it('says that it came by pull request', async () => {
    const { was, is, path } = await step;
    const direct = { ...is, [path]: is[path]!.replace('"via": "pull-request"', '"via": "commit"') };
    expect(await judge(was, direct, known())).not.toEqual([]);
  });
});

describe('whoever can push to a branch of Belay’s', () => {
  const workflow = '.github/workflows/belay.yml';
  it.each<readonly [string, string, Files]>([
    [
      'a softer policy',
      CONFIG_FILE,
      { [CONFIG_FILE]: `${PULL_REQUESTS}tiers: {low: {}}\ndefaultTier: low\n` },
    ],
    ['another release', 'releases/other.yaml', writeFiles({ name: 'other' })],
    ['the files that it serves', 'serving/other.yaml', writeFiles({ name: 'other' })],
    ['a workflow', workflow, { [workflow]: 'on: push\n' }],
    ['other owners', 'CODEOWNERS', { CODEOWNERS: '* @mallory @acme/risk-ml\n' }],
  ])('brings nothing beside the move: %s', async (_, file, files) => {
    const { was, is } = await step;
    expect(await judge(was, { ...is, ...files }, known())).toContainEqual(
      expect.objectContaining({
        ...{ code: 'SEC-29', severity: 'error', at: { file, line: 1, column: 1 } },
        message: expect.stringContaining('no record in it tells of a change of this file'),
      }),
    );
  });

  it('takes nothing away beside the move', async () => {
    const { was, is } = await step;
    const other = writeFiles({ name: 'other' });
    expect(await judge({ ...was, ...other }, is, known())).toContainEqual(
      expect.objectContaining({ at: { file: 'releases/other.yaml', line: 1, column: 1 } }),
    );
    expect(await judge({ ...was, ...other }, { ...is, ...other }, known())).toEqual([]);
  });

  /** The record of a step, beside other files than Belay would have written, with all digests made to fit. */
  async function forge(change: object, files: Files) {
    const { was, is, path } = await step;
    const after = { ...is, ...files };
    const edit = (file: string) => ({ path: file, before: digest(was[file]!), after: digest(after[file]!) });
    const record = {
      ...JSON.parse(is[path]!),
      manifest: edit(MANIFEST),
      targets: [edit(SERVING)],
      ...change,
    };
    const purpose = record.decision.kind === 'rollback' ? 'rollback' : 'advance';
    const origin = known({ branch: `belay/${purpose}/scorer/0123456789ab` });
    return judge(was, { ...after, [path]: JSON.stringify(record) }, origin);
  }
  const odd = (why: string) =>
    expect.objectContaining({
      code: 'SEC-29',
      message: expect.stringContaining(`no move that it makes: ${why}`),
    });
  const whole = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
  const decision = (kind: string, from: number, to: number) => ({
    decision: { kind, from, to, reasons: [{ code: 'PROVEN_SAFE', text: 'trust me' }] },
  });

  it('brings the step that Belay would bring, and no other weight', async () => {
    expect(await forge({}, {})).toEqual([]);
    const files = { [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 100 }), [SERVING]: whole };
    expect(await forge(decision('advance', 5, 100), files)).toContainEqual(
      odd('a weight that is no next step: 5'),
    );
    expect(await forge(decision('advance', 25, 100), files)).toContainEqual(odd('another weight than that'));
    expect(await forge({}, files)).toContainEqual(odd('other edits of the manifest'));
    const early = { [MANIFEST]: writeManifest({ stable: CANDIDATE }), [SERVING]: whole };
    const { is, path } = await step;
    const { candidate, stable } = JSON.parse(is[path]!);
    expect(await forge({ ...decision('promote', 5, 0), good: candidate }, early)).toContainEqual(
      odd('a weight that is no next step'),
    );
    const same = { [MANIFEST]: (await step).was[MANIFEST]!, [SERVING]: (await step).was[SERVING]! };
    expect(await forge({ ...decision('adopt', 5, 5), good: stable }, same)).toContainEqual(
      odd('a record of kind adopt that does not follow'),
    );
    expect(await forge({ ...decision('recover', 5, 5), good: stable }, same)).toContainEqual(
      odd('a record of kind recover that does not follow'),
    );
    expect(await forge({ ...decision('start', 5, 5) }, same)).toContainEqual(
      odd('a record of kind start that does not follow'),
    );
  });

  it('brings no softer rules along, and no other stable version', async () => {
    const softer = writeManifest({ candidate: CANDIDATE, weight: 25, deadline: '9d' });
    expect(await forge({}, { [MANIFEST]: softer })).toContainEqual(odd('other edits of the manifest'));
    const mine = { version: '6.6.6', backend: 'scorer-a', digit: '6' };
    const ref = {
      version: '6.6.6',
      backend: 'scorer-a',
      artifacts: { model: `sha256:${'6'.repeat(64)}` },
    };
    const manifest = { [MANIFEST]: writeManifest({ stable: mine }) };
    expect(await forge({ ...decision('adopt', 5, 5), stable: ref, good: ref }, manifest)).toContainEqual(
      odd('another stable version'),
    );
    const restored = { version: ref, commit: '0'.repeat(40), record: 1 };
    const bad = { version: '3.5.0', backend: 'scorer-b', artifacts: {} };
    const back = { ...decision('rollback', 5, 0), stable: ref, candidate: bad, quarantine: bad, restored };
    expect(await forge(back, manifest)).toContainEqual(odd('6.6.6 is not good by the records before'));
    const stable = { ...ref, version: STABLE.version };
    expect(
      await forge({ ...back, stable, restored: { ...restored, version: stable } }, manifest),
    ).toContainEqual(odd(`${STABLE.version} is not good`));
  });
});

describe('a record of a drill', () => {
  it('is Belay’s as well: one that passed keeps a tier’s promise', async () => {
    const path = '.belay/drills/scorer/0001.json';
    const found = await judge(BASE, { ...BASE, [path]: '{}' }, known({ branch: 'feature' }));
    expect(found).toMatchObject([
      { code: 'SEC-29', at: { file: path }, message: expect.stringContaining('take .belay/drills/ out') },
    ]);
    const own = known({ branch: 'belay/drill-record/scorer/x' });
    expect(await judge(BASE, { ...BASE, [path]: '{}' }, own)).toEqual([]);
    const { [path]: _, ...none } = { ...BASE, [path]: '{}' };
    expect(await judge({ ...BASE, [path]: '{}' }, none, own)).toMatchObject([{ code: 'SEC-30' }]);
  });
});

describe('a pull request with the order of a person', () => {
  const words = { release: 'scorer', reason: 'odd', until: undefined, version: undefined };
  const orderOf = (name: OrderName) =>
    ({ name, by: { login: 'ana', id: 7 }, source: { kind: 'run', id: name.length }, reason: 'odd' }) as const;
  const on = (kind: string, change: Parameters<typeof known>[0] = {}) =>
    known({ branch: `belay/order/scorer/${kind}/0123456789ab`, ...change });

  /** A pause as Belay proposes it, and what was before; changed as told. */
  async function paused(origin: Origin, change: object = {}) {
    const bench = await openInFlight(2, { config: PULL_REQUESTS });
    const was = filesOf(bench);
    await order(bench, 'pause');
    return judgeOrder(was, filesOf(bench), origin, change);
  }
  async function order(bench: Bench, name: OrderName): Promise<void> {
    const trigger = { kind: 'manual', actor: 'ana', order: orderOf(name) } as const;
    await obeyCommand({ ...bench.world, trigger }, { ...words, name }, { dryRun: false });
  }
  function judgeOrder(was: Files, is: Files, origin: Origin, change: object = {}) {
    const path = Object.keys(is).find((one) => !(one in was))!;
    const record = { ...JSON.parse(is[path]!), ...change };
    return judge(was, { ...is, [path]: JSON.stringify(record) }, origin);
  }
  const decision = (kind: string, to = 5) => ({
    decision: { kind, from: 5, to, reasons: [{ code: 'APPROVED', text: 'trust me' }] },
  });

  it('is Belay’s, from a branch for orders', async () => {
    expect(await paused(on('pause'))).toEqual([]);
  });

  type Case = readonly [string, string, { readonly to?: number; readonly [key: string]: unknown }, string];
  const cases: readonly Case[] = [
    ['resume', 'a pause is ended that nobody ordered', {}, 'does not follow from those before'],
    ['approve', 'a step is approved that asks nobody', { to: 25 }, 'an approval of a step that asks nobody'],
    ['lift', 'a version is lifted that is not quarantined', { lifted: '9.9.9' }, 'does not follow'],
    [
      'approve',
      'an approval names nobody',
      { to: 25, trigger: { kind: 'manual', actor: 'ana' } },
      'a record of kind approve that nobody ordered',
    ],
  ];

  it.each(cases)('of kind %s is none when %s', async (kind, _, { to, ...change }, why) => {
    expect(await paused(on(kind), { ...decision(kind, to), ...change })).toContainEqual(
      expect.objectContaining({ code: 'SEC-29', message: expect.stringContaining(why) }),
    );
  });

  it.each(['resume', 'approve', 'lift', 'advance', 'promote', 'adopt'])(
    'brings nothing of kind %s on a branch for pauses, which may be armed',
    async (kind) => {
      const found = await paused(on('pause'), decision(kind, 25));
      expect(found).toContainEqual(
        expect.objectContaining({
          message: expect.stringMatching(
            /its branch "belay\/order\/scorer\/pause\/\w+" is not below belay\//,
          ),
        }),
      );
    },
  );

  describe('by which something goes on', () => {
    /** The end of a pause. */
    async function resumed(origin: Origin, account?: number) {
      const config = account === undefined ? PULL_REQUESTS : `${PULL_REQUESTS}account: ${account}\n`;
      const bench = await openInFlight(2, { config });
      await order(bench, 'pause');
      const was = filesOf(bench);
      bench.forge.checkout();
      await order(bench, 'resume');
      return judgeOrder(was, filesOf(bench), origin);
    }

    it('is believed of what Belay’s account pushed', async () => {
      expect(await resumed(on('resume'))).toEqual([]);
      const ours = { id: 5, login: 'acme-deploys', isApp: false };
      expect(await resumed(on('resume', { account: ours, sender: ours }), 5)).toEqual([]);
    });

    it('is not believed once somebody else has pushed to it, or reopened it', async () => {
      for (const [found, why] of [
        [await resumed(on('resume', { sender: MALLORY })), '"mallory" pushed to it, or reopened it'],
        [await resumed(on('resume', { sender: { ...BELAY, id: 78 } }), 77), 'of the base has account: 77'],
      ] as const)
        expect(found).toMatchObject([{ code: 'SEC-29', message: expect.stringContaining(why) }]);
    });

    it('is held to that alone: a person may push to a pause, a step or a revert', async () => {
      expect(await paused(on('pause', { sender: MALLORY }))).toEqual([]);
      const { was, is } = await step;
      expect(await judge(was, is, known({ sender: MALLORY }))).toEqual([]);
    });
  });
});

describe('an order over a manifest that nobody can read', () => {
  const branch = 'belay/order/scorer/pause/0123456789ab';
  const person = { name: 'pause', by: { login: 'ana', id: 7 }, source: { kind: 'run', id: 1 } } as const;
  const words = { release: 'scorer', reason: 'odd', until: undefined, version: undefined };
  const BROKEN = 'kind: Release\nspec: [\n';

  /** All problems of the pull request with a pause, changed as told, over a broken manifest. */
  async function paused(change: object = {}, files: Files = {}, origin = known({ branch })) {
    const bench = await openInFlight(2, { config: PULL_REQUESTS });
    bench.forge.push({ [MANIFEST]: BROKEN });
    const was = filesOf(bench);
    const trigger = { kind: 'manual', actor: 'ana', order: { ...person, reason: 'odd' } } as const;
    await obeyCommand({ ...bench.world, trigger }, { ...words, name: 'pause' }, { dryRun: false });
    const is = filesOf(bench);
    const path = Object.keys(is).find((one) => !(one in was))!;
    const record = JSON.stringify({ ...JSON.parse(is[path]!), ...change });
    return problemsOf({ ...is, [path]: record, ...files }, { base: baseOf(was, BASE), origin });
  }
  const errors = (problems: Awaited<ReturnType<typeof problemsOf>>) =>
    problems.filter(({ severity }) => severity === 'error');

  it('is let in, and the manifest is a warning', async () => {
    const problems = await paused();
    expect(errors(problems)).toEqual([]);
    expect(problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', at: expect.objectContaining({ file: MANIFEST }) }),
    );
  });

  it('is let in beside whatever is as wrong with a manifest in the base', async () => {
    const bench = await openInFlight(2, { config: PULL_REQUESTS });
    const owners = { CODEOWNERS: '* @somebody-else\n' };
    const was = { ...filesOf(bench), ...owners };
    const trigger = { kind: 'manual', actor: 'ana', order: { ...person, reason: 'odd' } } as const;
    await obeyCommand({ ...bench.world, trigger }, { ...words, name: 'pause' }, { dryRun: false });
    const is = { ...filesOf(bench), ...owners };
    const judged = (from: Origin) => problemsOf(is, { base: baseOf(was, BASE), origin: from });
    const owner = { code: 'OWNER_UNKNOWN', at: expect.objectContaining({ file: MANIFEST }) };
    const found = await judged(known({ branch }));
    expect(errors(found)).toEqual([]);
    expect(found).toContainEqual(expect.objectContaining({ ...owner, severity: 'warning' }));
    expect(errors(await judged(known({ branch: 'feature' })))).toContainEqual(expect.objectContaining(owner));
  });

  it('is no order from elsewhere, and then the manifest is an error', async () => {
    const found = errors(await paused({}, {}, known({ branch: 'feature' })));
    expect(found.map(({ code }) => code)).toContain('SEC-29');
    expect(found.map(({ at }) => at.file)).toContain(MANIFEST);
  });

  const ref = { version: '6.6.6', backend: 'scorer-c', artifacts: { model: `sha256:${'6'.repeat(64)}` } };
  const decision = (kind: string, to: number) => ({
    decision: { kind, from: 5, to, reasons: [{ code: 'APPROVED', text: 'trust me' }] },
  });
  const route = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
  it.each([
    ['calls a version good', { good: ref }, {}],
    ['names another stable version', { stable: ref }, {}],
    ['names another candidate', { candidate: ref }, {}],
    ['moves a weight', decision('pause', 100), {}],
    ['approves a step', decision('approve', 5), {}],
    ['adopts what is there', { ...decision('adopt', 5), good: ref }, {}],
    ['nobody gave', { trigger: { kind: 'manual', actor: 'ana' } }, {}],
    ['moves the traffic', {}, { [SERVING]: route }],
    [
      'tells of the traffic that it moves',
      {
        targets: [
          {
            path: SERVING,
            before: digest(writeRoute({ 'scorer-a': 95, 'scorer-b': 5 })),
            after: digest(route),
          },
        ],
      },
      { [SERVING]: route },
    ],
    [
      'is of a manifest that is not there',
      { manifest: { path: 'releases/x.yaml', before: null, after: null } },
      {},
    ],
  ])('is none when it %s', async (_, change, files) => {
    expect(errors(await paused(change, files)).map(({ code }) => code)).toContain('SEC-29');
  });

  it('lets no other file in that is wrong, and no policy that is changed', async () => {
    const other = { 'releases/other.yaml': BROKEN };
    expect(errors(await paused({}, other)).map(({ at }) => at.file)).toContain('releases/other.yaml');
    const lost = { [CONFIG_FILE]: `${PULL_REQUESTS}tiers: 7\n` };
    expect(errors(await paused({}, lost)).map(({ at }) => at.file)).toContain(CONFIG_FILE);
  });
});
