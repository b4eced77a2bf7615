import * as z from 'zod';
import { Duration, Query, Ratio } from '../scalars.ts';
import { checkBase, declaredDispersion, readingBase } from './base-schema.ts';

/** Whether traffic is split as declared. */
export const splitSchema = () =>
  z
    .strictObject({
      ...checkBase(),
      kind: z.literal('split').meta({
        description:
          'Whether the candidate gets the share of traffic that is declared. It holds and never rolls back.',
      }),
      total: Query.meta({ description: 'How much traffic one version got in {{window}}.' }),
      tolerance: Ratio.optional().meta({
        description:
          'How far the share may be off, relative to it: 10% lets 5% be 4.5% to 5.5%. Default 10%.',
      }),
      settle: Duration.optional().meta({
        description:
          'How long the serving system takes to follow a new weight; not looked at so long. Default 10m.',
      }),
      onFail: z.literal('hold').optional().meta({
        description: 'Always hold: an uneven split says nothing about the candidate.',
      }),
      ...readingBase(),
      dispersion: declaredDispersion(),
    })
    .meta({ description: 'Is traffic split as declared? If not, nothing that is compared can be trusted.' });
