import { describe, expect, it } from 'vitest';
import { hunt } from './campaign.ts';
import { PLANTED } from './planted.ts';
import { buildSystem } from './system.ts';

/** Seeds, each with the bugs that it is the first to show, would say less: any seed may find any bug. */
const WITHIN = 2_000;

describe('a planted bug is found', () => {
  it.each(PLANTED)(
    '$name',
    async ({ mutations }) => {
      const found = await hunt(await buildSystem({ mutations }), { from: 1, count: WITHIN });
      expect(found).toBeDefined();
    },
    300_000,
  );
});
