import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { OPTIONS, readLine, usage } from './read-line.ts';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

/** What `npm run sim` prints, and how it ends. */
async function runSim(...args: readonly string[]) {
  try {
    const node = ['--import', import.meta.resolve('tsx'), CLI, ...args];
    return { code: 0, ...(await promisify(execFile)(process.execPath, node)) };
  } catch (fault) {
    return fault as { readonly code: number; readonly stdout: string; readonly stderr: string };
  }
}

describe('the line of npm run sim', () => {
  it.each([
    ['--seeds', '0'],
    ['--from', '0'],
    ['--replay', '0'],
    ['--stop', '0'],
    ['--minutes', '0'],
    ['--processes', '0'],
    ['--seeds', '-3'],
    ['--seeds', 'ten'],
    ['--seed', '7'],
  ])('is refused with %s %s, for nothing would be played', (name, value) => {
    expect(readLine([`${name}=${value}`])).toMatchObject({ kind: 'refused' });
  });

  it('is read with what is usual for what is not said', () => {
    const line = readLine(['--seeds', '30', '--drills', '--only', 'pause']);
    if (line.kind === 'refused') expect.fail(line.why);
    expect([line.count('seeds', 200), line.count('from', 1)]).toEqual([30, 1]);
    expect([line.has('drills'), line.has('planted'), line.words]).toEqual([true, false, 'pause']);
  });

  it('is explained by --help, a line for each option', async () => {
    expect(await runSim('--help')).toEqual({ code: 0, stdout: `${usage()}\n`, stderr: '' });
    for (const name of Object.keys(OPTIONS)) expect(usage()).toMatch(new RegExp(`^  --${name}\\b`, 'm'));
    expect(usage()).not.toContain('--serve');
  });

  it.each([[['--seeds', '0']], [['--planted', '--only', 'never written']]])(
    'ends with the usage and exit code 2 when it is refused: %j',
    async (args) => {
      const { code, stdout, stderr } = await runSim(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(usage());
    },
  );

  it('says first how many planted bugs are hunted', async () => {
    const { stderr } = await runSim('--planted', '--only', 'unproven passes', '--seeds', '1');
    expect(stderr).toMatch(/^planted bugs to hunt: 1, /);
  });
});
