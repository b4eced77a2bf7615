import type { ReasonCode } from '../../../src/core/decision/decision.ts';
import type { ToolErrorCode } from '../../../src/core/errors.ts';
import type { BlockCode } from '../../../src/report/run-report.ts';

/** What a reason of a decision means, and what to do where something is to be done. A new reason without a line here does not compile. */
export const REASONS: Readonly<Record<ReasonCode, string>> = {
  SETTLED: 'No candidate: nothing to do.',
  FIRST_SEEN: 'What serves was found serving, and is good from here on.',
  STABLE_CHANGED_BY_HAND:
    'Somebody changed `stable` while a candidate is rolled out: put it back, or take the candidate out.',
  STABLE_QUARANTINED: 'What serves was rolled back before: serve another version.',
  CANDIDATE_NEW: 'A rollout begins.',
  CANDIDATE_QUARANTINED:
    'This version or its content was rolled back: bring a new one, or lift its quarantine.',
  CANDIDATE_WITHDRAWN: 'Somebody took the candidate out of the manifest; the rollout is over.',
  LAST_GOOD_MISSING:
    'There would be no way back: merge the manifest without candidate first, so that it can be adopted.',
  BRANCH_IN_THE_WAY:
    'A branch `belay`, or another folder of the names of rollbacks, is there, so no rollback could be proposed: delete or rename it.',
  HISTORY_REWRITTEN:
    'The commit of the newest record is not in the history any more: put it back, or bring a commit with the `Belay-Resume` line that the message shows. Rollbacks and steps down go through.',
  START_BLIND:
    'A provider does not answer as a rollout needs it, so nobody is exposed. Starts by itself; the message has the query.',
  WEIGHT_CHANGED_BY_HAND: 'The weight is not the one that the records say: put it back.',
  HARM_PROVEN:
    'A check proves harm: rolled back, or braked as its `onFail` says. Beside a hold it says that nothing is done about it yet.',
  GOT_WORSE: 'A check fails that did not at the last step down: rolled back.',
  NOT_HELPED: 'Harm is proven on the lower weight alone, so the step down did not help: rolled back.',
  BELOW_FIRST_STEP: 'There is no step below the first one: rolled back.',
  STEP_NOT_WRITABLE: 'A lower weight cannot be written into the files: rolled back instead.',
  FALLBACK_NAMED: 'Goes back to the version that `rollback.fallback` names.',
  STEP_DOWN: 'One declared step down; the next follows after `rollback.every`.',
  NOT_RAISED:
    'Taken down, and the checks do not prove harm any more: goes up again only when somebody edits the manifest.',
  EXPOSURE_REDUCED:
    'Down to the first step, until a person decides: edit the manifest to go on, or roll back.',
  PAUSED_BY_CHECK: 'A check with `onFail: pause` fails: edit the manifest to go on, or roll back.',
  ASKED_BY_PERSON: 'A person ordered it.',
  NOTHING_TO_ROLL_BACK:
    'Nothing that the order is about is tried or served, so it was not carried out (exit code 1): the text says how to give it.',
  DEPENDENCY_IN_FLIGHT: 'A release that it depends on is being rolled out: goes on when that has ended.',
  DEPENDENCY_NOT_MET: 'It needs another version of a release that it depends on: roll that out first.',
  DEPENDENT_LEFT:
    'A release that needs the version which is taken back could not go back with it: the text says why, and what to do about it.',
  DEPENDENCY_ROLLED_BACK: 'What it needs was taken back, so it goes back with it; it is not quarantined.',
  HOLD_NOT_OVER: 'The hold of the step is not over.',
  CHECK_INCONCLUSIVE: 'Neither harm nor safety is proven yet; the text says how much is missing.',
  CHECK_NO_DATA: 'A check saw nothing, or nothing fresh: look at the provider and the query if it lasts.',
  CHECK_ERROR: 'A check could not be asked or counted: the text says what came.',
  CHECKS_PASS: 'All required checks pass.',
  STABLE_FAILING_TOO:
    'A fixed bound is broken by stable as well, at the same time: a rollback would not mend it. Look at what both share.',
  CLOCK_SKEW: 'The clock of the runner is more than ten minutes behind the newest record: set it.',
  PAUSED_BY_MANIFEST: '`rollout.paused` is true: take it out to go on.',
  PAUSED_BY_PERSON: 'A person paused it; the text says who, why and how to go on.',
  PAUSED_ALREADY: 'A pause that ends then or later holds already; nothing is written.',
  PAUSE_PENDING: 'The pull request of a pause waits for a requirement: merge it, or close it to go on.',
  LOOKS_WRONG: 'A person says that it looks wrong: roll back, and resume when it is clear what it was.',
  RESUMED_BY_PERSON: 'A person ended the pause.',
  APPROVED: 'A person approved the step; it is taken when its checks pass and its hold is over.',
  APPROVAL_NOT_NEEDED: 'No step that comes next asks for an approval, or it has one, or was taken already.',
  NOTHING_TO_APPROVE: 'No candidate is being tried, so there is no step to approve (exit code 1).',
  APPROVAL_OUTDATED:
    'Another version or step was approved than comes next, or the release moved or its manifest was edited since (an order ends with exit code 1; a step asks again): look at the step that comes next, and approve that.',
  QUARANTINE_LIFTED: 'The version may be tried again, from the first step.',
  NOT_PAUSED: 'No person paused it. What Belay holds by itself ends as its own reason says.',
  LIFTED_ALREADY: 'The version was rolled back once and may come again; nothing is written.',
  NOT_QUARANTINED: 'There is no such version in quarantine (exit code 1); the text names those that are.',
  ORDER_OUTDATED:
    'Another candidate has come since the comment was written: look at it, and give the order again.',
  ORDER_DONE: 'This comment was obeyed already.',
  PAUSED_AFTER_DEADLINE: 'The deadline was over, and still is: raise `rollout.deadline`, or roll back.',
  DEADLINE_PASSED:
    'Not promoted in time: raise `rollout.deadline`, or roll back. It is watched on, and may be rolled back.',
  EVIDENCE_MISSING:
    'Metrics have not been seen for longer than `noDataDeadline`: look at the provider, not at the model. Said once, or of a candidate that waits to start with every run; goes on by itself.',
  MANIFEST_INVALID: 'The manifest cannot be read, so nothing moves: mend what the problems name.',
  CONFIG_UNREADABLE: 'The config cannot be read, so nothing goes up: mend what the problems name.',
  TARGET_MISMATCH:
    'The serving file is not as the manifest asks for, or cannot be edited: put it back, or mend what the problems name.',
  ROLLBACK_PENDING: 'A rollback of it, or of what it depends on, is open: merge it or close it.',
  ROLLBACK_OPEN:
    'A rollback that a person ordered is open: merge it or close it. Nothing else is done until then.',
  SIGNATURE_REFUSED: 'An artifact is not signed by whom the config trusts; the problems say which and why.',
  ARTIFACT_MISSING: 'The registry has no such artifact: push it, or bring another candidate.',
  ARTIFACT_MISMATCH: 'The registry has other bytes: push what was reviewed, or bring another candidate.',
  ARTIFACT_UNSEEN: 'The registry did not answer: looked at again by the next run.',
  GUARANTEE_VOID:
    'What the error rates rest on was changed under way (a margin, a provider, a check), so they are not promised for this rollout.',
  FROZEN: 'A freeze is on; the text says until when. Goes on by itself.',
  POLICY_VIOLATED:
    'The manifest on the default branch undercuts its tier: mend it, or have the override made by who may.',
  RISE_TOO_FAST: 'The tier allows no steeper rise: goes on by itself.',
  SAMPLES_MISSING:
    'The tier asks for more events of the candidate before this step is left: goes on by itself.',
  BRAKE_OF_TIER: 'A failing check brakes as its tier asks, since it has no `onFail`.',
  CHECK_NOTIFIES:
    'A check with `onFail: notify` fails: look at it. It holds and moves nothing, and the run ends as it would without it.',
  OVERRIDE_USED: 'An override made this decision possible; the text names its owner and its end.',
  TOOL_FAILED: 'Looking at this release broke; the message beside it says how. The next run looks again.',
  NOTHING_TO_RESTORE:
    'There is no version to go back to: set the traffic by hand, and merge a settled manifest.',
  WATCHING: 'A promoted version is held to its checks (`rollout.watch`).',
  VERIFYING: 'A rollback is held to what it should bring (`rollback.verify`).',
  RECOVERED: 'The bad version has no traffic, and the restored one is as well as before.',
  NOT_RECOVERED: 'The restored version fails as well: goes back once more.',
  NOT_SERVED: 'The serving system does not follow the default branch: look at its sync.',
  RECOVERY_UNSEEN: 'Whether it recovers cannot be seen: look at the provider, or take `rollback.verify` out.',
  RECOVERY_PENDING: 'A person was told that the rollback did not help; a run says so until that is over.',
  RELEASE_FROZEN:
    'Two rollbacks did not help, or nothing is left to go back to: nothing moves until a person edits the manifest.',
};

