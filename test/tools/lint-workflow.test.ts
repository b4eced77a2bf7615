// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows look like that
import { describe, expect, it } from 'vitest';
import { lintAction, lintWorkflow } from './lint-workflow.ts';

const SHA = '3d3c42e5aac5ba805825da76410c181273ba90b1';
const GOOD = `name: a
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    permissions:
      contents: read # the checkout
    steps:
      - uses: actions/checkout@${SHA} # v7.0.1
      - uses: belay-dev/belay/actions/validate@v1
      - run: echo "$WHO"
        env:
          WHO: \${{ github.actor }}
`;

describe('lintWorkflow', () => {
  it('finds nothing in a good one', async () => {
    expect(await lintWorkflow('a.yml', GOOD)).toEqual([]);
  });

  it.each([
    ['an expression in a script', ['echo "$WHO"', 'echo ${{ github.actor }}'], 'expression inside run'],
    [
      'an action by its tag',
      [`checkout@${SHA} # v7.0.1`, 'checkout@v7'],
      'actions/checkout@v7 is not pinned',
    ],
    ['a pin without its version', [' # v7.0.1', ''], 'does not say which version'],
    [
      'rights for all jobs',
      ['permissions: {}', 'permissions: {contents: write}'],
      'grants more than reading',
    ],
    ['no word about rights', ['permissions: {}\n', ''], 'grants more than reading'],
    ['a permission without a reason', [' # the checkout', ''], 'permission contents of job one'],
    ['code of strangers with rights', ['on: push', 'on: pull_request_target'], 'pull_request_target'],
    ['an unknown key', ['steps:', 'step:'], 'step'],
    ['an unknown event', ['on: push', 'on: pushed'], 'pushed'],
    ['an unknown context', ['github.actor', 'git.actor'], 'git'],
  ])('finds %s', async (_, [from = '', to = ''], message) => {
    const findings = await lintWorkflow('a.yml', GOOD.replace(from, to));
    expect(findings.join('\n')).toContain(message);
  });
});

const ACTION = `name: a
description: a
inputs:
  who: {description: who}
runs:
  using: composite
  steps:
    - shell: bash
      env: {WHO: "\${{ inputs.who }}"}
      run: echo "$WHO"
`;

describe('lintAction', () => {
  it('finds nothing in a good one', () => {
    expect(lintAction('action.yml', ACTION)).toEqual([]);
  });

  it.each([
    ['an expression in a script', ['echo "$WHO"', 'echo ${{ inputs.who }}'], 'refused[SEC-01]'],
    ['a missing shell', ['shell: bash\n      env', 'env'], 'shell'],
    ['a key that is none', ['using: composite', 'using: composite\n  stages: []'], 'stages'],
  ])('finds %s', (_, [from = '', to = ''], message) => {
    expect(lintAction('action.yml', ACTION.replace(from, to)).join('\n')).toContain(message);
  });
});
