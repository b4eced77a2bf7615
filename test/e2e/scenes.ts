import type { Instant } from '../../src/core/units.ts';
import { STABLE } from '../builders/release.ts';
import type { PastPlan } from './past.ts';

/** What a day has brought a repository to when Belay's next tick is now. */
export type SceneName =
  /** Adopted, no candidate. */
  | 'settled'
  /** 5 %, then 25 % for longer than its hold, healthy: 100 % is due. */
  | 'advancing'
  /** At 100 % for longer than the bake, healthy: the promotion is due. */
  | 'baked'
  /** At 25 %, and failing for a quarter of an hour. */
  | 'failing';

const CHECKS = [
  {
    name: 'errors',
    kind: 'proportion',
    provider: 'prod',
    bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
    tolerate: { relative: '25%', absolute: '0.5%' },
    safe: { relative: '25%', absolute: '1%' },
    limit: '2%',
  },
];

const RELEASE = {
  stable: STABLE,
  candidate: { version: '3.5.0', backend: 'scorer-b', digit: 'b' },
  steps: [
    { weight: 5, hold: '30m' },
    { weight: 25, hold: '30m' },
    { weight: 100, hold: '1h' },
  ],
  deadline: '24h',
  checks: CHECKS,
};

/** `.belay/config.yaml` with one Prometheus that wants a token. */
export function sceneConfig(url: string, more = ''): string {
  return [
    'apiVersion: belay.dev/v1',
    'kind: Config',
    'providers:',
    `  prod: {kind: prometheus, url: '${url}', auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}}`,
    more,
  ].join('\n');
}

const ADOPT = -23 * 60;

const TIMES: Readonly<Record<SceneName, Pick<PastPlan, 'mergedAt' | 'ticks'>>> = {
  settled: { ticks: [ADOPT] },
  advancing: { mergedAt: -95, ticks: [ADOPT, -90, -40] },
  baked: { mergedAt: -215, ticks: [ADOPT, -210, -175, -135] },
  failing: { mergedAt: -100, ticks: [ADOPT, -95, -20] },
};

/** What Belay must have decided for a scene to be what its name says. */
export const DECIDED: Readonly<Record<SceneName, readonly string[]>> = {
  settled: ['adopt'],
  advancing: ['adopt', 'start', 'advance'],
  baked: ['adopt', 'start', 'advance', 'advance'],
  failing: ['adopt', 'start', 'advance'],
};

/** The past of a scene, to be played. */
export function planScene(
  name: SceneName,
  options: { readonly now: Instant; readonly url: string },
): PastPlan {
  const { now, url } = options;
  const healthy = () => 0.005;
  const sick = (at: Instant) => (at > now - 15 * 60_000 ? 0.05 : 0.005);
  return {
    now,
    release: RELEASE,
    rates: { '3.4.1': healthy, '3.5.0': name === 'failing' ? sick : healthy },
    config: sceneConfig(url),
    ...TIMES[name],
  };
}
