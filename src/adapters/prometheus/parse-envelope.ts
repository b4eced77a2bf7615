import type { Absence } from '../../core/analysis/observation.ts';
import { absent } from '../http/absent.ts';
import { type Mask, quote } from '../http/quote.ts';
import type { Labels } from './describe-series.ts';

/** `bad_data: parse error …`: what an error answer says, masked and cut; undefined when the body is no such answer. */
export function parseErrorAnswer(body: string, mask: Mask): string | undefined {
  const answer = parseJson(body);
  if (!isObject(answer) || typeof answer.error !== 'string') return undefined;
  const type = typeof answer.errorType === 'string' ? `${quote(answer.errorType, mask)}: ` : '';
  return type + quote(answer.error, mask);
}

/** From 2.48 to 2.53 the API put info annotations among the warnings. Source: prometheus/prometheus#14135, #14327. */
const INFO = /^PromQL info: /;

/** The data of an answer that worked. */
export type Data = { readonly kind: 'data'; readonly resultType: string; readonly result: unknown };

/**
 * What an answer of the API holds. Total: any text gives data, or an absence (an error answer, warnings, no answer of the API at
 * all).
 */
export function parseEnvelope(body: string, mask: Mask): Data | Absence {
  const answer = parseJson(body);
  if (!isObject(answer)) return badResponse(`a body of ${body.length} characters that is no JSON object`);
  if (answer.status === 'error') {
    const said = parseErrorAnswer(body, mask) ?? 'no reason given';
    return absent('refused', `refused the query: ${said}`);
  }
  if (answer.status !== 'success') return badResponse('a JSON object without "status": "success"');
  const warnings = answer.warnings ?? [];
  if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string'))
    return badResponse('"warnings" that are no list of texts');
  const grave = warnings.filter((warning) => !INFO.test(warning));
  if (grave.length > 0) return warned(grave, mask);
  const data = answer.data;
  if (!isObject(data) || typeof data.resultType !== 'string') return badResponse('no "data.resultType"');
  return { kind: 'data', resultType: data.resultType, result: data.result };
}

function warned(warnings: readonly string[], mask: Mask): Absence {
  const rest = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : '';
  return absent(
    'warnings',
    `answered with a warning, so the result may be partial: ${quote(warnings[0] ?? '', mask)}${rest}`,
  );
}

/** One series of an answer, its samples not yet read. */
export interface Entry {
  readonly labels: Labels;
  readonly entry: Readonly<Record<string, unknown>>;
}

/** The series of a vector or a matrix, whatever their samples are. */
export function parseEntries(result: unknown): readonly Entry[] | Absence {
  if (!Array.isArray(result)) return badResponse('a "data.result" that is no list');
  const series: Entry[] = [];
  for (const entry of result as readonly unknown[]) {
    if (!isObject(entry) || !isLabels(entry.metric)) return badResponse('a series without "metric" labels');
    series.push({ labels: entry.metric, entry });
  }
  return series;
}

/** An answer that no server of the API gives. @param got what it was, text of the server quoted */
export function badResponse(got: string): Absence {
  return absent(
    'bad-response',
    `answered against the protocol of the Prometheus HTTP API: ${got}; check the provider's url`,
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}
