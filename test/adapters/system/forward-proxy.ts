import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A proxy on this machine that takes everything it is asked for to one server, whatever the host. */
export interface ForwardProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or a method with a whole address. */
  readonly asked: string[];
  /** What it was shown as `proxy-authorization`, in the same order. */
  readonly shown: (string | undefined)[];
  close(): Promise<void>;
}

/** @param onward port on 127.0.0.1 of the server behind it */
export async function startForwardProxy(onward: number): Promise<ForwardProxy> {
  const asked: string[] = [];
  const shown: (string | undefined)[] = [];
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push(`${method} ${url}`);
    shown.push(headers['proxy-authorization']);
  };
  const proxy = createServer((incoming, response) => {
    note(incoming);
    const { method, headers, url = '' } = incoming;
    const { pathname, search } = new URL(url);
    const { 'proxy-authorization': _, ...rest } = headers;
    const passed = request({
      host: '127.0.0.1',
      port: onward,
      method,
      path: pathname + search,
      headers: rest,
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  proxy.on('connect', (incoming, socket) => {
    note(incoming);
    const tunnel = connect(onward, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
    socket.on('error', () => tunnel.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(proxy)}`, asked, shown, close: () => shut(proxy) };
}

/** Opens a server on a free port of this machine. */
export async function listen(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Ends a server and whatever is still connected to it. */
export async function shut(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
