import * as z from 'zod';
import { FLOOR_BRAKES, TIER_BRAKES } from './brake.ts';
import { checkSchema } from './check-schema.ts';
import { freezeSchema } from './freeze-schema.ts';
import type { CheckSpec } from './release-schema.ts';
import { Duration, ErrorRate, Name, Owner, Weight, wording } from './scalars.ts';
import { isTimeZone } from './time-zone.ts';

/** The part of the config that says how careful a rollout must be, whatever its manifest says. */

/** Every kind of check that a manifest can ask for. */
const kindsOfChecks = () => checkSchema().options.map(({ shape }) => shape.kind.value);
type Kind = CheckSpec['kind'];
const kindSchema = () => z.enum(kindsOfChecks());

/** Kinds of checks that say themselves how hard they brake; a split always holds. */
type Braking = Exclude<Kind, 'split' | 'threshold'>;

type BrakeSchema = z.ZodOptional<ReturnType<typeof brakeSchema>>;

function brakesByKind(): Readonly<Record<Braking, BrakeSchema>> {
  const kinds = kindsOfChecks().filter((kind) => kind !== 'split' && kind !== 'threshold');
  const described = kinds.map((kind) => [
    kind,
    brakeSchema()
      .optional()
      .meta({ description: `How hard checks of kind ${kind} brake.` }),
  ]);
  return Object.fromEntries(described) as Record<Braking, BrakeSchema>;
}

const peopleSchema = () =>
  z.array(Owner).min(1).max(50).register(wording, { expected: 'a list of GitHub logins and teams' });

const rolesSchema = () =>
  z.strictObject({
    approve: peopleSchema().optional().meta({
      description: 'Who may approve a step, pause and resume. Default: the owners of the release.',
    }),
    override: peopleSchema()
      .optional()
      .meta({ description: 'Who may own an override. Default: the owners of the release.' }),
    rollback: peopleSchema().optional().meta({
      description: 'Who may roll back by a command, and pause. Default: the owners of the release.',
    }),
    unquarantine: peopleSchema().optional().meta({
      description: 'Who may lift a quarantine. Default: the owners of the release.',
    }),
  });

/** A fixed bound has no `onFail` that a tier could say for it. */
const boundBrakeSchema = () =>
  z
    .strictObject({
      atLeast: z.enum(FLOOR_BRAKES).meta({
        description:
          'No such check brakes more gently: rollback (which fallback keeps as well), step-down, reduce, pause or hold.',
      }),
    })
    .register(wording, { expected: 'a map like {atLeast: step-down}' });

