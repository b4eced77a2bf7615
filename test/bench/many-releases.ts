import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { advance } from '../../src/app/advance.ts';
import { brokenProvider, createTestWorld } from '../builders/world.ts';

/** Four questions, each asked of two places: the eight checks of every release. */
const QUESTIONS = [
  (place: string, metric: string) => `
      - name: errors-${place}
        kind: proportion
        provider: prod
        # failed answers out of all of them
        bad: sum(increase(${metric}_errors_total{version="{{version}}",place="${place}"}[{{window}}]))
        total: sum(increase(${metric}_total{version="{{version}}",place="${place}"}[{{window}}]))
        tolerate: {relative: 10%}
        limit: 2%`,
  (place: string, metric: string) => `
      - name: latency-${place}
        kind: latency
        provider: prod
        buckets: sum by (le) (increase(${metric}_seconds_bucket{version="{{version}}",place="${place}"}[{{window}}]))
        quantile: 0.99
        tolerate: {relative: 15%}`,
  (place: string, metric: string) => `
      - name: memory-${place}
        kind: threshold
        provider: prod
        query: max(${metric}_resident_memory_bytes{version="{{version}}",place="${place}"})
        max: 4000000000`,
  (place: string, metric: string) => `
      - name: refusals-${place}
        kind: limit
        provider: prod
        bad: sum(increase(${metric}_refused_total{version="{{version}}",place="${place}"}[{{window}}]))
        total: sum(increase(${metric}_total{version="{{version}}",place="${place}"}[{{window}}]))
        max: 1%`,
];
const PLACES = ['eu', 'us'];
const CONFIG = `apiVersion: belay.dev/v1
kind: Config
providers:
  prod: {kind: prometheus, url: "https://prometheus.acme.dev"}
`;
const RUNBOOK = '# When a model goes wrong\n\nSee [the owners](owners.md).\n';

function version(name: string, number: string, arm: 'a' | 'b'): string {
  return `
    version: ${number}
    backend: ${name}-${arm}
    artifacts:
      model: {uri: "oci://registry.acme.dev/${name}", digest: "sha256:${(arm === 'a' ? '1f' : '9c').repeat(32)}", format: onnx}`;
}

function manifest(name: string, hasCandidate: boolean): string {
  const checks = PLACES.flatMap((place) => QUESTIONS.map((write) => write(place, name.replaceAll('-', '_'))));
  const candidate = hasCandidate
    ? `
  candidate:${version(name, '3.5.0', 'b')}
    summary: Adds merchant-graph features.
    provenance: {code: 9fceb02, run: "mlflow:/runs/41d0", seed: 7}`
    : '';
  return `# ${name}: served by the risk team
apiVersion: belay.dev/v1
kind: Release
metadata:
  name: ${name}
  owners: ["@acme/risk-ml"]
  runbook: docs/runbook.md
spec:
  stable:${version(name, '3.4.1', 'a')}${candidate}
  rollout:
    strategy: canary
    weight: 0
    steps:
      - {weight: 1, hold: 30m}
      - {weight: 5, hold: 1h}
      - {weight: 25, hold: 2h, approval: required}
      - {weight: 100, hold: 24h} # the bake
    deadline: 72h
  health:
    falseRollbackRate: 1%
    checks:${checks.join('')}
  targets:
    - {kind: gateway-api, file: serving/${name}.yaml, route: ${name}}
`;
}

function route(name: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
  namespace: models
spec:
  parentRefs:
    - name: public
  hostnames: ["${name}.acme.dev"]
  rules:
    - backendRefs:
        - name: ${name}-a # what everybody gets
          port: 8080
          weight: 100
        - name: ${name}-b
          port: 8080
          weight: 0
`;
}

/**
 * A repository of many releases with eight checks and one target each: adopted by a real first tick, so that each has its record;
 * every third one has a candidate since. Returns how many files it wrote.
 */
export async function writeManyReleases(directory: string, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `model-${String(index + 1).padStart(4, '0')}`);
  const files: Record<string, string> = {
    '.belay/config.yaml': CONFIG,
    CODEOWNERS: '* @acme/risk-ml\n',
    'docs/runbook.md': RUNBOOK,
    'docs/owners.md': '# Owners\n',
  };
  for (const name of names) {
    files[`releases/${name}.yaml`] = manifest(name, false);
    files[`serving/${name}.yaml`] = route(name);
  }
  const { world, forge } = createTestWorld({ files, provider: brokenProvider });
  await advance(world, { only: [], dryRun: false });
  for (const name of names) {
    const path = `.belay/records/${name}/0001.json`;
    files[path] = forge.textAt(path) ?? '';
  }
  for (const [index, name] of names.entries())
    if (index % 3 === 0) files[`releases/${name}.yaml`] = manifest(name, true);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return Object.keys(files).length;
}
