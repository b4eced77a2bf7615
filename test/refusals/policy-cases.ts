import type { RefusalCase } from './case.ts';
import { insert, spoil, TIERED } from './manifest.ts';

/** What undercuts the tier that a manifest names, and overrides that are nobody's to write. */

const under = (name: string, content: string, ...expect: string[]): RefusalCase => ({
  source: 'SEC-28',
  name,
  as: 'tiered',
  content,
  expect,
});
const spoiled = (name: string, part: string, other: string, ...expect: string[]): RefusalCase =>
  under(name, spoil(part, other, TIERED), ...(expect.length === 0 ? ['SEC-28'] : expect));
const override = (name: string, content: string, ...expect: string[]): RefusalCase =>
  under(name, spoil('  rollout:\n', `  waivers:\n    - ${content}\n  rollout:\n`, TIERED), ...expect);

export const POLICY_CASES: readonly RefusalCase[] = [
  under('tier-kept', TIERED),
  spoiled('tier-unknown', 'tier: high', 'tier: ⟦hihg', 'TIER_UNKNOWN'),
  spoiled('tier-missing', 'spec:\n  tier: high\n', '⟦spec:\n', 'TIER_MISSING'),
  spoiled('tier-of-prototype', 'tier: high', 'tier: ⟦constructor', 'TIER_UNKNOWN'),
  spoiled('first-weight', 'weight: 5, hold: 1h}', 'weight: ⟦10, hold: 1h}'),
  spoiled('hold', 'weight: 5, hold: 1h}', 'weight: 5, hold: ⟦⟦59m}', 'SEC-28', 'SEC-28'),
  spoiled('bake', 'hold: 24h', 'hold: ⟦23h'),
  spoiled('weight-per-hour', 'weight: 5, hold: 1h}', 'weight: 4, hold: ⟦1h}'),
  spoiled(
    'approval',
    '      - {weight: 100, hold: 24h, approval: required}',
    '      - ⟦{weight: 100, hold: 24h}',
  ),
  spoiled('rollback-rate-high', '  health:\n', '  health:\n    falseRollbackRate: ⟦6%\n'),
  spoiled('rollback-rate-low', '  health:\n', '  health:\n    falseRollbackRate: ⟦0.0001%\n'),
  spoiled('advance-rate', '  health:\n', '  health:\n    falseAdvanceRate: ⟦20%\n'),
  spoiled(
    'check-not-required',
    '    checks:\n      - name: errors\n',
    '    ⟦⟦⟦⟦checks:\n      - name: errors\n        required: false\n',
    'NOTHING_GATES',
    'SEC-28',
    'SEC-28',
    'SEC-28',
  ),
  spoiled(
    'check-only-notifies',
    '    checks:\n      - name: errors\n',
    '    ⟦⟦⟦⟦checks:\n      - name: errors\n        onFail: ⟦notify\n',
    'NOTHING_GATES',
    'SEC-28',
    'SEC-28',
    'SEC-28',
    'SEC-28',
  ),
  spoiled(
    'brake-gentler',
    '    checks:\n      - name: errors\n',
    '    checks:\n      - name: errors\n        onFail: ⟦reduce\n',
  ),
  spoiled(
    'summary',
    '  candidate:\n    version: 3.5.0\n    backend: fraud-scorer-b\n    summary: Adds merchant-graph features.\n',
    '  ⟦candidate:\n    version: 3.5.0\n    backend: fraud-scorer-b\n',
  ),
  spoiled('provenance', '    provenance: {run: "mlflow:/runs/41d0"}', '    ⟦provenance: {seed: 7}', 'ML-03'),
  override(
    'override-of-a-stranger',
    '{rule: tier, reason: urgent, owner: ⟦"@acme/risk-ml", until: 2026-12-01}',
    'WAIVER_OWNER_UNKNOWN',
  ),
  override(
    'override-of-nothing',
    '⟦{rule: tier, reason: urgent, owner: "@acme/sre", until: 2026-12-01}',
    'WAIVER_UNUSED',
  ),
  override(
    'override-of-a-freeze',
    '{rule: freeze, reason: urgent, owner: "@acme/sre", until: 2026-12-01T08:00:00Z}',
  ),
  override('override-without-end', '⟦{rule: freeze, reason: urgent, owner: "@acme/sre"}', 'KEY_MISSING'),
  override(
    'override-without-reason',
    '⟦{rule: freeze, owner: "@acme/sre", until: 2026-12-01}',
    'KEY_MISSING',
  ),
  override(
    'override-without-such-a-day',
    '{rule: freeze, reason: urgent, owner: "@acme/sre", until: ⟦2026-02-30}',
    'VALUE_OUT_OF_RANGE',
  ),
  override(
    'override-of-a-refusal',
    '{rule: ⟦SEC-28, reason: urgent, owner: "@acme/sre", until: 2026-12-01}',
    'VALUE_UNKNOWN',
  ),
  under('overrides-key', insert('  tier: high', '  ⟦overrides: []', TIERED), 'KEY_UNKNOWN'),
];
