import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findExamples, readExample } from './example-files.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: { readonly name: string; readonly deployment?: boolean };
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: {
    readonly group: string;
    readonly 'cancel-in-progress': boolean;
    readonly queue?: string;
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

const FILES = findExamples(/\.github\/workflows\/.+\.ya?ml$/);

const workflows = FILES.map(({ path, text }) => {
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  return { path, text, workflow, jobs, steps: jobs.flatMap((job) => job.steps) };
});

describe.each(workflows)('$path', ({ path, text, workflow, jobs, steps }) => {
  it('has no finding of the official workflow parser', async () => {
    const { context, value } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
    const template = value && (await convertWorkflowTemplate(context, value));
    expect(context.errors.getErrors().map((error) => error.message)).toEqual([]);
    expect(template?.errors ?? []).toEqual([]);
    expect(template?.jobs).toHaveLength(jobs.length);
  });

  it('expands no expression inside a script', () => {
    for (const step of steps) expect(step.run ?? '').not.toContain('${{');
  });

  it('grants nothing by default and says of each permission of a job what it is for', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) {
      expect(Object.keys(job.permissions ?? {})).not.toHaveLength(0);
      for (const [name, access] of Object.entries(job.permissions ?? {}))
        expect(text).toMatch(new RegExp(`^ {6}${name}: ${access} # \\S`, 'm'));
    }
  });

  it('checks out the whole history and keeps no credentials', () => {
    const checkouts = steps.filter((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(path.endsWith('belay-watchdog.yml') ? 0 : jobs.length);
    for (const step of checkouts)
      expect(step.with).toMatchObject({ 'fetch-depth': 0, 'persist-credentials': false });
  });

  it('pins actions of others to a commit, with the version beside it', () => {
    const foreign = steps.flatMap(({ uses = '' }) => (uses.startsWith('belay-dev/') ? [] : [uses]));
    for (const uses of foreign.filter((name) => name !== '')) {
      expect(uses).toMatch(/@[0-9a-f]{40}$/);
      expect(text).toMatch(new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+`));
    }
  });

  it('gives an action of Belay only inputs that it has', () => {
    const own = steps.filter((step) => step.uses?.startsWith('belay-dev/'));
    expect(own).toHaveLength(1);
    for (const step of own) {
      const [, name] = /^belay-dev\/belay\/actions\/([a-z]+)@v1$/.exec(step.uses ?? '') ?? [];
      const action = parse(readExample(`../actions/${name}/action.yml`)) as { inputs?: object };
      expect(Object.keys(action.inputs ?? {})).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    }
  });

  it('ends a job that hangs', () => {
    const watches = steps.some((step) => step.with?.['watch-for'] !== undefined);
    // each of the pull requests of a drill may wait for its checks
    const drills = steps.some((step) => step.uses?.includes('/actions/drill@'));
    const most = watches ? 65 : drills ? 30 : 10;
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(most);
  });
});

describe.each(['fraud-scorer', 'kserve'])('%s', (example) => {
  const named = (name: string) => {
    const found = workflows.find(({ path }) => path === `${example}/.github/workflows/belay-${name}.yml`);
    if (!found) throw new Error(`no workflow ${name}`);
    return found;
  };
  const writers = ['advance', 'rollback'].map(named);

  it('never cancels a writer, and a rollback waits behind no tick', () => {
    const groups = writers.map(({ workflow }) => workflow.concurrency.group);
    expect(new Set(groups).size).toBe(2);
    for (const { workflow } of writers) expect(workflow.concurrency['cancel-in-progress']).toBe(false);
    expect(named('rollback').workflow.concurrency).toMatchObject({
      group: expect.stringContaining('release'),
      // without it, the newest run that waits takes the place of the others
      queue: 'max',
    });
  });

  it('writes from the newest default branch, not from the one that the run was made for', () => {
    for (const { steps } of writers) {
      const checkout = steps.find((step) => step.uses?.startsWith('actions/checkout@'));
      expect(checkout?.with?.ref).toBe('main');
    }
  });

  it('keeps secrets in an environment, without a deployment per tick', () => {
    for (const { jobs } of writers)
      expect(jobs.map((job) => job.environment)).toEqual([{ name: 'belay', deployment: false }]);
  });

  it('validates with no secret and no right to write, on pull_request only', () => {
    const { workflow, text, jobs } = named('validate');
    expect(Object.keys(workflow.on)).toEqual(['pull_request']);
    expect(jobs.map((job) => job.permissions)).toEqual([{ contents: 'read' }]);
    expect(text).not.toContain('secrets.');
  });

  it('ticks beside the full hour, on demand and on dispatch; where it watches, another run waits already', () => {
    const watches = named('advance').text.includes('watch-for: 55m');
    expect(named('advance').workflow.on).toEqual({
      schedule: [{ cron: watches ? '7-52/15 * * * *' : '3-58/5 * * * *' }],
      workflow_dispatch: null,
      repository_dispatch: { types: ['belay-advance'] },
    });
  });

  it('asks beside the full hour whether it ticks, and when people do something, since every schedule may stop', () => {
    const { workflow, text, jobs } = named('watchdog');
    expect(workflow.on).toEqual({
      schedule: [{ cron: '41 * * * *' }],
      push: { branches: ['main'] },
      pull_request: { paths: ['releases/**'] },
      workflow_dispatch: null,
    });
    expect(jobs.map((job) => job.permissions)).toEqual([{ actions: 'read' }]);
    expect(text).not.toContain('secrets.');
  });

  it('obeys new comments alone, on main, and holds no word of them', () => {
    const { workflow, text, steps, jobs } = named('command');
    expect(Object.keys(workflow.on)).toEqual(['issue_comment', 'workflow_dispatch']);
    expect(workflow.on.issue_comment).toEqual({ types: ['created'] });
    const words = text.split('\n').filter((line) => line.includes('comment.body'));
    expect(words.map((line) => line.trim())).toEqual([
      "if: github.event_name == 'workflow_dispatch' || contains(github.event.comment.body, '/belay ')",
    ]);
    expect(text).not.toMatch(/author_association|github\.actor|secrets\.(?!BELAY_APP_PRIVATE_KEY)/);
    const checkout = steps.find((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkout?.with?.ref).toBe('main');
    expect(jobs).toHaveLength(1);
    // two orders at once: neither is dropped, and neither waits
    expect(workflow.concurrency.group).toContain('github.run_id');
    expect(workflow.concurrency['cancel-in-progress']).toBe(false);
  });

  it('hands no word of a dispatch on: the action reads the event itself', () => {
    for (const { text } of writers) expect(text).not.toContain('client_payload');
  });

  it('rolls back for people and for alerts', () => {
    const { on } = named('rollback').workflow;
    expect(Object.keys(on).sort()).toEqual(['repository_dispatch', 'workflow_dispatch']);
    const dispatch = on.workflow_dispatch as { inputs: { release: { options: string[] } } };
    const releases = findExamples(new RegExp(`^${example}/releases/`)).map(({ text }) => parse(text));
    expect(dispatch.inputs.release.options).toEqual(releases.map(({ metadata }) => metadata.name));
  });
});
