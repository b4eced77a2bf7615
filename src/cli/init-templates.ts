/** Where an editor finds a schema, of the version that the workflows run. */
function schemaUrl(ref: string, document: string): string {
  return `https://raw.githubusercontent.com/belay-dev/belay/${ref}/dist/schemas/${document}.schema.json`;
}

/** Where a new config takes metrics from: a Prometheus, or a file of the repository. */
type Metrics = { readonly url: string } | { readonly file: string };

/** `.belay/config.yaml` with one provider. */
export function configTemplate({
  ref,
  metrics,
}: {
  readonly ref: string;
  readonly metrics: Metrics;
}): string {
  return `# yaml-language-server: $schema=${schemaUrl(ref, 'config')}
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
${'url' in metrics ? prometheusTemplate(metrics) : `    kind: openmetrics\n    file: ${metrics.file}\n`}`;
}

function prometheusTemplate({ url }: { readonly url: string }): string {
  return `    kind: prometheus
    url: ${url}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`;
}

/**
 * The traffic at which a candidate that exceeds stable by twice what the manifest of `belay init` tolerates is taken back within the hold
 * of each step, nine times out of ten. A test holds the manifest to it.
 */
export const INIT_TRAFFIC = { perMinute: 1_000, bad: '0.2 to 1 %' } as const;

/** A settled manifest to begin with. */
export function releaseTemplate({ name, ref }: { readonly name: string; readonly ref: string }): string {
  return `# yaml-language-server: $schema=${schemaUrl(ref, 'release')}
apiVersion: belay.dev/v1
kind: Release
metadata:
  name: ${name}
spec:
  stable:
    version: 1.0.0
    backend: ${name}-a # what the route sends traffic to
    artifacts:
      model:
        uri: s3://models/${name}/1.0.0
        digest: "sha256:${'0'.repeat(64)}" # of the artifact; sha256sum prints it
  # To roll a version out, a pull request adds it here with rollout.weight 0; its backend must stand with weight 0 in serving/${name}.yaml:
  # candidate:
  #   version: 1.1.0
  #   backend: ${name}-b
  #   artifacts:
  #     model: {uri: s3://models/${name}/1.1.0, digest: "sha256:..."}
  rollout:
    strategy: canary
    weight: 0 # Belay's number
    steps:
      # The holds are made for ${INIT_TRAFFIC.perMinute.toLocaleString('en-US')} requests a minute with ${INIT_TRAFFIC.bad} of them bad: "belay plan --traffic" says what yours need.
      - {weight: 5, hold: 5h}
      - {weight: 25, hold: 2h}
      - {weight: 100, hold: 24h} # the bake
    deadline: 72h
  health:
    falseRollbackRate: 1% # of healthy rollouts that are rolled back, over all checks and looks together
    checks:
      - name: errors
        kind: proportion
        provider: prod
        bad: sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))
        total: sum(increase(predict_total{version="{{version}}"}[{{window}}]))
        tolerate: {relative: 25%, absolute: 0.5%} # rolled back when proven worse than stable by more than this
        safe: {relative: 25%, absolute: 1%} # goes on when proven not worse than stable by more than this
        limit: 2% # and never above this; the bound at 100 %, where there is no stable traffic to compare with
  targets:
    - {kind: gateway-api, file: serving/${name}.yaml, route: ${name}}
`;
}

/** A route that sends everything to the first backend. */
export function servingTemplate({ name }: { readonly name: string }): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
spec:
  parentRefs:
    - name: gateway
  rules:
    - backendRefs:
        - name: ${name}-a
          port: 8080
          weight: 100
        - name: ${name}-b
          port: 8080
          weight: 0
`;
}
