import { z } from 'zod';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import type { IncomingFile, OutgoingMessage, SendOutcome, Transport } from '../../src/dispatch/transport.js';
import { outcomeOf } from './answers.js';
import { createAcknowledger } from './acknowledge.js';
import { createEnvelope, type Credentials } from './envelope.js';
import {
  createHttpClient,
  NoAnswer,
  TOO_LARGE,
  type HttpAnswer,
  type HttpCall,
  type HttpClientOptions,
} from './httpClient.js';
import {
  filled,
  listAt,
  loadProfiles,
  parseJson,
  textAt,
  type ListedReceipts,
  type Profile,
} from './profiles.js';
import { pause } from './pause.js';
import { createPushed } from './pushed.js';
import { createRowReader } from './receiptRows.js';

export interface HttpTransportOptions extends HttpClientOptions {
  /** 传输编号 of this gateway at the counterpart. */
  dxpId: string;
  /** How the counterpart's interface is spoken: an id of `mappings/counterparts`; left out, the sandbox's. */
  profile?: string | undefined;
  credentials?: Credentials;
  clock?: Clock;
}

const MAX_FILES = 1000;
/** An answer to a message says a few words. */
const MAX_SEND_ANSWER = 1024 * 1024;
/** A list of receipts; what is larger is asked for in smaller parts. */
const MAX_RECEIPTS_ANSWER = 192 * 1024 * 1024;
const PART = 8;
const ROWS_PAUSE_MS = 10_000;

const base64 = z.base64();

/**
 * Speaks one HTTP interface, as its profile says it. Follows no redirect, uses no proxy from the environment, and opens no
 * connection to another machine unless `allowLiveHost` says so (see `counterpart`).
 * Throws FaultError P01, P02, P05, P06 for an address it may not or cannot use, P07 for a public key that is none, P08 for a
 * profile that is unknown or lacks what it needs; `receive`, `acknowledge` and `probe` throw P03, P04.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const { credentials = {}, clock = systemClock, dxpId } = options;
  const profile = profileOf(options.profile ?? 'sandbox', credentials);
  const client = createHttpClient(options);
  const envelope = createEnvelope(profile, credentials, clock);
  const { receipts } = profile;

  const call = async (
    request: HttpCall,
    signal: AbortSignal,
    extraMs = 0,
    maxAnswerBytes = MAX_RECEIPTS_ANSWER,
  ): Promise<HttpAnswer> => {
    const answer = await client.call(request, { maxAnswerBytes, extraMs }, signal);
    if (answer.status !== 200) throw unreachable(`HTTP ${answer.status}`);
    return answer;
  };
  const never = new AbortController().signal;
  const rows =
    receipts.kind === 'rows'
      ? createRowReader(receipts, dxpId, clock, (path, query, signal) =>
          call({ method: 'GET', path, query }, signal),
        )
      : undefined;

  const acknowledgeAll = createAcknowledger(async (ids) => {
    if (receipts.kind !== 'list') return 200;
    const { path, field } = receipts.acknowledge;
    const body = Buffer.from(JSON.stringify({ [field]: ids }));
    const headers = { 'Content-Type': 'application/json' };
    const request = { method: 'POST', path, headers, body } as const;
    return (await client.call(request, { maxAnswerBytes: MAX_SEND_ANSWER }, never)).status;
  });

  const probe = async (signal: AbortSignal): Promise<void> => {
    await told(client.call({ method: 'HEAD', path: '/' }, { maxAnswerBytes: MAX_SEND_ANSWER }, signal));
  };

  return {
    name: `http ${client.host}`,
    // Nothing is fetched there that would show whether it can be reached.
    ...(receipts.kind === 'pushed' && { pushed: createPushed(receipts, credentials.secret), probe }),

    async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
      const { maxBytes } = profile.send;
      if (message.bytes.length > maxBytes)
        return { kind: 'refused', detail: `${message.bytes.length} > ${maxBytes} bytes` };
      if (signal.aborted) return { kind: 'retry', detail: 'aborted' };
      const request = await envelope(message);
      try {
        const answer = await client.call(request, { maxAnswerBytes: MAX_SEND_ANSWER }, signal);
        return outcomeOf(answer, profile.send);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return { kind: error.opened ? 'unknown' : 'retry', detail: error.code };
      }
    },

    async receive(limit: number, waitMs: number, signal: AbortSignal): Promise<IncomingFile[]> {
      try {
        if (receipts.kind === 'list') return await told(inParts(receipts, limit, waitMs, signal));
        const files = rows ? await told(rows.read(limit, signal)) : [];
        if (files.length === 0) await pause(rows ? Math.min(waitMs, ROWS_PAUSE_MS) : waitMs, signal);
        return files;
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    },

    async acknowledge(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      if (rows) rows.acknowledge(ids);
      if (receipts.kind !== 'list') return;
      const { refused, status } = await told(acknowledgeAll(ids));
      if (status !== 200) throw unreachable([`HTTP ${status}`, ...refused].join(' '));
    },

    close(): Promise<void> {
      client.close();
      return Promise.resolve();
    },
  };

  /** One file too many for an answer must not hold up the others: what is too large is asked for in smaller parts. */
  async function inParts(
    list: ListedReceipts,
    limit: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<IncomingFile[]> {
    for (let part = Math.min(limit, MAX_FILES); ; part = Math.ceil(part / PART)) {
      try {
        return await listed(list, part, waitMs, signal);
      } catch (error) {
        if (part <= 1 || !(error instanceof NoAnswer) || error.code !== TOO_LARGE) throw error;
      }
    }
  }

  async function listed(
    list: ListedReceipts,
    limit: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<IncomingFile[]> {
    const values: Record<string, string> = {
      dxpId,
      entCode: credentials.entCode ?? '',
      appId: credentials.appId ?? '',
      limit: String(limit),
      waitMs: String(waitMs),
    };
    const query = Object.fromEntries(
      Object.entries(list.query).map(([name, text]) => [name, filled(text, (value) => values[value] ?? '')]),
    );
    const answer = await call({ method: 'GET', path: list.path, query }, signal, waitMs);
    const files = listAt(parseJson(answer.text), list.files);
    if (!files) throw new FaultError([makeFault('P04', '')], 502);
    return files.map((file) => incoming(file, list));
  }
}

/** One file that is not as it should be must not hold up the others: data that are no Base64 are kept as the text that came. */
function incoming(file: unknown, { id, name, data, encoding }: ListedReceipts): IncomingFile {
  const text = textAt(file, data);
  const packed = encoding === 'base64' && text !== undefined && base64.safeParse(text).success;
  return {
    id: textAt(file, id) ?? '',
    origin: textAt(file, name) ?? '',
    bytes: Buffer.from(text ?? JSON.stringify(file), packed ? 'base64' : 'utf8'),
  };
}

function profileOf(id: string, credentials: Credentials): Profile {
  const profiles = loadProfiles();
  const profile = profiles.get(id);
  const reason = profile
    ? profile.needs.filter((name) => name !== 'callbackToken' && !credentials[name]).join(', ')
    : [...profiles.keys()].join(', ');
  if (!profile || reason !== '') throw new FaultError([makeFault('P08', 'profile', { id, reason })], 500);
  return profile;
}

/** Rejects with P03 where there is no answer. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof NoAnswer ? unreachable(error.code) : error;
  }
}

const unreachable = (detail: string): FaultError => new FaultError([makeFault('P03', '', { detail })], 502);
