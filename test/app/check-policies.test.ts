import { describe, expect, it } from 'vitest';
import type { ValidateOptions } from '../../src/app/validate.ts';
import type { Problem } from '../../src/core/errors.ts';
import { CANDIDATE, minute } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { CHECKS, openInFlight, type Setup, WALK, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

const CONFIG_FILE = '.belay/config.yaml';
const RUNBOOK = 'docs/runbooks/scorer.md';
const tiers = (floors: string) => `${CONFIG}tiers:\n  high: {${floors}}\n  low: {}\n`;

function files(config: string, setup: Setup = {}): Files {
  return untiered(config, { tier: 'high', ...setup });
}

function untiered(config: string, setup: Setup = {}): Files {
  return { ...BASE, [CONFIG_FILE]: config, [MANIFEST]: writeManifest(setup) };
}

const brief = ({ severity, code, at, path }: Problem) => `${severity} ${code} ${at.file} ${path}`;
async function briefly(now: Files, options: Partial<ValidateOptions> = {}) {
  return (await problemsOf(now, options)).map(brief);
}
const against = (before: Files): Partial<ValidateOptions> => ({ base: baseOf(before, before) });

const HOLD = `error SEC-28 ${MANIFEST} spec.rollout.steps[0].hold`;
const CHANGED = (path: string) => `warning SEC-28 ${CONFIG_FILE} ${path}`;

describe('a manifest below its tier', () => {
  const short = [
    { weight: 5, hold: '10m' },
    { weight: 100, hold: '30m' },
  ];

  it('is refused, at its line', async () => {
    expect(await briefly(files(tiers('hold: 30m')))).toEqual([]);
    expect(await briefly(files(tiers('hold: 30m'), { steps: short }))).toEqual([HOLD]);
  });

  it('is refused in the pull request that brings it, and a warning in one that leaves it alone', async () => {
    const [sound, below] = [files(tiers('hold: 30m')), files(tiers('hold: 30m'), { steps: short })];
    expect(await briefly(below, against(sound))).toEqual([HOLD]);
    expect(await briefly({ ...below, 'README.md': 'new' }, against(below))).toEqual([
      HOLD.replace('error', 'warning'),
    ]);
  });

  it('is no hindrance to a pull request of Belay’s own', async () => {
    const bench = await openInFlight(2, { config: tiers('hold: 30m') });
    bench.forge.push({ [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5, tier: 'high' }) });
    await bench.tick(WALK[1] + 1);
    bench.forge.push({ [CONFIG_FILE]: tiers('hold: 45m') });
    const before = filesOf(bench);
    await bench.rollBack(WALK[1] + 5);
    // the tier is gone with the candidate: the manifest that is restored names none
    expect(await briefly(filesOf(bench), { base: baseOf(before, BASE) })).toEqual([
      `warning TIER_MISSING ${MANIFEST} spec`,
    ]);
  });
});

