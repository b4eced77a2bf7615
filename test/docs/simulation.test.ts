import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../simulation/read-line.ts';
import { readPage } from './pages.ts';

const PAGE = readPage('docs/simulation.md');

describe('docs/simulation.md', () => {
  it('explains each option', () => {
    const explained = [...PAGE.matchAll(/^\| `--([a-z-]+)(?: [A-Z]+)?` \| /gm)].map(([, name]) => name);
    expect(explained).toEqual(Object.keys(OPTIONS));
  });
});
