import { describe, expect, it } from 'vitest';
import { PLANTED } from '../simulation/planted.ts';
import { OPTIONS } from '../simulation/read-line.ts';
import { readPage } from './pages.ts';

const PAGE = readPage('docs/simulation.md');

describe('docs/simulation.md', () => {
  it('explains each option', () => {
    const explained = [...PAGE.matchAll(/^\| `--([a-z-]+)(?: [A-Z]+)?` \| /gm)].map(([, name]) => name);
    expect(explained).toEqual(Object.keys(OPTIONS));
  });

  it('counts the planted bugs as they are, and has each in its table', () => {
    const drills = PLANTED.filter((one) => one.drills).length;
    const told = /^(\d+) of (\d+) found, (\d+) of them in drills/m.exec(PAGE)?.slice(1).map(Number);
    expect(told).toEqual([PLANTED.length, PLANTED.length, drills]);
    const rows = [...PAGE.matchAll(/^\| ([^|]+) \| (?:[A-Z]+(?:-\d+)?) \| \d+ \|$/gm)].map(
      ([, name]) => name,
    );
    expect(rows.sort()).toEqual(PLANTED.map(({ name }) => name).sort());
  });
});
