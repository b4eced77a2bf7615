/** A plain value, as JSON has it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** A value as JSON has it: what is undefined is not there. */
export function toPlain(value: unknown): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}

/** The same of an object. */
export function toPlainRecord(value: object): { readonly [key: string]: Plain } {
  return toPlain(value) as { readonly [key: string]: Plain };
}
