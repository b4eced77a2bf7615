import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/core/errors.ts';
import { CANDIDATE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { openInFlight, writeManifest } from './bench.ts';
import { BASE, baseOf, type Files, filesOf, problemsOf } from './directory.ts';

/** A base that cannot be read is no measure, and no way around one. */

const CONFIG_FILE = '.belay/config.yaml';
const STRICT = `${CONFIG}tiers:\n  high: {hold: 30m}\ndefaultTier: high\n`;
const WEAK = STRICT.replace('30m', '1m');
const short = [
  { weight: 5, hold: '10m' },
  { weight: 100, hold: '30m' },
];
const brief = ({ severity, code, at, path }: Problem) => `${severity} ${code} ${at.file} ${path}`;
const judge = async (was: Files, is: Files) => problemsOf(is, { base: baseOf(was, BASE) });
const briefly = async (was: Files, is: Files) => (await judge(was, is)).map(brief);
const withConfig = (text: string, files: Files = BASE): Files => ({ ...files, [CONFIG_FILE]: text });

/** Ways in which the policy of a base is lost. */
const BROKEN = {
  'a floor of no form': STRICT.replace('30m', 'soon'),
  'a key with a typing error': STRICT.replace('tiers:', 'tires:'),
  'a rule that is broken': STRICT.replace('defaultTier: high', 'defaultTier: hihg'),
  'no sound YAML': `${STRICT}x: [\n`,
  'another document': 'kind: Release\n',
} as const;

describe('a base whose policy cannot be read', () => {
  for (const [name, broken] of Object.entries(BROKEN)) {
    it(`lets nothing else in (${name})`, async () => {
      const before = withConfig(broken, { ...BASE, [MANIFEST]: writeManifest() });
      const found = await judge(
        before,
        withConfig(WEAK, { ...BASE, [MANIFEST]: writeManifest({ steps: short }) }),
      );
      const [refused] = found.filter(
        ({ code, severity }) => code === 'BASE_UNREADABLE' && severity === 'error',
      );
      expect(refused).toMatchObject({ at: { file: MANIFEST }, path: 'metadata.name' });
      expect(refused!.message).toContain('mend .belay/config.yaml in a pull request of its own first');
    });

    it(`is mended by a pull request, which an owner must look at (${name})`, async () => {
      const before = withConfig(broken, { ...BASE, [MANIFEST]: writeManifest() });
      const found = await briefly(before, { ...before, [CONFIG_FILE]: STRICT });
      expect(found.filter((one) => one.startsWith('error'))).toEqual([]);
      expect(found.join('\n')).toMatch(/^warning BASE_UNREADABLE \.belay\/config\.yaml \w+$/m);
    });
  }

  it('counts where it is sound: a freeze with a mistake takes no floor away', async () => {
    const broken = `${STRICT}freezes:\n  - {name: weekend, from: "Fri 16:00", to: "Fri 16:00"}\n`;
    const before = withConfig(broken, { ...BASE, [MANIFEST]: writeManifest() });
    const found = await briefly(
      before,
      withConfig(WEAK, { ...BASE, [MANIFEST]: writeManifest({ steps: short }) }),
    );
    expect(found).toContain(`error SEC-28 ${MANIFEST} spec.rollout.steps[0].hold`);
    expect(found).toContain(`warning SEC-28 ${CONFIG_FILE} tiers.high.hold`);
    expect(found).toContain(`warning BASE_UNREADABLE ${CONFIG_FILE} freezes`);
  });

  it('is judged as before where something else is wrong', async () => {
    const broken = STRICT.replace('metrics.om', 'https://x').replace(
      'kind: openmetrics, file',
      'kind: prometheus, url',
    );
    const odd = broken.replace('https://x', 'ftp://x');
    const before = withConfig(odd, { ...BASE, [MANIFEST]: writeManifest() });
    const found = await briefly(
      before,
      withConfig(STRICT, { ...BASE, [MANIFEST]: writeManifest({ steps: short }) }),
    );
    expect(found).toEqual([`error SEC-28 ${MANIFEST} spec.rollout.steps[0].hold`]);
  });

  it('says nothing where there was no config at all', async () => {
    const { [CONFIG_FILE]: _, [MANIFEST]: __, ...rest } = BASE;
    expect(await briefly(rest, { ...BASE, [MANIFEST]: writeManifest() })).toEqual([]);
  });
});

describe('a manifest of the base that cannot be read', () => {
  const started = openInFlight(2).then(filesOf);
  const whole = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
  /** A manifest in flight with a mistake in it, and without one. */
  const broken = {
    'a key that is none': (text: string) => `${text}extra: 1\n`,
    'no sound YAML': (text: string) => `${text}x: [\n`,
    'a weight of no form': (text: string) => text.replace('weight: 5\n    steps', 'weight: five\n    steps'),
    'no name': (text: string) => text.replace('name: scorer\n', 'name: [scorer\n'),
  } as const;

  for (const [name, spoil] of Object.entries(broken)) {
    it(`keeps its weight and its stable version (${name})`, async () => {
      const files = await started;
      expect(spoil(files[MANIFEST]!)).not.toBe(files[MANIFEST]);
      const before = { ...files, [MANIFEST]: spoil(files[MANIFEST]!) };
      expect(await briefly(before, files)).toEqual([`warning BASE_UNREADABLE ${MANIFEST} metadata.name`]);
      const raised = {
        ...files,
        [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 100 }),
        [SERVING]: whole,
      };
      expect(await briefly(before, raised)).toContain(`error SEC-29 ${MANIFEST} spec.rollout.weight`);
      const promoted = { ...files, [MANIFEST]: writeManifest({ stable: CANDIDATE }), [SERVING]: whole };
      expect(await briefly(before, promoted)).toContain(`error SEC-29 ${MANIFEST} spec.stable.version`);
    });
  }

  it('is not mended by deleting it, while its candidate has traffic', async () => {
    const files = await started;
    const { [MANIFEST]: text = '', ...rest } = files;
    const found = await judge({ ...files, [MANIFEST]: `${text}x: [\n` }, rest);
    expect(found).toContainEqual(
      expect.objectContaining({
        code: 'SEC-29',
        message: expect.stringContaining('while 3.5.0 is rolled out'),
      }),
    );
  });

  it('makes nobody an owner who was none', async () => {
    const overrides = {
      waivers: [{ rule: 'tier', reason: 'now', owner: '@mallory', until: '2099-01-01' }],
    };
    const text = writeManifest({ tier: 'high', steps: short, ...overrides });
    const mine = withConfig(STRICT, { ...BASE, [MANIFEST]: text.replace('"@acme/risk-ml"', '"@mallory"') });
    const before = withConfig(STRICT, { ...BASE, [MANIFEST]: 'spec: [\n' });
    expect(await briefly(before, mine)).toContain(`error SEC-28 ${MANIFEST} spec.rollout.steps[0].hold`);
  });
});
