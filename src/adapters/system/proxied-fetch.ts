import type { RequestInit as UndiciInit } from 'undici';
import type { Secrets } from '../../ports/secrets.ts';
import { findProxy } from './find-proxy.ts';

export interface ProxiedFetchOptions {
  /** Where https_proxy, http_proxy and no_proxy are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Learns the password of a proxy. */
  readonly secrets: Secrets;
  /** Told once of each proxy, before anything is sent to it. */
  readonly announce?: (line: string) => void;
}

/**
 * Node's fetch, through the proxy that the environment names for an address. Node's own knows no such variables before 24, and
 * the client that can do it takes 70 ms to load: only who needs a proxy pays for it.
 */
export function createProxiedFetch({ environment, secrets, announce }: ProxiedFetchOptions): typeof fetch {
  const opened = new Map<string, Promise<typeof fetch>>();
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const proxy = findProxy(url, environment);
    if (proxy === undefined) return fetch(input, init);
    let send = opened.get(proxy.href);
    if (send === undefined) {
      if (proxy.password !== '') secrets.add(decodeURIComponent(proxy.password));
      announce?.(`requests to ${url.host} go through the proxy ${proxy.host}, as the environment says`);
      send = openProxy(proxy);
      opened.set(proxy.href, send);
    }
    return (await send)(input, init);
  };
}

/** An address without TLS is asked of the proxy itself, as curl and git do; one with TLS through a tunnel (CONNECT). */
async function openProxy(proxy: URL): Promise<typeof fetch> {
  const undici = await import('undici');
  const dispatcher = new undici.ProxyAgent({ uri: proxy.href, proxyTunnel: false });
  const send = (input: string | URL, init: UndiciInit | undefined) =>
    undici.fetch(input, { ...init, dispatcher });
  // both implement the same standard; only their types are two
  return send as unknown as typeof fetch;
}
