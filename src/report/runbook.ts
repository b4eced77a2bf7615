import { assertNever } from '../core/errors.ts';
import type { Brake } from '../core/manifest/brake.ts';
import { brakeIn } from '../core/manifest/brake-in.ts';
import { HEALTH_DEFAULTS } from '../core/manifest/defaults.ts';
import type { CheckSpec, Release, TargetSpec } from '../core/manifest/release-schema.ts';
import { brakesByTier } from '../core/manifest/tier-brakes.ts';
import { formatDuration, formatPercent } from '../core/units.ts';
import { HOME } from './home.ts';
import { codeBlock, codeSpan, escapeText, table } from './markdown.ts';
import { endings } from './runbook-endings.ts';
import type { RunbookInput } from './runbook-input.ts';
import { approve, goBack, goOn, stop } from './runbook-orders.ts';
import { whoDecides } from './runbook-people.ts';
import { shellWord } from './shell-word.ts';

/** Name of the marks around the generated part of one release: several may share a file. */
export function runbookMark(release: string): string {
  return `belay:runbook ${release}`;
}

/**
 * The generated part of a runbook: what Belay does by itself, how to look, stop, go back and go on, who decides, and when it is
 * over. Of the manifest it says only what people write: neither versions nor the weight, which Belay changes.
 * @returns Markdown without a final newline
 */
export function describeRunbook(input: RunbookInput): string {
  return [
    `_Made by \`belay runbook\` from ${codeSpan(input.path)}; with \`--write\` it stands in its file between marks, and your own words outside of them._`,
    byItself(input),
    look(input),
    stop(input),
    goBack(input),
    ...approve(input),
    goOn(input),
    whoDecides(input),
    endings(input),
  ].join('\n\n');
}

function byItself({ release }: RunbookInput): string {
  const { rollout, health } = release.spec;
  const last = rollout.steps.length - 1;
  const steps = rollout.steps.map(({ weight, hold, approval }, index) => [
    formatPercent(weight),
    `${formatDuration(hold)}${index === last ? ' (bake)' : ''}`,
    approval ? 'when every check passes and a person has approved it' : 'by itself, when every check passes',
  ]);
  const deadline = formatDuration(rollout.deadline);
  const blind = formatDuration(health.noDataDeadline ?? HEALTH_DEFAULTS.noDataDeadline);
  return [
    '### What Belay does by itself',
    table(['Weight of the candidate', 'Holds at least', 'Entered'], steps),
    table(
      ['Check', 'Asks about', 'Provider', 'When it fails'],
      health.checks.map((check) => checkRow(check, release)),
    ),
    `Without evidence it holds; after ${blind} without evidence, or ${deadline} after the start, a run fails (exit code 2) so that a person looks. It never rolls back because metrics cannot be seen.`,
  ].join('\n\n');
}

function checkRow(check: CheckSpec, release: Release): readonly string[] {
  const by = release.byTier && brakesByTier(release, check.name) ? ` (tier ${release.byTier.tier})` : '';
  const brake = `${failing(brakeIn(check, release), release)}${by}`;
  return [codeSpan(check.name), escapeText(check.kind), codeSpan(check.provider), brake];
}

function failing(brake: Brake, { spec }: Release): string {
  switch (brake) {
    case 'rollback':
      return 'the candidate is rolled back';
    case 'fallback':
      return `the candidate is rolled back to ${codeSpan(spec.rollback?.fallback ?? '')}`;
    case 'step-down':
      return 'the candidate goes down step by step; `paused: true` stops it';
    case 'reduce':
      return 'the candidate goes down to the first step, and a person decides';
    case 'pause':
      return 'the rollout stays where it is, and a person decides';
    case 'hold':
      return 'the rollout holds';
    case 'notify':
      return 'it is only said';
    default:
      return assertNever(brake);
  }
}

function look({ release, targets, path, records }: RunbookInput): string {
  const { name } = release.metadata;
  const lines = [
    '# once per terminal: "belay" is dist/index.js of a clone of Belay, and runs with Node 20 or newer',
    `[ -d ~/belay ] || git clone ${HOME} ~/belay; belay() { node ~/belay/dist/index.js "$@"; }`,
    `belay plan ${name}                       # where the rollout stands, and what comes next`,
    `git log --first-parent --oneline -- ${shellWord(path)}`,
    `cat "$(ls ${records}/*.json | tail -n 1)"   # the newest decision, with its evidence`,
    ...targets.map(readTarget),
  ];
  return `### Look\n\n${codeBlock(lines.join('\n'), 'sh')}`;
}

/** What the cluster itself says of the split. */
function readTarget(target: TargetSpec): string {
  const space = target.namespace === undefined ? '' : `-n ${target.namespace} `;
  switch (target.kind) {
    case 'gateway-api':
      return `kubectl ${space}get httproute ${target.route} -o jsonpath='{range .spec.rules[*].backendRefs[*]}{.name}={.weight} {end}'`;
    case 'kserve':
      return `kubectl ${space}get inferenceservice ${target.service} -o jsonpath='{.status.components.predictor.traffic}'`;
  }
}
