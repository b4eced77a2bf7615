import { ToolError } from '../../core/errors.ts';

/** Variables of a process by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Address of the proxy through which a URL is reached, by the variables that curl, git and GitHub's runner go by; undefined when it
 * is reached directly. Small letters come first. A machine's own loopback needs no proxy and gets none.
 *
 * `no_proxy` is `*` or a list of hosts with commas between them: `example.com` (and all below it, a dot before it or not),
 * `example.com:8443` for one port alone.
 * @throws ToolError REFUSED when the variable holds no address of an HTTP proxy
 * Source: docs.github.com, Using a proxy server with a runner; actions/toolkit, packages/http-client/src/proxy.ts
 */
export function findProxy(url: URL, environment: Environment): URL | undefined {
  const variable = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const address = read(environment, variable);
  if (address === '' || isLoopback(url.hostname)) return undefined;
  if (isExempt(url, read(environment, 'no_proxy'))) return undefined;
  return parseAddress(address, variable);
}

function read(environment: Environment, name: string): string {
  return (environment[name] || environment[name.toUpperCase()] || '').trim();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .map((entry) => entry.replace(/^\*?\./, ''))
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only = port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      return name !== '' && only === port && (host === name || host.endsWith(`.${name}`));
    });
}

/** `proxy:3128` means `http://proxy:3128`. The message does not repeat the address, which may hold a password. */
function parseAddress(address: string, variable: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new ToolError({
    code: 'REFUSED',
    message: `${variable}: expected the address of an HTTP proxy like http://proxy.acme.dev:3128, got something else; correct or unset it`,
  });
}
