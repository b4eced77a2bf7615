import * as z from 'zod';
import { Label, Name, RepoPath } from './scalars.ts';

const targetBase = () => ({
  file: RepoPath.meta({ description: 'The file of the serving system in this repository.' }),
  namespace: Name.optional().meta({ description: 'Only a resource in this namespace.' }),
});

const gatewayApiSchema = () =>
  z
    .strictObject({
      ...targetBase(),
      kind: z.literal('gateway-api').meta({ description: 'A Gateway API HTTPRoute.' }),
      route: Label.meta({ description: 'Name of the HTTPRoute.' }),
      rule: Label.optional().meta({
        description: 'Name of the rule, when several rules route to the backends.',
      }),
    })
    .meta({ description: 'The weights of a Gateway API HTTPRoute.' });

const kserveSchema = () =>
  z
    .strictObject({
      ...targetBase(),
      kind: z.literal('kserve').meta({ description: 'A KServe InferenceService.' }),
      service: Label.meta({ description: 'Name of the InferenceService.' }),
      mode: z.enum(['knative', 'standard']).meta({
        description:
          'knative: canaryTrafficPercent and storageUri of the predictor. standard: the entries of spec.canary.',
      }),
      artifact: Name.optional().meta({ description: 'Which artifact the storage URI names. Default model.' }),
    })
    .meta({ description: 'The traffic split of a KServe InferenceService.' });

/** A resource of a serving system whose traffic split follows the manifest. */
export const targetSchema = () => z.discriminatedUnion('kind', [gatewayApiSchema(), kserveSchema()]);
