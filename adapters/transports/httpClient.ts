import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import axios, { isAxiosError, isCancel } from 'axios';
import { counterpart, type AddressRule } from './address.js';
import { TunnelAgent } from './tunnel.js';

export interface HttpClientOptions extends AddressRule {
  /** Root of the counterpart's interface, for example `http://127.0.0.1:8701`. */
  baseUrl: string;
  /** Time one exchange may take from its first byte to its last, in milliseconds. */
  timeoutMs: number;
  /** PEM: the only authorities that are believed; left out, those of the system. */
  ca?: string | undefined;
  /** `http://[user:password@]host:port`; left out, connections are made directly, whatever the environment says. */
  proxy?: string | undefined;
}

export interface HttpCall {
  method: 'GET' | 'HEAD' | 'POST';
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
}

export interface HttpAnswer {
  status: number;
  /** Header names in lower case. */
  header(name: string): string | undefined;
  text: string;
}

/** There is no answer. `opened`: a connection stood, so that bytes of the request may have reached the counterpart. */
export class NoAnswer extends Error {
  constructor(
    /** The system's name for it, for example `ECONNRESET`; `aborted` when the caller gave up. */
    readonly code: string,
    readonly opened: boolean,
  ) {
    super(code);
  }
}

export interface HttpClient {
  readonly host: string;
  /** Any answer, whatever its status. Throws NoAnswer for none, a half one or one of more than `maxAnswerBytes` (unpacked). */
  call(
    call: HttpCall,
    limits: { maxAnswerBytes: number; extraMs?: number },
    signal: AbortSignal,
  ): Promise<HttpAnswer>;
  close(): void;
}

/** The answer has more bytes than are wanted. */
export const TOO_LARGE = 'EMSGSIZE';

/**
 * A connection over which nothing comes is let go after so long. Counterparts do the same, many after five seconds, which is
 * also when some ask to be tried again: a message that leaves just then would be lost, and nobody could say whether it was.
 */
const KEPT_IDLE_MS = 1_000;

/** The connection never came about, so not a byte of the message was written. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EADDRNOTALLOWED',
  'EPROXY',
]);

/**
 * HTTP as every transport here needs it: no redirects, no proxy but the one of the settings, bounded in time and size, and
 * one that knows whether a connection stood. Throws FaultError P01, P02, P05, P06 for an address it may not or cannot use.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { url: base, lookup } = counterpart(options.baseUrl, options);
  const proxy = options.proxy === undefined ? undefined : new URL(options.proxy);
  const kept = { keepAlive: true, timeout: KEPT_IDLE_MS };
  const tls = { ...kept, minVersion: 'TLSv1.2' as const, ...(options.ca && { ca: options.ca }) };
  // Behind a proxy the name of the counterpart is resolved there.
  const agents = proxy
    ? {
        httpAgent: new http.Agent(kept),
        httpsAgent: new TunnelAgent(proxy, options.timeoutMs, tls),
      }
    : {
        httpAgent: new http.Agent({ ...kept, lookup }),
        httpsAgent: new https.Agent({ ...tls, lookup }),
      };
  const client = axios.create({
    ...agents,
    baseURL: base.href.replace(/\/$/, ''),
    proxy: proxy && base.protocol === 'http:' ? axiosProxy(proxy) : false,
    maxRedirects: 0,
    maxBodyLength: Infinity,
    responseType: 'arraybuffer',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
  });

  return {
    host: base.host,

    async call({ method, path, query, headers, body }, { maxAnswerBytes, extraMs = 0 }, signal) {
      const connection = { opened: false };
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), options.timeoutMs + extraMs);
      try {
        const response = await client.request<Buffer>({
          method,
          url: path,
          ...(query && { params: query }),
          ...(headers && { headers }),
          ...(body && { data: body }),
          maxContentLength: maxAnswerBytes,
          signal: AbortSignal.any([signal, late.signal]),
          transport: watched(base.protocol === 'https:', connection, maxAnswerBytes),
        });
        const header = (name: string): string | undefined => {
          const value: unknown = response.headers[name];
          return typeof value === 'string' ? value : undefined;
        };
        return { status: response.status, header, text: decoded(response.data, header('content-type')) };
      } catch (error) {
        if (!isAxiosError(error)) throw error;
        const code = isCancel(error)
          ? late.signal.aborted && !signal.aborted
            ? 'ETIMEDOUT'
            : 'aborted'
          : error.message.startsWith(OVER_LIMIT)
            ? TOO_LARGE
            : (error.code ?? error.message);
        throw new NoAnswer(code, connection.opened && !neverConnected.has(code));
      } finally {
        clearTimeout(timer);
      }
    },

    close() {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

const axiosProxy = (proxy: URL) => ({
  protocol: 'http',
  host: proxy.hostname.replace(/^\[|\]$/g, ''),
  port: Number(proxy.port || 80),
  ...(proxy.username && {
    auth: { username: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) },
  }),
});

/** How axios begins what it says of an answer over the limit. */
const OVER_LIMIT = 'maxContentLength';

/**
 * Node's own client, plus two things axios does not do: it knows whether the connection (with its TLS handshake) stood, for
 * only then can bytes of the request have reached the counterpart; and an answer that says itself that it is over the
 * limit is not read up to there first.
 */
function watched(secure: boolean, connection: { opened: boolean }, maxAnswerBytes: number) {
  return {
    request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest {
      const request = (secure ? https : http).request(options, (response) => {
        if (Number(response.headers['content-length'] ?? 0) <= maxAnswerBytes) return onResponse(response);
        request.emit('error', new Error(`${OVER_LIMIT} size of ${maxAnswerBytes} exceeded`));
        request.destroy();
      });
      request.on('socket', (socket) => {
        if (!socket.connecting) connection.opened = true;
        else socket.once(secure ? 'secureConnect' : 'connect', () => (connection.opened = true));
      });
      return request;
    },
  };
}

/** By the charset it names, else UTF-8, else (what is none) GB18030, which older platforms write without saying so. */
function decoded(bytes: Buffer, contentType = ''): string {
  const named = /charset=["']?([\w-]+)/i.exec(contentType)?.[1];
  for (const charset of [named ?? 'utf-8', 'utf-8', 'gb18030']) {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      continue;
    }
  }
  return bytes.toString('latin1');
}
