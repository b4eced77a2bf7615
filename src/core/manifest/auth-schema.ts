import * as z from 'zod';
import { wording } from './scalars.ts';

/** Name of a variable that holds a secret. */
export const envNameSchema = (description: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .register(wording, {
      expected: 'the name of an environment variable, like PROMETHEUS_TOKEN',
      isPrivate: true,
    })
    .meta({ description });

/** How a server knows us: by variables of the environment, never by a value in a file. */
export const authSchema = () =>
  z.discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('bearer').meta({ description: 'A bearer token.' }),
        tokenEnv: envNameSchema('Environment variable that holds the token.'),
      })
      .meta({ description: 'A bearer token.' }),
    z
      .strictObject({
        kind: z.literal('basic').meta({ description: 'User name and password.' }),
        usernameEnv: envNameSchema('Environment variable that holds the user name.'),
        passwordEnv: envNameSchema('Environment variable that holds the password.'),
      })
      .meta({ description: 'User name and password.' }),
  ]);

/** Where credentials come from. */
export type AuthSpec = z.output<ReturnType<typeof authSchema>>;
