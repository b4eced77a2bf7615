import { describe, expect, it } from 'vitest';
import { hunt } from './campaign.ts';
import { PLANTED } from './planted.ts';
import { buildSystem } from './system.ts';

/** Seeds, each with the bugs that it is the first to show, would say less: any seed may find any bug. */
const WITHIN = 2_000;
/** Test files run side by side, and the bugs of one file one after the other. */
const FILES = 2;

/** Every planted bug is found: this file's share of them. */
export function describePlanted(file: number): void {
  describe('a planted bug is found', () => {
    it.each(PLANTED.filter((_, index) => index % FILES === file - 1))(
      '$name',
      async ({ mutations, drills }) => {
        const found = await hunt(await buildSystem({ mutations }), { from: 1, count: WITHIN, drills });
        expect(found).toBeDefined();
      },
      900_000,
    );
  });
}