const brakeSchema = () =>
  z
    .strictObject({
      ...boundBrakeSchema().partial().shape,
      default: z.enum(TIER_BRAKES).optional().meta({
        description:
          'The onFail of such checks that name none. Default: as rollback.mode of the release says.',
      }),
    })
    .refine((brake) => brake.atLeast !== undefined || brake.default !== undefined, {
      error: 'must say default, atLeast or both',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a map like {default: reduce} or {atLeast: reduce}' });

const tierSchema = () =>
  z
    .strictObject({
      firstWeight: Weight.optional().meta({ description: 'The first step is at most this, in percent.' }),
      hold: Duration.optional().meta({ description: 'Each step holds at least this long.' }),
      bake: Duration.optional().meta({ description: 'The last step, at 100, holds at least this long.' }),
      weightPerHour: z.number().positive().max(100_000).optional().meta({
        description:
          'Percent points: from one step to the next the weight rises by at most so many for each hour that the step before is held.',
      }),
      samples: z.number().int().positive().max(1_000_000_000).optional().meta({
        description:
          'So many events of the candidate each required check that counts must have seen in a step before it is left.',
      }),
      falseRollbackRate: ErrorRate.optional().meta({
        description: 'health.falseRollbackRate is at most this.',
      }),
      minFalseRollbackRate: ErrorRate.optional().meta({
        description:
          'health.falseRollbackRate is at least this: near 0 hardly anything would be proven harmful.',
      }),
      falseAdvanceRate: ErrorRate.optional().meta({
        description: 'health.falseAdvanceRate is at most this.',
      }),
      checks: z
        .array(kindSchema())
        .min(1)
        .max(30)
        .optional()
        .register(wording, { expected: 'a list of kinds of checks' })
        .meta({
          description: 'There is a required check of each of these kinds, or one that is asked as that kind.',
        }),
      brakes: z
        .strictObject({
          ...brakesByKind(),
          threshold: boundBrakeSchema().optional().meta({ description: 'How hard fixed bounds brake.' }),
        })
        .refine((brakes) => Object.keys(brakes).length > 0, {
          error: 'must name at least one kind of check',
          params: { code: 'VALUE_INCOMPLETE' },
        })
        .register(wording, { expected: 'a map of kinds of checks, such as errors: {atLeast: rollback}' })
        .optional()
        .meta({
          description: 'How hard checks of each of these kinds brake, or those that are asked as that kind.',
        }),
      approval: Weight.optional().meta({
        description: 'Steps from this weight on have approval: required, in percent.',
      }),
      providers: z.number().int().min(1).max(20).optional().meta({
        description: 'The required checks ask at least so many providers.',
      }),
      provenance: z
        .array(z.enum(['code', 'data', 'run', 'seed']))
        .min(1)
        .max(4)
        .optional()
        .register(wording, { expected: 'a list of code, data, run and seed' })
        .meta({ description: 'What the provenance of a candidate names.' }),
      contract: z.literal('required').optional().meta({
        description: 'A candidate names the schemas of what it takes and gives.',
      }),
      runbook: Duration.optional().meta({
        description:
          'metadata.runbook is there, and has a line "reviewed: 2026-11-30" that is not older than this.',
      }),
      drill: Duration.optional().meta({
        description:
          'validate warns when no drill of a healthy rollback has passed for longer than this, like 90d. Default: drill.every.',
      }),
      summary: z.literal('required').optional().meta({ description: 'A candidate says what is new in it.' }),
      roles: rolesSchema().optional().meta({
        description:
          'Who may do what with the releases of this tier, in the place of the roles of the config.',
      }),
    })
    .meta({ description: 'What the manifests of a tier may not undercut. Absent: no floor.' });

/** The keys of the policy, all optional. */
export const policyShape = () => ({
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'must be a time zone of the IANA database, like Europe/Berlin' })
    .register(wording, { expected: 'a time zone like Europe/Berlin' })
    .optional()
    .meta({ description: 'Time zone of the freezes and of the times printed about them. Default UTC.' }),
  tiers: z
    .record(Name, tierSchema())
    .refine((tiers) => Object.keys(tiers).length > 0, {
      error: 'must name at least one tier',
      params: { code: 'VALUE_INCOMPLETE' },
    })
    .register(wording, { expected: 'a map of tiers by name, such as high: {firstWeight: 5, bake: 4h}' })
    .optional()
    .meta({ description: 'Floors by name; spec.tier of a manifest names its own.' }),
  defaultTier: Name.optional().meta({
    description: 'The tier of manifests without spec.tier. Default: they are refused when there are tiers.',
  }),
  freezes: z
    .array(freezeSchema())
    .max(100)
    .register(wording, { expected: 'a list of freezes' })
    .optional()
    .meta({ description: 'Times in which nothing starts, advances or is promoted.' }),
  roles: rolesSchema().optional().meta({ description: 'Who may do what: GitHub logins and teams.' }),
  commands: z
    .strictObject({
      issue: z.number().int().positive().optional().meta({
        description:
          'Number of an issue whose comments are read for commands, too. Default: those of pull requests alone.',
      }),
    })
    .optional()
    .meta({ description: 'Where people give commands.' }),
  overrides: z
    .strictObject({
      maxDuration: Duration.optional().meta({
        description: 'An override is in force for at most this long before its end. Default 366d.',
      }),
    })
    .optional()
    .meta({
      description: 'What overrides are held to: waivers of freeze, weight-per-hour, samples and tier.',
    }),
});

/** What a tier says of the brake of a kind of check. */
export type BrakeFloor = NonNullable<NonNullable<TierSpec['brakes']>[keyof NonNullable<TierSpec['brakes']>]>;
/** The floor of a tier, as read. */
export type TierSpec = z.output<ReturnType<typeof tierSchema>>;
