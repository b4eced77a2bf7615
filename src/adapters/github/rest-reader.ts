import { ToolError } from '../../core/errors.ts';
import { millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import { connect, type Endpoint, type HttpAnswer } from './connect.ts';
import { createMask, type Mask, oneLine } from './mask.ts';
import { isRecord } from './reply.ts';

export interface RestOptions extends Endpoint {
  readonly clock: Clock;
  /** What the token must be able to do, as workflows write it. */
  readonly needs: string;
  /** Gives the end of one request, from now; default after 15 s (GitHub itself gives up after 10). */
  readonly deadline?: () => AbortSignal;
}

/** Reads what GraphQL does not have. */
export interface RestReader {
  /** The JSON at a path below the API's address. @throws ToolError */
  read(path: string): Promise<unknown>;
}

const PAUSES = [millis(1_000), millis(4_000)] as const;

/** Repeats what failed by the way, and says of everything else what to do. */
export function createRestReader(options: RestOptions): RestReader {
  const send = connect(options);
  const mask = createMask(options.token);
  const deadline = options.deadline ?? (() => AbortSignal.timeout(15_000));
  return {
    async read(path) {
      let reason = '';
      for (const pause of [...PAUSES, undefined]) {
        const answer = await send({ method: 'GET', path }, deadline()).catch((error: unknown) =>
          describeBreak(error, mask),
        );
        if (typeof answer !== 'string' && answer.status === 200 && isRecord(answer.data)) return answer.data;
        const passing = typeof answer === 'string' ? answer : passingFault(answer);
        if (passing === undefined) throw refusal(answer as HttpAnswer, { needs: options.needs, mask });
        reason = passing;
        if (pause !== undefined) await options.clock.sleep(pause);
      }
      throw new ToolError({
        code: 'FORGE_UNAVAILABLE',
        message: `GitHub: could not be read in ${PAUSES.length + 1} attempts: ${reason}. The next run will try again`,
      });
    },
  };
}

function describeBreak(error: unknown, mask: Mask): string {
  return oneLine(mask(error instanceof Error ? error.message : 'no answer'));
}

/** What may be otherwise the next time: 5xx, and a 200 that is not JSON; undefined for everything else. */
function passingFault({ status }: HttpAnswer): string | undefined {
  if (status === 200) return 'HTTP 200 with a body that is not JSON';
  return status >= 500 ? `HTTP ${status}` : undefined;
}

function refusal(
  { status, headers, data }: HttpAnswer,
  { needs, mask }: { readonly needs: string; readonly mask: Mask },
): ToolError {
  const said =
    isRecord(data) && typeof data.message === 'string' ? oneLine(mask(data.message)) : `HTTP ${status}`;
  if (status === 401)
    return new ToolError({
      code: 'UNAUTHORISED',
      message: `GitHub: the token was rejected (401): ${said}. It is wrong, expired or revoked: pass a valid one`,
    });
  const isLimited =
    status === 429 ||
    (status === 403 &&
      (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining']?.toString() === '0'));
  if (isLimited)
    return new ToolError({
      code: 'RATE_LIMITED',
      message: `GitHub: asks to wait: ${said}. The next run will try again`,
    });
  return new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: may not be read with this token (${status}): ${said}. It needs ${needs}`,
  });
}
