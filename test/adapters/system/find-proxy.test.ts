import { describe, expect, it } from 'vitest';
import { findProxy } from '../../../src/adapters/system/find-proxy.ts';

const PROXY = { https_proxy: 'http://proxy.acme.dev:3128', HTTP_PROXY: 'plain.acme.dev:8080' };

function find(url: string, environment: Readonly<Record<string, string>>): string | undefined {
  return findProxy(new URL(url), environment)?.href;
}

describe('findProxy', () => {
  it('goes straight where no variable names a proxy for the scheme', () => {
    expect(find('https://api.github.com/graphql', {})).toBeUndefined();
    expect(
      find('https://api.github.com/graphql', { http_proxy: 'http://p:1', https_proxy: ' ' }),
    ).toBeUndefined();
    expect(find('http://prometheus:9090', { https_proxy: 'http://p:1' })).toBeUndefined();
  });

  it('reads either spelling, small letters first, and takes an address without a scheme for http', () => {
    expect(find('https://api.github.com', PROXY)).toBe('http://proxy.acme.dev:3128/');
    expect(find('http://prometheus.acme.dev', PROXY)).toBe('http://plain.acme.dev:8080/');
    expect(find('https://api.github.com', { ...PROXY, HTTPS_PROXY: 'http://other:1' })).toBe(
      'http://proxy.acme.dev:3128/',
    );
  });

  it.each([
    ['*', true],
    ['api.github.com', true],
    ['API.GitHub.com', true],
    ['github.com', true],
    ['.github.com', true],
    ['*.github.com', true],
    ['localhost, github.com,10.0.0.1', true],
    ['github.com:443', true],
    ['github.com:8443', false],
    ['hub.com', false],
    ['api.github.com.evil.test', false],
    [', ,', false],
  ])('with no_proxy "%s": straight? %s', (no_proxy, straight) => {
    expect(find('https://api.github.com/graphql', { ...PROXY, no_proxy }) === undefined).toBe(straight);
    expect(find('https://api.github.com/graphql', { ...PROXY, NO_PROXY: no_proxy }) === undefined).toBe(
      straight,
    );
  });

  it('never sends what is for this machine through a proxy', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.0.1', '[::1]'])
      expect(find(`http://${host}:9090/api`, { http_proxy: 'http://p:1' })).toBeUndefined();
    expect(find('http://127.0.0.1.evil.test/', { http_proxy: 'http://p:1' })).toBe('http://p:1/');
  });

  it.each(['socks5://proxy:1080', 'http://', 'http://user:s3cret@'])(
    'refuses what is no address of an HTTP proxy, without repeating it: %s',
    (https_proxy) => {
      expect(() => find('https://api.github.com', { https_proxy })).toThrow(
        /^https_proxy: expected the address of an HTTP proxy like http:\/\/proxy\.acme\.dev:3128, got something else/,
      );
    },
  );
});