/** Why a change is not on the default branch. */
export const BLOCKS: Readonly<Record<BlockCode, string>> = {
  NOT_COMPUTED: 'The rollback cannot be computed; the problems say why. Nothing was written.',
  CONFLICT: 'The default branch changed under the pull request: the next run decides again.',
  REQUIREMENT_PENDING:
    'GitHub refused the merge, and no auto-merge could be armed: merge by hand, or mend what the message names.',
  AUTO_MERGE_OFF:
    'A requirement is pending, and auto-merge is off: switch it on (*Settings → General*), or merge by hand.',
  MERGE_QUEUE:
    'The branch takes changes from its merge queue alone: put the App on the bypass list of that rule.',
  PULL_CLOSED: 'The pull request was closed: reopen it, and the next run goes on.',
  RULE_VIOLATION:
    'A rule of the branch refuses it: use mode `pull-request`, or put the App on its bypass list.',
  PERMISSION_MISSING: 'The token may not; the message names the permission.',
  PULL_REQUESTS_NOT_ALLOWED:
    'Actions may not open pull requests here: allow it (*Settings → Actions → General*), or pass the token of an App.',
  BRANCH_TAKEN:
    'Commits that are not Belay’s are on its branch, or a branch is in the way of all of them: delete or rename it.',
  MERGED_BEFORE:
    'This very change was merged and is gone again: look at what was pushed after it; an order of a person goes back all the same.',
};