describe('a pull request that changes the policy', () => {
  const strict = tiers('hold: 30m');
  const weak = tiers('hold: 10m');
  const short = [
    { weight: 5, hold: '10m' },
    { weight: 100, hold: '30m' },
  ];

  it('is flagged, at the key, and needs a second owner', async () => {
    const found = await problemsOf(files(weak), against(files(strict)));
    expect(found.map(brief)).toEqual([CHANGED('tiers.high.hold')]);
    expect(found[0]!.message).toContain('A second owner must approve it');
  });

  it('is flagged where it names who may bring records, or whose signatures count', async () => {
    const before = files(strict);
    const account = { ...before, [CONFIG_FILE]: `${strict}account: 5\n` };
    expect(await briefly(account, against(before))).toEqual([CHANGED('account')]);
  });

  it('cannot make use of a weaker one at once: the base’s counts, and the message says so', async () => {
    const found = await problemsOf(files(weak, { steps: short }), against(files(strict)));
    expect(found.map(brief)).toEqual([CHANGED('tiers.high.hold'), HOLD]);
    expect(found[1]!.message).toContain('tier high of .belay/config.yaml of the base asks for');
  });

  it('is judged by a stricter one at once, by which the rollout would hold', async () => {
    expect(await briefly(files(strict, { steps: short }), against(files(weak, { steps: short })))).toEqual([
      CHANGED('tiers.high.hold'),
      HOLD,
    ]);
  });

  const brakes = (brake: string) => tiers(`brakes: {errors: {${brake}}}`);
  const ON_FAIL = `error SEC-28 ${MANIFEST} spec.health.checks[0]`;

  it('cannot make use of a gentler brake at once, whether the manifest or the tier gives it', async () => {
    const strict = files(brakes('atLeast: rollback'));
    const gentle = { checks: [{ ...CHECKS[0], onFail: 'reduce' }] };
    const written = await problemsOf(files(brakes('atLeast: reduce'), gentle), against(strict));
    expect(written.map(brief)).toEqual([CHANGED('tiers.high.brakes.errors.atLeast'), `${ON_FAIL}.onFail`]);
    expect(written[1]!.message).toContain('tier high of .belay/config.yaml of the base allows for errors');
    const given = await problemsOf(files(brakes('default: reduce')), against(strict));
    expect(given.map(brief)).toEqual([CHANGED('tiers.high.brakes.errors.atLeast'), ON_FAIL]);
    expect(given[1]!.message).toMatch(/^reduce, the default of tier high, is gentler than rollback/);
  });

  it('says once what both say', async () => {
    const other = tiers('hold: 30m, bake: 10m');
    expect(await briefly(files(other, { steps: short }), against(files(strict)))).toEqual([
      CHANGED('tiers.high.bake'),
      HOLD,
    ]);
  });

  it('may bring the first tiers and the manifests that name them', async () => {
    const none = { ...BASE, [MANIFEST]: writeManifest() };
    const found = await briefly(files(strict), against(none));
    expect(found).toEqual([CHANGED('tiers'), `warning SEC-28 ${MANIFEST} spec.tier`]);
  });

  it('cannot bring a tier and a manifest that moves there', async () => {
    const lax = `${strict}  lax: {}\n`;
    expect(await briefly(files(lax, { tier: 'lax' }), against(files(strict)))).toEqual([
      CHANGED('tiers.lax'),
      `warning SEC-28 ${MANIFEST} spec.tier`,
      `error TIER_UNKNOWN ${MANIFEST} spec.tier`,
    ]);
  });

  it('cannot make somebody an overrider and use their override', async () => {
    const freeze = `${CONFIG}freezes:\n  - {name: week, from: "Tue 10:00", to: "Tue 11:00"}\n`;
    const waivers = [{ rule: 'freeze', reason: 'urgent', owner: '@eve', until: '2026-11-22' }];
    const now = untiered(`${freeze}roles: {override: ["@ana", "@eve"]}\n`, { waivers });
    const was = untiered(`${freeze}roles: {override: ["@ana"]}\n`);
    expect(await briefly(now)).toEqual([]);
    expect(await briefly(now, against(was))).toEqual([
      CHANGED('roles.override[1]'),
      `warning SEC-28 ${MANIFEST} spec.waivers[0]`,
      `error WAIVER_OWNER_UNKNOWN ${MANIFEST} spec.waivers[0].owner`,
    ]);
  });
});

describe('another tier', () => {
  it('is flagged, and needs a second owner', async () => {
    const config = tiers('hold: 30m');
    const found = await problemsOf(files(config, { tier: 'low' }), against(files(config)));
    expect(found.map(brief)).toEqual([`warning SEC-28 ${MANIFEST} spec.tier`]);
    expect(found[0]!.message).toContain('from high to low');
  });
});

