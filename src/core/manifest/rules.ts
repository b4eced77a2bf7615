import type { Problem } from '../errors.ts';
import { formatPath } from '../yaml/yaml-path.ts';
import { artifactsArePinned, formatsAreSafe } from './artifact-rules.ts';
import { everyFits, fallbackIsNamed } from './braking-rules.ts';
import {
  bakeIsChecked,
  boundsAreSensible,
  checkNamesDiffer,
  harmWithinSafe,
  ratesCanBeSafe,
  somethingGates,
} from './check-rules.ts';
import { distributionsAreWhole, gaugeMarginsFit, tolerancesAreSensible } from './comparison-rules.ts';
import { candidateFits } from './compat-rules.ts';
import { nameIsFileName, providersExist, targetFilesAreForeign } from './config-rules.ts';
import { placeholdersAreKnown, queriesCountWindows, queriesTellVersions } from './query-rules.ts';
import {
  binsClaim,
  featureDriftOnlyHolds,
  labelsComeInTime,
  partsDiffer,
  questionBoundsFit,
} from './question-rules.ts';
import {
  deadlineFits,
  noDataDeadlineFits,
  stepsEndAtFull,
  stepsRise,
  ticksFit,
  verifyFits,
  weightIsDeclared,
} from './rollout-rules.ts';
import { type Rule, type RuleFinding, type RuleInput, toProblem } from './rule.ts';
import { servedArtifactsExist, stepsAreExpressible, targetsDiffer } from './target-rules.ts';
import { candidateDiffers, promotionIsWritable, versionsStay } from './version-rules.ts';
import { applyWaivers, waiversAreOwned } from './waiver-rules.ts';

/** Everything that a manifest must keep beyond its schema. */
const RELEASE_RULES: readonly Rule[] = [
  candidateDiffers,
  versionsStay,
  candidateFits,
  stepsRise,
  stepsEndAtFull,
  weightIsDeclared,
  deadlineFits,
  verifyFits,
  fallbackIsNamed,
  everyFits,
  ticksFit,
  noDataDeadlineFits,
  checkNamesDiffer,
  harmWithinSafe,
  ratesCanBeSafe,
  boundsAreSensible,
  gaugeMarginsFit,
  distributionsAreWhole,
  tolerancesAreSensible,
  bakeIsChecked,
  somethingGates,
  partsDiffer,
  binsClaim,
  questionBoundsFit,
  labelsComeInTime,
  featureDriftOnlyHolds,
  placeholdersAreKnown,
  queriesTellVersions,
  queriesCountWindows,
  servedArtifactsExist,
  targetsDiffer,
  stepsAreExpressible,
  artifactsArePinned,
  formatsAreSafe,
  waiversAreOwned,
  promotionIsWritable,
  providersExist,
  targetFilesAreForeign,
  nameIsFileName,
];

/** Runs all rules; leaves out values that `blamed` says have a problem already. */
export function runRules(input: RuleInput, blamed: ReadonlySet<string>): readonly Problem[] {
  const problems: Problem[] = [];
  const findings: RuleFinding[] = [];
  for (const rule of RELEASE_RULES) for (const finding of rule(input)) findings.push(finding);
  for (const finding of applyWaivers(findings, input.draft.waivers, ['ML-02']))
    if (!blamed.has(formatPath(finding.path))) problems.push(toProblem(input.source, finding));
  return problems;
}
