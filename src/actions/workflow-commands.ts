import { appendFileSync } from 'node:fs';
import type { AnnotationPlace, Annotator } from './annotate.ts';

/**
 * What a step says to the runner: commands are lines of its output, outputs and the summary are files. `@actions/core` does the
 * same, and an HTTP client besides, which made up half of the start of a tick.
 * Source: docs.github.com, Workflow commands for GitHub Actions; escapes as in actions/toolkit, packages/core/src/command.ts.
 */
export interface WorkflowCommands extends Annotator {
  /** Something that is about the run, not about a place in a file. */
  report(level: 'error' | 'warning', message: string): void;
  /** From here on the log shows `***` instead. */
  addMask(secret: string): void;
  /** An output of the step. @throws TypeError for a value that is not one line */
  setOutput(name: string, value: string): void;
  /** Markdown at the end of the job summary. */
  appendSummary(markdown: string): void;
}

export interface RunnerLink {
  readonly stdout: { write(text: string): unknown };
  /** GITHUB_OUTPUT and GITHUB_STEP_SUMMARY name the files; without them nothing is written. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opens the link to the runner. */
export function createWorkflowCommands({ stdout, env }: RunnerLink): WorkflowCommands {
  const issue = (name: string, properties: Readonly<Record<string, string>>, message: string): void => {
    stdout.write(formatCommand(name, properties, message));
  };
  return {
    addMask: (secret) => issue('add-mask', {}, secret),
    error: (message, place) => issue('error', propertiesOf(place), message),
    warning: (message, place) => issue('warning', propertiesOf(place), message),
    report: (level, message) => issue(level, { title: 'Belay' }, message),
    setOutput(name, value) {
      if (/[\r\n]/.test(value)) throw new TypeError(`output ${name}: expected one line`);
      if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);
    },
    appendSummary(markdown) {
      if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${markdown}\n`);
    },
  };
}

function propertiesOf({
  title,
  file,
  startLine,
  startColumn,
}: AnnotationPlace): Readonly<Record<string, string>> {
  return { title, file, line: String(startLine), col: String(startColumn) };
}

/** `::name key=value,key=value::message`, with whatever could end a part of it escaped. */
function formatCommand(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${list.length > 0 ? ` ${list.join(',')}` : ''}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
