import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { portFault } from './base/portFault.js';
import { firstOperatorActivation } from './enterprises/identity.js';
import type { Gateway } from './gateway.js';
import { createApp } from './http/app.js';

export interface RunningServer {
  url: string;
  /** The one-time link of the first start; undefined once the operator can sign in. */
  activation: string | undefined;
  close(): Promise<void>;
}

/** Starts the HTTP edge of a gateway on its configured address (port 0 takes a free one). */
export async function startServer(gateway: Gateway): Promise<RunningServer> {
  const { host, port } = gateway.config;
  const server = createServer();
  // A browser on a slow line may need long for a large file; a stalled header may not.
  server.requestTimeout = 3_600_000;
  server.headersTimeout = 30_000;
  // Longer than proxies keep a connection. Node also counts it from an answer that was given while the body was still
  // coming: with its five seconds a slow sender of a refused file lost the connection before it read why.
  server.keepAliveTimeout = 75_000;
  // Browsers open connections ahead of need; Node does not count those as idle, so that each held up the end for ten seconds.
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  await gateway.hearOfKeys();
  // From here to the handler nothing may wait: a request that came in between would never be answered.
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portFault(host, port, error)));
    server.listen(port, host, resolve);
  });
  gateway.listeningPort = (server.address() as AddressInfo).port;
  server.on('request', createApp(gateway));
  const token = await firstOperatorActivation(gateway.store);
  return {
    url: gateway.publicUrl,
    activation: token === undefined ? undefined : gateway.activationLink(token),
    close: () => closeServer(server, gateway, unused),
  };
}

/** `unused`: connections over which nothing was asked. */
async function closeServer(server: Server, gateway: Gateway, unused: Iterable<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const end = () => {
    gateway.endStreams();
    server.closeIdleConnections();
    for (const socket of unused) socket.destroy();
  };
  end();
  // So does what was being opened in that moment.
  const again = setInterval(end, 200);
  const late = setTimeout(() => server.closeAllConnections(), 10_000);
  await closed;
  clearInterval(again);
  clearTimeout(late);
}
