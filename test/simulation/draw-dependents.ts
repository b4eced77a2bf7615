import type { SeededRandom } from '../core/stats/seeded-random.ts';
import type { Happening, SimRelease, Truth } from './scenario.ts';

/**
 * Releases of which each depends on the one before and needs its second version, in the place of those that were drawn; the first
 * one's second version is good for long enough that others are built upon it.
 */
export function drawDependents(random: SeededRandom): readonly SimRelease[] {
  const chance = (share: number): boolean => random.uniform() < share;
  const names = ['scorer', 'ranker', ...(chance(0.3) ? ['tuner'] : [])];
  return names.map((name, index): SimRelease => {
    const other = names[index - 1];
    const isLate = index === 0 && chance(0.45);
    const truth: Truth = isLate
      ? { kind: 'bad', after: 45 + Math.floor(random.uniform() * 40) }
      : { kind: chance(0.8) ? 'healthy' : 'flapping' };
    const needed: readonly (readonly [string, number])[] = [
      ...(chance(0.85) ? [[`${name}-2`, 2] as const] : []),
      ...(chance(0.6) ? [[`${name}-3`, chance(0.5) ? 2 : 3] as const] : []),
    ];
    const needs = Object.fromEntries(
      needed.map(([version, number]) => [version, { [other ?? '']: `${other}-${number}` }]),
    );
    return {
      name,
      steps: [
        { weight: 10, hold: '10m' },
        { weight: 100, hold: '10m' },
      ],
      deadline: '6h',
      bornWithCandidate: false,
      truths: [{ kind: 'healthy' }, truth, { kind: 'healthy' }, { kind: 'healthy' }],
      delay: Math.floor(random.uniform() * 2),
      ...(isLate ? { watch: '2h' } : {}),
      ...(chance(0.3) ? { verify: '15m' } : {}),
      ...(other ? { dependsOn: [other], needs } : {}),
    };
  });
}

/** A person takes back what others need, more than once; and others come again. */
export function drawTakenBack(
  random: SeededRandom,
  healAt: number,
  run: () => Extract<Happening, { kind: 'tick' }>['run'],
): readonly Happening[] {
  const moment = (): number => 45 + Math.floor(random.uniform() * (healAt - 50));
  const found: Happening[] = [];
  if (random.uniform() < 0.65)
    found.push({
      at: moment(),
      kind: 'order',
      release: 'scorer',
      from: 'stable',
      ifFailing: false,
      run: run(),
    });
  for (const release of ['scorer', 'ranker'])
    if (random.uniform() < 0.4) found.push({ at: moment(), kind: 'act', release, act: 'bring' });
  if (random.uniform() < 0.3) found.push({ at: moment(), kind: 'rules', fault: 'check-slow', minutes: 20 });
  // who cannot be read when the other is taken back is left behind, and follows when it can
  const order = found.find(({ kind }) => kind === 'order');
  if (order && random.uniform() < 0.25)
    found.push({ at: order.at - 1, kind: 'act', release: 'ranker', act: 'invalid' });
  return found;
}
