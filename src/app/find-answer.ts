import type { FileEdit } from '../core/change/change.ts';
import { ToolError } from '../core/errors.ts';
import { readRecord } from '../core/record/record-file.ts';
import type { Forge, ForgeState, PullRequest } from '../ports/forge.ts';
import type { Earlier, Proposal } from './propose.ts';
import { readRecords, recordIn } from './read-change.ts';
import type { World } from './world.ts';

/** How many of a proposal's pull requests are looked at for what a person said of this change. */
const MAX_ANSWERS = 5;

/**
 * The pull request of this very change that was merged, or that a person closed, if only under an earlier name. No answer is one that
 * Belay closed itself, as out of date, for the same change may be due again, as when an edit was taken back; nor one to which somebody
 * pushed, for Belay asks for it to be closed then; nor one before a rollback that is open, for that is the newer word.
 */
export async function findAnswer(
  { forge, log }: World,
  proposal: Proposal,
  state: ForgeState,
): Promise<PullRequest | undefined> {
  const { change, branch, earlier = [] } = proposal;
  const { path } = recordIn(change.files);
  const names = [{ branch, operation: change.operation, record: path }, ...earlier];
  const answers = [...state.pulls, ...state.earlier].filter(
    (pull) => pull.state === 'merged' || isNo(proposal, state, pull),
  );
  for (const pull of answers.slice(0, MAX_ANSWERS)) {
    const name = names.find((one) => one.branch === pull.branch);
    if (!name) continue;
    const files = change.files.map((edit) => (edit.path === path ? { ...edit, path: name.record } : edit));
    try {
      if (await isThis(forge, { pull, files, name })) return pull;
    } catch (fault) {
      if (pull.branch === branch || !isLost(fault)) throw fault;
      log.warn(`what #${pull.number} held cannot be read, so it does not count: ${fault.message}`);
    }
  }
  return undefined;
}

/** What cannot be read now is read by the next run; what cannot be read at all, under a name of before, is no certain word. */
function isLost(fault: unknown): fault is ToolError {
  return fault instanceof ToolError && (fault.code === 'CORRUPT' || fault.code === 'REFUSED');
}

/** Whether a pull request brought this change, under its own name or an earlier one, and nothing else since. */
async function isThis(
  forge: Forge,
  {
    pull,
    files,
    name,
  }: {
    readonly pull: PullRequest;
    readonly files: readonly FileEdit[];
    readonly name: Earlier;
  },
): Promise<boolean> {
  const records = await readRecords(forge, files, pull.head);
  // what a drill brings is named by its id, in its files or in their place
  if (records?.size === 0) return true;
  const text = records?.get(name.record);
  if (text === undefined || readRecord(name.record, text)?.operation !== name.operation) return false;
  return pull.state === 'merged' || (await isHead(forge, pull, name.record));
}

function isNo({ family, whenClosed }: Proposal, { siblings }: ForgeState, pull: PullRequest): boolean {
  if (pull.state !== 'closed' || pull.withdrawn || whenClosed === undefined) return false;
  return !siblings.some(
    (open) => open.number > pull.number && isOurs(open) && open.branch.startsWith(family),
  );
}

/** What a stranger opens under a name of Belay's is nobody's word. */
function isOurs({ operation }: ForgeState['siblings'][number]): boolean {
  return operation !== undefined;
}

/** Whether nothing was pushed onto the commit that brought the record. */
async function isHead(forge: Forge, { head }: PullRequest, record: string): Promise<boolean> {
  const [newest] = await forge.history(head, record);
  return newest?.commit === head;
}
