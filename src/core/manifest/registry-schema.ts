import * as z from 'zod';
import { authSchema } from './auth-schema.ts';
import { wording } from './scalars.ts';

const hostSchema = () =>
  z
    .string()
    .max(255)
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/)
    .register(wording, { expected: 'a host in lower case, with a port if need be, like registry.acme.dev' });

const registrySchema = () =>
  z
    .strictObject({
      auth: authSchema().optional().meta({ description: 'How the registry knows us. Default: not at all.' }),
      tokenHosts: z.array(hostSchema()).min(1).max(10).optional().meta({
        description:
          'Other hosts that may hand out tokens for this registry, e.g. auth.docker.io. Default: only the registry itself.',
      }),
      insecure: z
        .literal(true)
        .optional()
        .meta({ description: 'Plain http, for a registry within a cluster.' }),
    })
    .meta({ description: 'A registry that trusted runs may ask whether an artifact is there.' });

/** The registries that may be asked, by host. No other one ever is. */
export const registriesSchema = () =>
  z
    .record(hostSchema(), registrySchema())
    .refine((registries) => Object.keys(registries).length <= 50, {
      error: 'must name at most 50 registries',
    })
    .register(wording, { expected: 'a map of registries by host, such as registry.acme.dev: {}' })
    .meta({ description: 'OCI registries that advance and rollback ask whether an artifact is there.' });

/** How one registry is asked. */
export type RegistrySpec = z.output<ReturnType<typeof registrySchema>>;
