import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import axios, { isAxiosError, isCancel, type AxiosError, type AxiosResponse } from 'axios';
import { z } from 'zod';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { counterpart, type AddressRule } from './address.js';
import type { IncomingFile, OutgoingMessage, SendOutcome, Transport } from '../../src/dispatch/transport.js';

export interface HttpTransportOptions extends AddressRule {
  /** Root of the counterpart's interface, for example `http://127.0.0.1:8701`. */
  baseUrl: string;
  /** 传输编号 of this gateway at the counterpart. */
  dxpId: string;
  /** Time one exchange may take, in milliseconds; a long poll may take `waitMs` more. */
  timeoutMs: number;
}

const maxMessageBytes = 32 * 1024 * 1024;
const maxFilesPerFetch = 1000;
const maxReceiptsBytes = 256 * 1024 * 1024;

/** The connection never came about, so not a byte of the message was written. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EADDRNOTALLOWED',
]);

/** One file that is not as it should be must not hold up the others: what it lacks is left empty. */
const fileSchema = z.object({
  id: z.string().catch(''),
  fileName: z.string().catch(''),
  data: z.string().catch(''),
});
const filesSchema = z.object({ files: z.array(z.unknown()) });
const base64 = z.base64();
const reasonSchema = z.object({
  reason: z.string().optional(),
  firstAcceptedAt: z.string().optional(),
  message: z.object({ zh: z.string(), en: z.string() }).optional(),
});

/**
 * Speaks the HTTP interface described in docs/sandbox.md. Follows no redirect, uses no proxy from the environment,
 * and opens no connection to another machine unless `allowLiveHost` says so (see `counterpart`).
 * Throws FaultError P01/P02/P05 for an address it may not or cannot use; `receive` and `acknowledge` throw P03/P04.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { url: base, lookup } = counterpart(options.baseUrl, options);
  const agents = {
    httpAgent: new http.Agent({ keepAlive: true, lookup }),
    httpsAgent: new https.Agent({ keepAlive: true, lookup }),
  };
  const client = axios.create({
    ...agents,
    baseURL: base.href.replace(/\/$/, ''),
    proxy: false,
    maxRedirects: 0,
    maxBodyLength: maxMessageBytes,
    maxContentLength: maxReceiptsBytes,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
  });

  const call = async (path: string, init: object): Promise<AxiosResponse<string>> => {
    let response: AxiosResponse<string>;
    try {
      response = await client.request<string>({ url: path, timeout: options.timeoutMs, ...init });
    } catch (error) {
      throw unreachable(isAxiosError(error) ? (error.code ?? error.message) : String(error));
    }
    if (response.status !== 200) throw unreachable(`HTTP ${response.status}`);
    return response;
  };

  return {
    name: `http ${base.host}`,

    async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
      if (message.bytes.length > maxMessageBytes)
        return { kind: 'refused', detail: `more than ${maxMessageBytes} bytes` };
      const connection = { opened: false };
      try {
        const response = await client.request<string>({
          method: 'POST',
          url: '/messages',
          data: message.bytes,
          headers: {
            'Content-Type': 'application/xml; charset=utf-8',
            'X-Dxp-Id': message.dxpId,
            'X-Cop-Msg-Id': message.guid,
          },
          timeout: options.timeoutMs,
          signal,
          transport: watchedTransport(base, connection),
        });
        return outcomeOf(response);
      } catch (error) {
        if (!isAxiosError(error)) throw error;
        return outcomeOfFailure(error, connection.opened);
      }
    },

    async receive(limit: number, waitMs: number, signal: AbortSignal): Promise<IncomingFile[]> {
      let response: AxiosResponse<string>;
      try {
        response = await call('/receipts', {
          method: 'GET',
          params: { dxpId: options.dxpId, limit: Math.min(limit, maxFilesPerFetch), waitMs },
          timeout: options.timeoutMs + waitMs,
          signal,
        });
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
      const parsed = filesSchema.safeParse(parseJson(response.data));
      if (!parsed.success) throw new FaultError([makeFault('P04', '')], 502);
      return parsed.data.files.map((file) => incoming(file));
    },

    async acknowledge(ids: readonly string[]): Promise<void> {
      if (ids.length > 0) await call('/receipts/ack', { method: 'POST', data: { ids } });
    },

    close(): Promise<void> {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
      return Promise.resolve();
    },
  };
}

/** Data that is no Base64 is kept as the text that came, so that it can be looked at. */
function incoming(file: unknown): IncomingFile {
  const parsed = fileSchema.safeParse(file);
  const { id, fileName, data } = parsed.success
    ? parsed.data
    : { id: '', fileName: '', data: JSON.stringify(file) };
  const bytes = Buffer.from(data, parsed.success && base64.safeParse(data).success ? 'base64' : 'utf8');
  return { id, origin: fileName, bytes };
}

/**
 * Node's own client, plus the one fact axios does not tell: whether the connection (with its TLS handshake) stood.
 * Only then can bytes of the request have reached the counterpart.
 */
function watchedTransport(base: URL, connection: { opened: boolean }) {
  const secure = base.protocol === 'https:';
  return {
    request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest {
      const request = (secure ? https : http).request(options, onResponse);
      request.on('socket', (socket) => {
        if (!socket.connecting) connection.opened = true;
        else socket.once(secure ? 'secureConnect' : 'connect', () => (connection.opened = true));
      });
      return request;
    },
  };
}

function outcomeOf(response: AxiosResponse<string>): SendOutcome {
  const { status } = response;
  const detail = describe(response);
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  // The counterpart has these bytes already: an earlier attempt got through although its answer was lost.
  if (status === 409) return { kind: 'accepted', detail };
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', detail };
  // A redirect is never followed: signed bytes go to the configured host or nowhere.
  if (status >= 300 && status < 400) return { kind: 'refused', detail };
  if (status === 429 || status === 503) return { kind: 'retry', detail, retryAfterMs: retryAfter(response) };
  // 501 and 505 are said before the body is looked at. After 500, 502, 504 and the rest nobody knows: the server may
  // have stored the message before it failed, a proxy in between cannot tell whether its upstream did.
  if (status >= 500 && status !== 501 && status !== 505) return { kind: 'unknown', detail };
  // Other 4xx (wrong path, missing right) speak of the configuration, not of the message: nothing was taken, and the
  // message must not die of it.
  return { kind: 'retry', detail };
}

function outcomeOfFailure(error: AxiosError, opened: boolean): SendOutcome {
  const detail = isCancel(error) ? 'aborted' : (error.code ?? error.message);
  return { kind: !opened || neverConnected.has(detail) ? 'retry' : 'unknown', detail };
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3); undefined when absent or unreadable. */
function retryAfter(response: AxiosResponse<string>): number | undefined {
  const value: unknown = response.headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Status and reason for people; only the counterpart's own words, never the message's. */
function describe(response: AxiosResponse<string>): string {
  const parsed = reasonSchema.safeParse(parseJson(response.data));
  const { reason, firstAcceptedAt, message } = parsed.success ? parsed.data : {};
  return [`HTTP ${response.status}`, reason, firstAcceptedAt, message && `${message.zh} / ${message.en}`]
    .filter((part) => part !== undefined)
    .join(' · ')
    .slice(0, 500);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreachable = (detail: string): FaultError => new FaultError([makeFault('P03', '', { detail })], 502);
