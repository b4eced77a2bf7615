import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../../src/cli/run-cli.ts';
import { GRID } from '../../bench/decisions/grid.ts';
import { RARER } from '../../bench/decisions/rarer.ts';
import { SAFE } from '../../bench/decisions/safe.ts';
import { type Run, type Section, writeMeasure } from '../../bench/decisions/section.ts';
import { STOPPED } from '../../bench/decisions/stopped.ts';
import { STRESS } from '../../bench/decisions/stress.ts';
import { table } from '../../bench/decisions/summary.ts';
import { CELL, falseRollbackRows, RUNS } from './healthy-days.ts';
import { replayRecording, runOverRecording, STORIES, type Story } from './recorded-rollouts.ts';

/**
 * The figures of a page of docs/deciding: between `<!-- command: … -->` and `<!-- /command -->` stand the command and what it prints.
 * Whatever a reader can copy was run; what the page shows is what came out.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BLOCK = /<!-- command: (.+?) -->\n[\s\S]*?<!-- \/command -->/g;
const SECTIONS: readonly Section[] = [GRID, RARER, SAFE, STOPPED, STRESS];
const USUAL_RUNS = 150;

/** The page with its figures printed anew. */
export async function fillPage(page: string): Promise<string> {
  const printed = new Map<string, string>();
  for (const [, command = ''] of page.matchAll(BLOCK)) printed.set(command, await print(command));
  return page.replace(BLOCK, (_, command: string) => {
    const output = printed.get(command) ?? '';
    const how = output.startsWith('{') ? 'json' : 'text';
    return `<!-- command: ${command} -->\n\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`${how}\n${output.trimEnd()}\n\`\`\`\n<!-- /command -->`;
  });
}

async function print(command: string): Promise<string> {
  const [, line = '', wanted, last] =
    /^(.*?)(?: \| grep -E "(.+?)")?(?: \| tail -n (\d+))?$/.exec(command) ?? [];
  const lines = (await run(line)).trimEnd().split('\n');
  const chosen = wanted === undefined ? lines : lines.filter((one) => new RegExp(wanted).test(one));
  return chosen.slice(last === undefined ? 0 : -Number(last)).join('\n');
}

async function run(line: string): Promise<string> {
  const [program, first, second, ...rest] = split(line);
  if (program === 'cat' && first !== undefined) return readFileSync(join(ROOT, first), 'utf8');
  if (program === 'node' && first === '-p')
    return execFileSync(process.execPath, ['-p', second ?? ''], { encoding: 'utf8' });
  if (program === 'node' && second === 'judge') return judge(rest);
  if (program === 'node' && second === 'replay') return replayRecording(storyOf(rest));
  if (program === 'node' && second === 'plan') return runOverRecording('healthy', ['plan', ...rest]);
  if (program === 'npm' && rest[0] === 'bench:decisions') return measure(rest);
  throw new Error(`no page can run "${line}": see test/tools/pictures/fill-page.ts`);
}

/** Words at spaces, those in double quotes together. */
function split(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

async function judge(args: readonly string[]): Promise<string> {
  let printed = '';
  const write = (part: string) => (printed += part);
  await runCli(['judge', ...args], { env: {}, cwd: ROOT, stdout: { write }, stderr: { write } });
  return printed;
}

/** The recording that a line replays, by its versions and times. */
function storyOf(args: readonly string[]): Story {
  const story = (['healthy', 'faulty'] as const).find((one) =>
    STORIES[one].every((word) => args.includes(word)),
  );
  if (!story) throw new Error(`no recording is replayed with ${args.join(' ')}`);
  return story;
}

function measure(args: readonly string[]): string {
  const flag = (name: string): string | undefined => {
    const at = args.indexOf(`--${name}`);
    return at === -1 ? undefined : args[at + 1];
  };
  const section = SECTIONS.find(({ name }) => name === flag('section'));
  if (!section) throw new Error(`no page can run the section ${flag('section')}`);
  const given: Run = {
    runs: Number(flag('runs') ?? USUAL_RUNS),
    seed: 1,
    only: flag('only'),
    data: undefined,
  };
  if (section === GRID && given.only === CELL && given.runs === RUNS) return table(falseRollbackRows());
  return section.kind === 'trials'
    ? table(section.rows(given))
    : section.measures(given).map(writeMeasure).join('\n');
}
