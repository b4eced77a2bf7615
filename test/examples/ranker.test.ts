import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** Every command of the example's README prints what the README says; BELAY_UPDATE_GOLDEN=1 writes it there. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = join(ROOT, 'examples/ranker/README.md');
const PAGE = readFileSync(README, 'utf8');
const BLOCK = /```console\n([\s\S]*?)```/g;
const place = mkdtempSync(join(tmpdir(), 'belay-ranker-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Command {
  readonly line: string;
  readonly shown: string;
}

const blocks = [...PAGE.matchAll(BLOCK)].map(([, text = '']) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part): Command => {
      const end = part.indexOf('\n');
      return { line: part.slice(0, end), shown: part.slice(end + 1) };
    }),
);
const commands = blocks.flat();
const printed = new Map<string, string>();

function run(line: string): string {
  const known = printed.get(line);
  if (known !== undefined) return known;
  const here = line.replaceAll('/tmp/ranker-', `${place}/`);
  const env = { ...process.env, GITHUB_ACTIONS: '', GITHUB_EVENT_NAME: '', GITHUB_ACTOR: '' };
  const { stdout, stderr } = spawnSync('bash', ['-c', here], { cwd: ROOT, env, encoding: 'utf8' });
  const said = (stdout + (/\.mjs/.test(line) || stdout === '' ? stderr : '')).replaceAll(
    `${place}/`,
    '/tmp/ranker-',
  );
  printed.set(line, said);
  return said;
}

/** Names of commits hold who ran it; a drill takes its own time, and has a name of its own. */
function comparable({ line, shown }: Command): string {
  const same = shown
    .replace(/\b[0-9a-f]{7}\b/g, 'a commit')
    .replace(/drill-\d{8}T\d{6,9}Z-[0-9a-f]{4}/g, 'drill-now');
  if (!line.includes(' drill ')) return same;
  return same.replace(/ +\d+\.\d{3} s(?=$|,)/gm, ' some s').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now');
}

const drills = commands.filter(({ line }) => line.includes(' drill '));

/** Milliseconds that the lines of a drill's table say. */
const lengthsIn = (out: string) =>
  [...out.matchAll(/^ {2}\S.* {2,}(\d+)\.(\d{3}) s$/gm)].map(
    ([, whole, part]) => Number(whole) * 1000 + Number(part),
  );

describe('examples/ranker/README.md', () => {
  it.each(commands)('prints what it says: $line', ({ line, shown }) => {
    const said = run(line);
    if (process.env.BELAY_UPDATE_GOLDEN) return;
    expect(comparable({ line, shown: said })).toBe(comparable({ line, shown }));
  });

  it.each(drills)('has phases that add up: $line', ({ line, shown }) => {
    for (const out of [run(line), ...(process.env.BELAY_UPDATE_GOLDEN ? [] : [shown])]) {
      const lengths = lengthsIn(out);
      expect(lengths.length).toBeGreaterThan(8);
      expect(lengths.slice(0, -1).reduce((sum, length) => sum + length, 0)).toBe(lengths.at(-1));
    }
  });

  it('shows drills that pass, and one that fails and says what to fix', () => {
    const results = drills.map(({ line }) => /: (passed|failed),/.exec(run(line))?.[1]);
    expect(results).toEqual(['passed', 'passed', 'failed']);
    expect(run(drills.at(-1)?.line ?? '')).toMatch(/NOBODY_NAMED: .*; add metadata\.owners/);
  });

  it('is up to date', () => {
    if (!process.env.BELAY_UPDATE_GOLDEN) return;
    const page = PAGE.replace(BLOCK, (_, text: string) => {
      const lines = [...text.matchAll(/^\$ (.*)$/gm)].map(([, line = '']) => `$ ${line}\n${run(line)}`);
      return `\`\`\`console\n${lines.join('')}\`\`\``;
    });
    writeFileSync(README, page);
  });
});
