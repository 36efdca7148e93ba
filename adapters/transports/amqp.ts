import { isIP, type LookupFunction } from 'node:net';
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { z } from 'zod';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import type { IncomingFile, OutgoingMessage, SendOutcome, Transport } from '../../src/dispatch/transport.js';
import { counterpart, type AddressRule } from './address.js';
import { pause } from './pause.js';

export interface AmqpTransportOptions extends AddressRule {
  /** `amqp://host[:port][/vhost]` or `amqps://…`, without user and password. */
  url: string;
  user?: string | undefined;
  password?: string | undefined;
  /** PEM: the only authorities that are believed; left out, those of the system. */
  ca?: string | undefined;
  /** Where messages are published: the exchange (empty: the default one) and the key; `{messageType}` stands for the type. */
  exchange: string;
  routingKey: string;
  /** The queue receipts lie in. Neither it nor the exchange is made here: both belong to the broker's operator. */
  receipts: string;
  /** Time the broker has to answer, in milliseconds. */
  timeoutMs: number;
}

/** The largest message a broker is asked to take. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Receipts that the broker hands out before some are acknowledged. */
const PREFETCH = 100;
const HEARTBEAT_SECONDS = 20;
const BACKOFF_MS = { first: 100, longest: 30_000, jitter: 0.2 } as const;

/** One connection to the broker and what hangs on it. */
interface Session {
  connection: ChannelModel;
  publisher: ConfirmChannel;
  consumer: Channel;
  /** Begins to take receipts, once. */
  listen(): Promise<void>;
  /** Receipts that came and are not acknowledged, in their order. */
  held: Map<string, ConsumeMessage>;
  /** Messages the broker gave back, by guid: they had nowhere to go. */
  returned: Set<string>;
  /** The broker takes nothing now (out of memory or disk). */
  blocked: boolean;
  closed: boolean;
}

/**
 * Speaks AMQP 0-9-1 with a broker. A message counts as taken when the broker confirms that it keeps it, and nothing that it
 * could not route does; a receipt is acknowledged only after it is stored. A connection that is lost is made again, with
 * growing pauses between attempts.
 * Throws FaultError P01, P02, P05, P06 for an address it may not or cannot use; `receive` and `probe` throw P03.
 */
export function createAmqpTransport(options: AmqpTransportOptions): Transport {
  const { url, lookup } = counterpart(options.url, options, { protocols: ['amqp:', 'amqps:'] });
  const arrivals = new Set<() => void>();
  const arrived = () => {
    for (const wake of [...arrivals]) wake();
  };
  let current: Promise<Session> | undefined;
  let sessions = 0;
  let failures = 0;
  let tryAgainAt = 0;
  let closing = false;

  const open = (): Promise<Session> =>
    openSession(++sessions, url, lookup, options, {
      arrived,
      ended: () => {
        current = undefined;
        arrived();
      },
    });

  /** The connection that stands, or a new one. Rejects with its error, at once while a pause after the last failure lasts. */
  const session = (): Promise<Session> => {
    if (closing) return Promise.reject(new Error('closed'));
    if (current) return current;
    if (performance.now() < tryAgainAt) return Promise.reject(new Error('EPAUSED'));
    const made = open();
    const opening: Promise<Session> = within(options.timeoutMs, made).then(
      (opened) => {
        failures = 0;
        return opened;
      },
      (error: unknown) => {
        const pause = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** failures++);
        tryAgainAt = performance.now() + pause * (1 - BACKOFF_MS.jitter * Math.random());
        current = undefined;
        // One that comes about too late is not left standing.
        made.then(({ connection }) => connection.close()).catch(() => undefined);
        throw error;
      },
    );
    return (current = opening);
  };

  const receiveOnce = async (limit: number, until: number, signal: AbortSignal): Promise<IncomingFile[]> => {
    const left = tryAgainAt - performance.now();
    if (!current && left > 0) await wait(Math.min(left, until - performance.now()), signal);
    if (signal.aborted || (!current && performance.now() < tryAgainAt)) return [];
    const from = await session();
    await from.listen();
    while (from.held.size === 0 && !from.closed && !signal.aborted && performance.now() < until)
      await wait(until - performance.now(), signal);
    return [...from.held].slice(0, limit).map(([id, { content, properties }]) => ({
      id,
      origin: [properties.type, properties.messageId].filter((part) => typeof part === 'string').join(' '),
      bytes: content,
    }));
  };

  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    pause(ms, signal, (wake) => {
      arrivals.add(wake);
      return () => arrivals.delete(wake);
    });

  return {
    name: `amqp ${url.host}`,

    async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
      if (message.bytes.length > MAX_BYTES)
        return { kind: 'refused', detail: `${message.bytes.length} > ${MAX_BYTES} bytes` };
      if (signal.aborted) return { kind: 'retry', detail: 'aborted' };
      let to: Session;
      try {
        to = await session();
      } catch (error) {
        return { kind: 'retry', detail: codeOf(error) };
      }
      if (to.blocked) return { kind: 'retry', detail: 'the broker takes nothing now' };
      return published(to, message, options, signal);
    },

    async receive(limit: number, waitMs: number, signal: AbortSignal): Promise<IncomingFile[]> {
      try {
        return await receiveOnce(limit, performance.now() + waitMs, signal);
      } catch (error) {
        if (signal.aborted || closing) return [];
        throw unreachable(error);
      }
    },

    async acknowledge(ids: readonly string[]): Promise<void> {
      const to = await current?.catch(() => undefined);
      if (!to || to.closed) return;
      for (const id of ids) {
        // One of an earlier connection comes again by itself.
        const message = to.held.get(id);
        if (message) to.consumer.ack(message);
        to.held.delete(id);
      }
    },

    async probe(): Promise<void> {
      try {
        await session();
      } catch (error) {
        throw unreachable(error);
      }
    },

    async close(): Promise<void> {
      closing = true;
      const last = await current?.catch(() => undefined);
      if (last && !last.closed) await within(2_000, last.connection.close()).catch(() => undefined);
      arrived();
    },
  };
}