describe('an override', () => {
  const config = `${CONFIG}timeZone: Europe/Berlin
freezes:
  - {name: week, from: "Tue 10:00", to: "Tue 11:00"}
overrides: {maxDuration: 24h}
`;
  const until = (end: string, rule = 'freeze') =>
    untiered(config, {
      waivers: [{ rule, reason: 'urgent', owner: '@acme/risk-ml', until: end }],
    });

  it.each([
    { end: '2026-11-21', code: [] },
    { end: '2026-11-22T08:00:00Z', code: [] },
    { end: '2026-11-22T08:00:01Z', code: ['error WAIVER_TOO_LONG'] },
    { end: '2026-11-22', code: ['error WAIVER_TOO_LONG'] },
    { end: '2026-11-21T08:00:00Z', code: ['warning WAIVER_EXPIRED'] },
    { end: '2026-11-20', code: ['warning WAIVER_EXPIRED'] },
  ])('that ends on $end is, a day at most being granted: $code', async ({ end, code }) => {
    const found = await briefly(until(end), { now: minute(0) });
    expect(found).toEqual(code.map((one) => `${one} ${MANIFEST} spec.waivers[0].until`));
  });

  it('is flagged when it comes: its owner must approve it', async () => {
    const found = await problemsOf(until('2026-11-21'), against(untiered(config)));
    expect(found.map(brief)).toEqual([`warning SEC-28 ${MANIFEST} spec.waivers[0]`]);
    expect(found[0]!.message).toContain('@acme/risk-ml, who owns it, must approve');
    expect(await briefly(until('2026-11-21'), against(until('2026-11-21')))).toEqual([]);
    const { [MANIFEST]: _, ...others } = untiered(config);
    expect(await briefly(until('2026-11-21'), against(others))).toEqual([
      `warning SEC-28 ${MANIFEST} spec.waivers[0]`,
    ]);
  });

  it('is not signed by somebody whom the same pull request makes an owner', async () => {
    const [was, now] = [untiered(config), until('2026-11-21')].map((files) => files[MANIFEST]!);
    const mallory = (text: string) =>
      text
        .replace(/- "?@acme\/risk-ml"?\n/, '- "@acme/risk-ml"\n    - "@mallory"\n')
        .replace('owner: "@acme/risk-ml"', 'owner: "@mallory"');
    expect(mallory(now!)).toContain('owner: "@mallory"');
    const after = { ...untiered(config), [MANIFEST]: mallory(now!) };
    expect(await briefly(after, against({ ...untiered(config), [MANIFEST]: was! }))).toContain(
      `error WAIVER_OWNER_UNKNOWN ${MANIFEST} spec.waivers[0].owner`,
    );
  });

  it.each(['samples', 'weight-per-hour', 'tier'])(
    'of %s is told off where nothing asks for that',
    async (rule) => {
      expect(await briefly(until('2026-11-21', rule))).toEqual([
        `warning WAIVER_UNUSED ${MANIFEST} spec.waivers[0]`,
      ]);
    },
  );
});

describe('the review of a runbook', () => {
  const reviewed = (text: string): Files => ({ ...files(tiers('runbook: 30d')), [RUNBOOK]: text });

  it.each([
    { text: '# Help\n\nreviewed: 2026-10-22\n', expected: [] },
    { text: '---\nReviewed:   2026-11-21\n---\n# Help\n', expected: [] },
    { text: '# Help\n\nreviewed: 2026-10-20\n', expected: [`RUNBOOK_OUTDATED ${RUNBOOK} 3:11`] },
    { text: 'reviewed: lately\n', expected: [`RUNBOOK_UNREVIEWED ${RUNBOOK} 1:11`] },
    { text: 'reviewed: 2026-11-22\n', expected: [`RUNBOOK_UNREVIEWED ${RUNBOOK} 1:11`] },
    { text: 'reviewed: 2026-02-30\n', expected: [`RUNBOOK_UNREVIEWED ${RUNBOOK} 1:11`] },
    { text: '# Help, not reviewed: 2026-11-21\n', expected: [`RUNBOOK_UNREVIEWED ${MANIFEST} 7:12`] },
  ])('is looked for, and is not older than the tier allows: $text', async ({ text, expected }) => {
    const found = await problemsOf(reviewed(text), { now: minute(0) });
    expect(found.map(({ code, at }) => `${code} ${at.file} ${at.line}:${at.column}`)).toEqual(expected);
  });

  it('is set aside by an override of the tier', async () => {
    const waivers = [{ rule: 'tier', reason: 'new team', owner: '@acme/risk-ml', until: '2026-12-01' }];
    const manifest = writeManifest({ tier: 'high', waivers });
    expect(await briefly({ ...reviewed('old'), [MANIFEST]: manifest }, { now: minute(0) })).toEqual([]);
  });
});
