const QUERY = (name: string) => `sum(increase(${name}{version="{{version}}"}[{{window}}]))`;

/** A sound manifest that every case spoils in its own way. */
export const MANIFEST = `apiVersion: belay.dev/v1
kind: Release
metadata:
  name: fraud-scorer
  owners: ["@acme/risk-ml"]
  runbook: docs/runbook.md
spec:
  stable:
    version: 3.4.1
    backend: fraud-scorer-a
    artifacts:
      model: {uri: s3://models/fraud-scorer/3.4.1, digest: "sha256:${'1f'.repeat(32)}"}
  candidate:
    version: 3.5.0
    backend: fraud-scorer-b
    summary: Adds merchant-graph features.
    artifacts:
      model: {uri: s3://models/fraud-scorer/3.5.0, digest: "sha256:${'9c'.repeat(32)}"}
    provenance: {run: "mlflow:/runs/41d0"}
  rollout:
    strategy: canary
    weight: 0
    paused: false
    steps:
      - {weight: 5, hold: 1h}
      - {weight: 100, hold: 24h}
    deadline: 72h
  health:
    checks:
      - name: errors
        kind: proportion
        provider: prod
        bad: ${QUERY('predict_errors_total')}
        total: ${QUERY('predict_total')}
        tolerate: {relative: 10%}
        limit: 2%
  targets:
    - {kind: gateway-api, file: serving/route.yaml, route: fraud-scorer}
`;

/** The config beside it. */
export const CONFIG = `apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
    kind: prometheus
    url: https://prometheus.acme.dev
    auth: {kind: bearer, tokenEnv: PROM_TOKEN}
`;

/** A config with a tier that the manifest below keeps to the letter. */
export const TIERED_CONFIG = `${CONFIG}timeZone: Europe/Berlin
tiers:
  high:
    firstWeight: 5
    hold: 1h
    bake: 24h
    weightPerHour: 95
    samples: 500
    falseRollbackRate: 5%
    minFalseRollbackRate: 0.1%
    falseAdvanceRate: 5%
    checks: [errors]
    brakes: {errors: {atLeast: step-down}}
    approval: 50
    providers: 1
    provenance: [run]
    summary: required
freezes:
  - {name: weekend, from: "Fri 16:00", to: "Mon 08:00", tiers: [high]}
roles:
  override: ["@acme/sre"]
overrides: {maxDuration: 24h}
`;

/** The other files of the repository. */
export const OTHERS: Readonly<Record<string, string>> = {
  'docs/runbook.md': '# What to do\n',
  'serving/route.yaml': `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: fraud-scorer}
spec:
  rules:
    - backendRefs:
        - {name: fraud-scorer-a, port: 80, weight: 100}
        - {name: fraud-scorer-b, port: 80, weight: 0}
`,
};

/** The manifest with one part in the place of another. */
export function spoil(part: string, other: string, text = MANIFEST): string {
  if (!text.includes(part)) throw new Error(`the text has no ${JSON.stringify(part)}`);
  return text.replace(part, () => other);
}

/** The manifest with a line more, behind one that it has. */
export function insert(after: string, line: string, text = MANIFEST): string {
  return spoil(`${after}\n`, `${after}\n${line}\n`, text);
}

/** A manifest of that tier. */
export const TIERED = [
  ['spec:\n', 'spec:\n  tier: high\n'],
  ['hold: 24h}', 'hold: 24h, approval: required}'],
  ['deadline: 72h', 'deadline: 90h'],
].reduce((text, [part = '', other = '']) => spoil(part, other, text), MANIFEST);
