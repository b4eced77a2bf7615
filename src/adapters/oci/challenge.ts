/** What a registry wants before it answers. */
export type Challenge =
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | undefined }
  | { readonly kind: 'basic' };

/**
 * Reads a WWW-Authenticate header; undefined when it asks for nothing that is known here. The scope it names is not read: what
 * is asked for is ours to say.
 * Source: RFC 9110, section 11.6.1; distribution/distribution, docs/content/spec/auth/token.md
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(bearer|basic)\b(.*)$/is.exec((header ?? '').slice(0, 2_000)) ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' };
  const realm = parameter(rest, 'realm');
  return scheme === '' || realm === undefined
    ? undefined
    : { kind: 'bearer', realm, service: parameter(rest, 'service') };
}

function parameter(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|[\\s,])${name}="([^"\\\\]*)"`, 'i').exec(text)?.[1];
}
