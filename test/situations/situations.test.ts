import { describe, expect, it } from 'vitest';
import { holdToLaws } from '../app/bench.ts';
import { LEFT_OUT } from './left-out.ts';
import { SITUATIONS } from './situations.ts';
import { tell } from './tell.ts';

holdToLaws();

describe.each([...new Set(SITUATIONS.map(({ id }) => id))])('%s', (id) => {
  it.each(SITUATIONS.filter((situation) => situation.id === id).map((one) => [one.title, one] as const))(
    '%s',
    (_, situation) => tell(situation),
  );
});

describe('the table', () => {
  it('has every situation, told here or left out with its reason', () => {
    const all = Array.from({ length: 34 }, (_, index) => `REL-${String(index + 1).padStart(2, '0')}`);
    const toldHere = new Set<string>(SITUATIONS.map(({ id }) => id));
    console.log(
      all
        .map((id) => [toldHere.has(id) ? 'told' : 'left out', LEFT_OUT[id] ? `without: ${LEFT_OUT[id]}` : ''])
        .map(([how, why], index) => `${all[index]}  ${String(how).padEnd(9)} ${why}`)
        .join('\n'),
    );
    expect(all.filter((id) => !toldHere.has(id) && LEFT_OUT[id] === undefined)).toEqual([]);
  });
});