/** What the rest of a transport hears of its connection. */
interface Heard {
  /** A receipt came. */
  arrived: () => void;
  /** It is of no more use. */
  ended: () => void;
}

/** Connects, and looks whether the exchange and the queue are there. Rejects with the error of the system or the broker. */
async function openSession(
  number: number,
  url: URL,
  lookup: LookupFunction,
  options: AmqpTransportOptions,
  heard: Heard,
): Promise<Session> {
  const secure = url.protocol === 'amqps:';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const connection = await connect(
    {
      protocol: url.protocol.slice(0, -1),
      hostname,
      port: Number(url.port || (secure ? 5671 : 5672)),
      username: options.user ?? 'guest',
      password: options.password ?? 'guest',
      vhost: decodeURIComponent(url.pathname.replace(/^\//, '')) || '/',
      heartbeat: HEARTBEAT_SECONDS,
    },
    {
      timeout: options.timeoutMs,
      lookup,
      noDelay: true,
      keepAlive: true,
      ...(secure && {
        ...(isIP(hostname) === 0 && { servername: hostname }),
        minVersion: 'TLSv1.2',
        ...(options.ca && { ca: options.ca }),
      }),
    },
  );
  // Says why a connection ended; that it ended is what counts.
  connection.on('error', () => undefined);
  try {
    const publisher = await connection.createConfirmChannel();
    const consumer = await connection.createChannel();
    let listening: Promise<unknown> | undefined;
    const session: Session = {
      connection,
      publisher,
      consumer,
      held: new Map(),
      returned: new Set(),
      blocked: false,
      closed: false,
      async listen() {
        await (listening ??= consumer.consume(options.receipts, (message) => {
          // Without a message: the queue is gone. A new connection says what is the matter.
          if (!message) return void connection.close().catch(() => undefined);
          session.held.set(`${number}:${message.fields.deliveryTag}`, message);
          heard.arrived();
        }));
      },
    };
    const ended = () => {
      if (session.closed) return;
      session.closed = true;
      connection.close().catch(() => undefined);
      heard.ended();
    };
    connection.on('close', ended);
    connection.on('blocked', () => (session.blocked = true));
    connection.on('unblocked', () => (session.blocked = false));
    for (const channel of [publisher, consumer]) {
      channel.on('error', () => undefined);
      channel.on('close', ended);
    }
    publisher.on('return', (message) => session.returned.add(String(message.properties.messageId)));
    if (options.exchange !== '') await publisher.checkExchange(options.exchange);
    await consumer.checkQueue(options.receipts);
    await consumer.prefetch(PREFETCH);
    return session;
  } catch (error) {
    connection.close().catch(() => undefined);
    throw error;
  }
}

/** Publishes and waits for what the broker says of it. */
function published(
  { publisher, returned }: Session,
  message: OutgoingMessage,
  { exchange, routingKey, timeoutMs }: AmqpTransportOptions,
  signal: AbortSignal,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: SendOutcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      resolve(outcome);
    };
    const aborted = () => end({ kind: 'unknown', detail: 'aborted' });
    const timer = setTimeout(() => end({ kind: 'unknown', detail: 'ETIMEDOUT' }), timeoutMs);
    signal.addEventListener('abort', aborted);
    try {
      publisher.publish(
        exchange,
        routingKey.replaceAll('{messageType}', message.messageType),
        message.bytes,
        {
          mandatory: true,
          persistent: true,
          messageId: message.guid,
          type: message.messageType,
          appId: message.dxpId,
          contentType: 'application/xml',
          timestamp: Math.floor(message.createdAt.getTime() / 1000),
        },
        (error: unknown) => {
          // It says so before it confirms; what an attempt was given back says nothing of the next one.
          const givenBack = returned.delete(message.guid);
          // Not confirmed, or the connection ended first: the broker may hold it nevertheless.
          if (error) end({ kind: 'unknown', detail: codeOf(error) });
          // No queue wanted it: nobody has it.
          else if (givenBack) end({ kind: 'retry', detail: 'NO_ROUTE' });
          else end({ kind: 'accepted' });
        },
      );
    } catch (error) {
      // The channel was closed already: nothing was written.
      end({ kind: 'retry', detail: codeOf(error) });
    }
  });
}

/** The system's or the broker's name for what went wrong; never what was sent. */
function codeOf(error: unknown): string {
  const { code, message } = errorSchema.parse(error);
  return typeof code === 'string' ? code : (code === undefined ? message : `AMQP ${code}`).slice(0, 200);
}
const errorSchema = z
  .object({ code: z.union([z.string(), z.number()]).optional().catch(undefined), message: z.string() })
  .catch(({ value }) => ({ code: undefined, message: String(value) }));

const unreachable = (error: unknown): FaultError =>
  new FaultError([makeFault('P03', '', { detail: codeOf(error) })], 502);

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
