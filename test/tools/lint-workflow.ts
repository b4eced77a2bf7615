import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';
import { convertActionTemplate } from '@actions/workflow-parser/actions/action-template';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: unknown; readonly uses?: string; readonly steps?: readonly Step[] }
    >
  >;
}

interface Action {
  readonly runs: { readonly steps?: readonly Step[] };
}

/** Actions of this repository, which say how to pin themselves beside the line. */
const OWN = /^(?:belay-dev\/belay\/|\.\/)/;
const PINNED = /^[^@\s]+@[0-9a-f]{40}$/;

/** What is wrong with a workflow file, or with one shown in a text: empty when nothing is. */
export async function lintWorkflow(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const parsed = [
    ...context.errors.getErrors().map((error) => error.message),
    ...(template?.errors ?? []).map(messageOf),
  ];
  if (parsed.length > 0) return [...new Set(parsed)];
  const workflow = parse(content) as Workflow;
  const jobs = Object.values(workflow.jobs);
  return [
    ...lintEvents(workflow.on),
    ...lintPermissions(workflow, content),
    ...lintSteps(
      jobs.flatMap((job) => [...(job.steps ?? []), ...(job.uses === undefined ? [] : [{ uses: job.uses }])]),
      content,
    ),
  ];
}

/** The same for an action.yml. */
export function lintAction(name: string, content: string): readonly string[] {
  const { context, value } = parseAction({ name, content }, new NoOperationTraceWriter());
  if (value) convertActionTemplate(context, value);
  const parsed = context.errors.getErrors().map((error) => error.message);
  if (parsed.length > 0) return parsed;
  return lintSteps((parse(content) as Action).runs.steps ?? [], content);
}

function messageOf(error: { readonly Message?: string }): string {
  return error.Message ?? String(error);
}

/** Code of strangers with the rights of the repository. */
function lintEvents(on: unknown): readonly string[] {
  return JSON.stringify(on).includes('pull_request_target') ? ['runs on pull_request_target'] : [];
}

function lintPermissions(workflow: Workflow, content: string): readonly string[] {
  const findings: string[] = [];
  if (!isReadOnly(workflow.permissions)) findings.push('grants more than reading to every job');
  for (const [name, { permissions }] of Object.entries(workflow.jobs)) {
    if (typeof permissions !== 'object' || permissions === null) {
      findings.push(`job ${name} does not say what it may do`);
      continue;
    }
    for (const [permission, access] of Object.entries(permissions))
      if (!new RegExp(`^\\s+${permission}: ${access} +# \\S`, 'm').test(content))
        findings.push(`permission ${permission} of job ${name} has no reason beside it`);
  }
  return findings;
}

function isReadOnly(permissions: unknown): boolean {
  if (permissions === 'read-all') return true;
  if (typeof permissions !== 'object' || permissions === null) return false;
  return Object.values(permissions).every((access) => access === 'read' || access === 'none');
}

function lintSteps(steps: readonly Step[], content: string): readonly string[] {
  const findings: string[] = [];
  for (const { uses, run } of steps) {
    // SEC-01: what is expanded into a script is a part of the script
    if (run?.includes('${{')) findings.push(`refused[SEC-01] ${run.split('\n')[0]}: expression inside run`);
    if (uses === undefined || OWN.test(uses)) continue;
    if (!PINNED.test(uses)) findings.push(`${uses} is not pinned to a commit`);
    else if (!new RegExp(`uses: ${uses} # v\\d+\\.\\d+\\.\\d+$`, 'm').test(content))
      findings.push(`${uses} does not say which version it is`);
  }
  return findings;
}