/** Why a run, or a release in it, ended early. */
export const FAULTS: Readonly<Record<ToolErrorCode, string>> = {
  REFUSED: 'What was asked for cannot be done; the message says what to change.',
  TARGET_MISMATCH: 'A file cannot be edited as the manifest asks: no match, two matches, an alias.',
  HEAD_MOVED:
    'Somebody pushed on every attempt while Belay decided; nothing was written, the next run decides again. A person’s order has to be given again (exit code 1).',
  FORGE_REFUSED: 'GitHub refuses by a rule or for want of a permission, which the message names.',
  RATE_LIMITED:
    'GitHub asks to wait longer than this run may; nothing was written after that, and the next run goes on.',
  UNAUTHORISED: 'GitHub rejected the token: renew it.',
  FORGE_UNAVAILABLE: 'GitHub or git could not be reached or answered nonsense; the next run tries again.',
  UNSETTLED:
    'GitHub answers, but one write or one pull request, which the message names, comes to no end (such as “not mergeable”); other releases are not held up, and the next run tries again.',
  CORRUPT: 'What was read contradicts itself, such as a broken chain of records: restore it from history.',
  BUG: 'Belay itself broke: report it, with the output of `--debug`.',
};

/** Codes whose sentence is put together elsewhere in the source. */
export const OTHERS: Readonly<Record<string, string>> = {
  ANSWER_LOST:
    'The order was done or refused, and the reaction or the answer could not be written: give the token `issues: write` and `pull-requests: write`.',
  COMMENT_REFUSED: 'The comment of a preflight could not be written: give the token `pull-requests: write`.',
  CONTRACT_TOO_COMPLEX:
    'A contract takes more steps to compare than the limit: write it flatter, or name in `breaks` whom it breaks.',
  CONTRACT_UNCLEAR:
    'It cannot be told whether a difference breaks anybody: look at it, and name in `breaks` whom it breaks.',
  DEPENDENCY_CYCLE:
    'Releases depend on each other in a circle, or one on itself: delete one of the dependencies.',
  DEPENDENCY_NOT_MET:
    'A candidate needs another version of a release than the one that serves: bring it when that is rolled out.',
  DRILL_NOT_RECORDED:
    'The drill is over and its record could not be written: mend what the message names, and drill again.',
  EVIDENCE_INVALID:
    'A value in a document of evidence is not what is expected there: the message says where, what and what came.',
  FREEZE_MALFORMED:
    'Both ends of a freeze are days with times, or both are days of the week, and the end is after the begin.',
  JSON_INVALID: 'The text is no JSON; the position says where it ends to be.',
  LABELS_UNREADABLE: 'The labels of a sample in an OpenMetrics file cannot be read; the position says where.',
  MODEL_FILES_DIFFER:
    'The files of a model are not those that its signature names: put back what was signed, or sign what is to be served.',
  NOTHING_GATES:
    'No check can say that a step is safe, so nothing goes up: let one fail the rollout, or require one.',
  NOTHING_ROLLED_BACK:
    'The button did nothing: there is no candidate, it was taken back already, or `from` names another version. The text says which, and how a promoted version is left (`from`).',
  NOT_RESTORED:
    'In a drill, what was restored is not settled or not split as the manifest asks: the text says what it found.',
  NO_COMMAND: 'The comment holds no command; nothing was done.',
  ORDER_OPEN:
    "A person's order waits in a pull request that Belay does not merge: the message says why, and what to do with it.",
  PREDICTOR_MISSING: 'The InferenceService has no `spec.predictor`: correct the file or the target.',
  PROMOTION_NOT_WRITABLE:
    'The manifest is written so that the promotion could not be: the message names the place, such as an alias.',
  PROVIDER_NOT_OPENED:
    'A provider of the config could not be opened: a variable is not set, or a file is missing.',
  QUERY_BROKEN:
    'In a preflight, the provider refused the query, could not be reached, or gave more than one series: the message holds the query as it was asked.',
  QUERY_EMPTY: 'In a preflight, nothing came where a rollout needs a number: look at metric and labels.',
  QUERY_MALFORMED: 'The query is no PromQL; the position is within the query.',
  QUERY_DROPS_LABEL: 'The check asks by a label that an aggregation of the query drops: keep it with `by`.',
  QUERY_THIN:
    'In a preflight, numbers without traffic behind them, or fewer samples than a threshold asks for: look at metric and labels.',
  SIGNATURE_INVALID: 'The signature does not verify: the message says which part. Sign again.',
  TICKS_MISSING:
    'The workflow that runs `advance` did not run for too long, or its schedule is off: the message says which, and the command that mends it.',
  TIER_UNKNOWN: 'The config has no such tier: correct the name, or add it.',
  TRUST_UNREADABLE: 'The trusted root or a key of `verify` cannot be read: mend the file.',
  VALUE_INCOMPLETE: 'A part of the value is missing; the message names it.',
  VALUE_OUT_OF_RANGE: 'The value is too small or too large; the message has the bounds.',
  VALUE_MALFORMED: 'The value is not of the form that is expected; the message shows one that is.',
  YAML_INVALID: 'The text is no YAML; the position says where.',
  'SEC-11': 'A link that a browser would run as a script: write an ordinary one.',
  'SEC-17': 'A `repository_dispatch` that does not count ([alerts.md](../alerts.md#what-is-refused)).',
  'SEC-18': 'A command that is not obeyed ([commands.md](../commands.md#what-is-refused)).',
  'SEC-32': 'A drill was to write outside of its own branches; nothing was written there. Report it.',
};

/** Texts in the form of a code that are none of ours: variables of the environment, words of git, GitHub, registries and libraries. */
export const NOT_OURS: ReadonlySet<string> = new Set([
  ...['SSH_AUTH_SOCK', 'XDG_CONFIG_HOME', 'EAI_AGAIN'],
  ...['NOT_FOUND', 'RATE_LIMIT', 'INSUFFICIENT_SCOPES', 'STALE_DATA', 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN'],
  ...[
    'CERTIFICATE_ERROR',
    'TIMESTAMP_ERROR',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_FOLDED',
    'BLOCK_LITERAL',
  ],
  ...['ALIAS_PROPS', 'BAD_ALIAS', 'BAD_COLLECTION_TYPE', 'BAD_DIRECTIVE', 'BAD_INDENT', 'BAD_PROP_ORDER'],
  ...['BAD_SCALAR_START', 'MULTIPLE_ANCHORS', 'MULTIPLE_TAGS', 'TAB_AS_INDENT', 'TAG_RESOLVE_FAILED'],
]);
