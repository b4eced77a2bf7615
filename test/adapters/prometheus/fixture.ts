import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { MetricsRequest } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';

const FOLDER = new URL('../../fixtures/http/prometheus/', import.meta.url);

/** One recorded or documented answer, see the README beside the files. */
export interface Exchange {
  readonly source: string;
  readonly request: { readonly path: string; readonly form: Readonly<Record<string, string>> };
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export function readExchange(name: string): Exchange {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Exchange;
}

/** Names of all exchanges, without `.json`. */
export function listExchanges(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** The question that an exchange answers. */
export function requestOf({ request: { path, form } }: Exchange): MetricsRequest {
  const at = (key: string) => instant(Math.round(Number(form[key]) * 1000));
  if (path === '/api/v1/query') return { kind: 'instant', query: form.query!, at: at('time') };
  return {
    kind: 'range',
    query: form.query!,
    grid: { first: at('start'), last: at('end'), step: millis(Number(form.step) * 1000) },
  };
}

export function send(response: ServerResponse, exchange: Exchange): void {
  response.writeHead(exchange.status, { 'content-type': exchange.contentType }).end(exchange.body);
}
