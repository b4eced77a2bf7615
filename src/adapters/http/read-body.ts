/** Most bytes of an answer that are read, after decompression: 1 MiB. */
export const MAX_BODY = 1_048_576;

/** What came of reading a body. `broken` carries what the stream threw. */
export type Body =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken'; readonly error: unknown };

/** Reads a whole body and hangs up as soon as it is longer than `MAX_BODY`. */
export async function readBody(response: Pick<Response, 'body'>): Promise<Body> {
  if (response.body === null) return { kind: 'bytes', bytes: Buffer.alloc(0) };
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Leaving the loop early cancels the stream, which closes the connection.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > MAX_BODY) return { kind: 'too-large' };
      chunks.push(chunk);
    }
  } catch (error) {
    return { kind: 'broken', error };
  }
  return { kind: 'bytes', bytes: Buffer.concat(chunks) };
}

/** Bytes as UTF-8; undefined when they are not. */
export function decodeBody(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
