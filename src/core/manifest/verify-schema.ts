import * as z from 'zod';
import { RepoPath, wording } from './scalars.ts';

const exactUrl = (description: string) =>
  z
    .string()
    .max(2_000)
    .regex(/^https:\/\/[!-~]+$/)
    .register(wording, { expected: 'a URL that begins with https://, without blanks' })
    .meta({ description });

const identitySchema = () =>
  z
    .strictObject({
      issuer: exactUrl(
        'Who vouched for the signer, e.g. https://token.actions.githubusercontent.com. Compared character by character.',
      ),
      identity: z
        .string()
        .max(2_000)
        .regex(/^(?:https:\/\/[!-~]+|[!-~]+@[!-~]+)$/)
        .register(wording, {
          expected:
            'the whole identity in the certificate: a workflow like https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main, or an e-mail address',
        })
        .meta({
          description:
            'The whole identity in the certificate, e.g. https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main. Compared character by character: it is no pattern.',
        }),
      repository: exactUrl(
        'Repository that ran the workflow, e.g. https://github.com/acme/models. Needed where the workflow is one that others may call too.',
      ).optional(),
    })
    .meta({ description: 'One signer that is trusted.' });

/** Whose signatures count. */
export const verifySchema = () =>
  z
    .strictObject({
      trustRoot: RepoPath.optional().meta({
        description:
          'A sigstore trusted root (JSON): the certificate authorities and logs that identities rest on.',
      }),
      identities: z
        .array(identitySchema())
        .min(1)
        .max(50)
        .optional()
        .meta({ description: 'Signers with a certificate; needs trustRoot.' }),
      keys: z
        .array(RepoPath)
        .min(1)
        .max(20)
        .optional()
        .meta({ description: 'Public keys (PEM) of signers without a certificate.' }),
      required: z.boolean().optional().meta({
        description: 'Whether every artifact must be signed. Default true; false checks only what is signed.',
      }),
    })
    .refine(({ identities, keys }) => identities !== undefined || keys !== undefined, {
      error: 'must say whom to trust: name identities (with trustRoot) or keys',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .refine(({ identities, trustRoot }) => (identities === undefined) === (trustRoot === undefined), {
      error: 'must name trustRoot and identities together: a certificate proves nothing without both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .meta({ description: 'Whose signatures on artifacts count. Without it none is looked at.' });

/** Whose signatures count. */
export type VerifySpec = z.output<ReturnType<typeof verifySchema>>;
/** One signer with a certificate. */
export type SignerIdentity = NonNullable<VerifySpec['identities']>[number];
