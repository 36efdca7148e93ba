import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** Connects through an HTTP proxy (CONNECT): what the proxy says instead is an error, never an answer of the counterpart. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL;
  readonly #timeoutMs: number;

  constructor(proxy: URL, timeoutMs: number, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#timeoutMs = timeoutMs;
  }

  override createConnection(
    options: tls.ConnectionOptions & { host?: string; port?: number | string },
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const target = `${options.host ?? ''}:${options.port ?? 443}`;
    const done = (error: Error | null, socket?: Duplex) => callback?.(error, socket as Duplex);
    const { hostname, port, username, password } = this.#proxy;
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const request = http.request({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port || 80,
      method: 'CONNECT',
      path: target,
      headers: {
        Host: target,
        ...(username && { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
      agent: false,
      timeout: this.#timeoutMs,
    });
    request.once('timeout', () => request.destroy(failure('EPROXY', 'the proxy does not answer')));
    request.once('error', (error: NodeJS.ErrnoException) =>
      done(failure('EPROXY', `the proxy: ${error.code ?? error.message}`)),
    );
    // Also emitted for what it answers instead (wrong credentials, target forbidden).
    request.once('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        done(failure('EPROXY', `the proxy answered ${response.statusCode}`));
        return;
      }
      const secure = tls.connect({ ...options, socket });
      secure.once('error', (error) => done(error));
      secure.once('secureConnect', () => done(null, secure));
    });
    request.end();
    return undefined;
  }
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });
