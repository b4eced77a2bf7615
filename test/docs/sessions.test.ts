import { describe, expect, it } from 'vitest';
import { runSessions, SESSION_PAGES } from '../tools/run-sessions.ts';
import { readPage } from './pages.ts';

/** A session takes half a minute on an idle machine. */
const TEN_MINUTES = 600_000;

describe('what pages show of their commands', () => {
  it.each(SESSION_PAGES)(
    '%s is what they print in a fresh clone without a network (npm run sessions)',
    (page) => {
      const text = readPage(page);
      expect(runSessions(text)).toBe(text);
    },
    TEN_MINUTES,
  );

  it.each(['README.md', 'docs/workflows.md'])('%s has no command outside of a session', (page) => {
    const outside = readPage(page).replace(/<!-- session -->[\s\S]*?<!-- \/session -->/g, '');
    expect(outside).not.toMatch(/^```(?:sh|bash|console)$/m);
  });

  it('commands that need packages are those that the check of a clean clone runs', () => {
    const check = readPage('.ci/run');
    const named = [...readPage('README.md').matchAll(/\bnpm (?:ci|test|run [\w:]+)/g)].map(
      ([command]) => command,
    );
    expect([...new Set(named)].filter((command) => !check.includes(command))).toEqual([]);
    expect(named).toContain('npm ci');
  });

  it('gives an error instead of an output when a command fails', () => {
    const page = '<!-- session -->\n```sh\nfalse\n```\n\n```text\n```\n<!-- /session -->\n';
    expect(() => runSessions(page)).toThrow(/Command failed/);
  });
});
