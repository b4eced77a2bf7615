import type { Absence } from '../../core/analysis/observation.ts';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import { absent } from '../http/absent.ts';

/** What an answer with another status than 200 says. `said` is the server's own text, masked, when it gave one. */
export function explainStatus(given: {
  readonly status: number;
  readonly host: string;
  readonly said: string | undefined;
}): Absence {
  const { status, host } = given;
  const said = given.said === undefined ? '' : ` (${given.said})`;
  if (status >= 500) return absent('server-error', `${host} failed with HTTP ${status}${said}`);
  if (status >= 400) return absent('refused', `${host} refused with HTTP ${status}${said}${hint(status)}`);
  return absent('bad-response', `${host} answered with HTTP ${status}, expected 200; check the url`);
}

function hint(status: number): string {
  if (status === 401 || status === 403) return `; check auth and tenant of the provider in ${CONFIG_PATH}`;
  if (status === 404 || status === 405) return `; check the url of the provider in ${CONFIG_PATH}`;
  if (status === 429) return '; too many queries';
  return '; check the query';
}
