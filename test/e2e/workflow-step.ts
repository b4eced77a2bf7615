import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, interpolate } from '../tools/actions-expressions.ts';
import { ROOT } from './root.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

interface WorkflowStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the workflow of the example repository passes to one of our actions, its expressions evaluated. */
export function readWorkflowStep(
  action: 'validate' | 'preflight' | 'advance' | 'rollback' | 'command' | 'watchdog' | 'drill',
  contexts: Contexts,
): { readonly with: Readonly<Record<string, string>>; readonly env: Readonly<Record<string, string>> } {
  const path = join(ROOT, `examples/fraud-scorer/.github/workflows/belay-${action}.yml`);
  const workflow = parse(readFileSync(path, 'utf8')) as Workflow;
  const step = Object.values(workflow.jobs)
    .flatMap((job) => job.steps)
    .find(({ uses }) => uses?.startsWith(`belay-dev/belay/actions/${action}@`));
  if (!step) throw new Error(`${path} uses no actions/${action}`);
  return { with: evaluate(step.with, contexts), env: evaluate(step.env, contexts) };
}

function evaluate(
  texts: Readonly<Record<string, string>> | undefined,
  contexts: Contexts,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([name, text]) => [name, interpolate(String(text), contexts)]),
  );
}
