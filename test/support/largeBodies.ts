import { connect } from 'node:net';
import type { Client } from './client.js';
import { probe, type Answered } from './probe.js';
import { serve, type Served } from './served.js';

export interface LargeRun {
  idle: Answered;
  under: Answered;
  memoryMb: number;
  statuses: Record<number, number>;
}

const IDLE_MS = 2_000;
const MB = 2 ** 20;

/** A gateway in a process of its own with a seller, for what is sent to it; `watched` measures each kind of it. */
export interface Target {
  it: Served;
  seller: Client;
  watched(work: (count: (answer: Response) => Promise<void>) => Promise<void>): Promise<LargeRun>;
  close(): Promise<void>;
}

/** Starts it, with /health/live asked all along. */
export async function target(): Promise<Target> {
  const it = await serve();
  const watch = probe(it.url);
  const seller = await it.enrolled({ code: '91500000MA5U0ABC13', name: '示例电商', role: 'seller' });
  return {
    it,
    seller,
    async watched(work) {
      watch.forget();
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      const idle = watch.total();
      watch.forget();
      const statuses: Record<number, number> = {};
      await work(async (answer) => {
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if ([429, 503].includes(answer.status) && !answer.headers.get('retry-after'))
          throw new Error(`${answer.status} without Retry-After`);
        await answer.arrayBuffer();
      });
      return { idle, under: watch.total(), memoryMb: it.worst().memoryMb, statuses };
    },
    async close() {
      await watch.stop();
      await it.close();
    },
  };
}

/** Sign-ins of nobody with an e-mail address of two megabytes each, eight at a time. */
export const longAddresses = ({ it, watched }: Target, count: number): Promise<LargeRun> =>
  watched(async (counted) => {
    const body = JSON.stringify({ email: `${'a'.repeat(2 * MB)}@example.com`, password: 'x' });
    let left = count;
    const one = async () => {
      while (left-- > 0)
        await counted(
          await fetch(`${it.url}/v1/session`, {
            method: 'POST',
            body,
            headers: { 'Content-Type': 'application/json' },
          }),
        );
    };
    await Promise.all(Array.from({ length: 8 }, one));
  });

/**
 * Sends a body of so many megabytes with a pause after the first, and reads nothing before all of it is sent, as simple
 * clients do. Resolves with the status line, or with why there was none.
 */
export function slowSender(
  { it }: Target,
  { path, megabytes, pauseMs }: { path: string; megabytes: number; pauseMs: number },
): Promise<string> {
  const { hostname, port } = new URL(it.url);
  const piece = Buffer.alloc(MB, 'a');
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname).pause();
    const send = async () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${megabytes * MB}\r\n\r\n`);
      for (let sent = 0; sent < megabytes && !socket.destroyed; sent++) {
        if (sent === 1) await new Promise((next) => setTimeout(next, pauseMs));
        await new Promise((next) => socket.write(piece, next));
      }
      socket.resume();
    };
    socket.on('connect', () => void send());
    socket.on('data', (bytes: Buffer) => {
      resolve(bytes.toString().split('\r\n')[0]!);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed without an answer'));
  });
}

/** As many uploads of so many megabytes at once, to each route that takes a file of orders or a table. */
export const uploadsAtOnce = (
  { seller, watched }: Target,
  count: number,
  megabytes: number,
): Promise<LargeRun> =>
  watched(async (counted) => {
    const line = `${'x'.repeat(1000)},1\n`;
    const table = (mb: number) => Buffer.from(line.repeat(Math.floor((mb * MB) / line.length)));
    const orders = table(megabytes);
    // What a table or a preview may be at most; a larger one is refused by its length.
    const smaller = table(Math.min(megabytes, 30));
    const send = async (path: string, bytes: Buffer, type: string) =>
      counted(await seller.raw('POST', path, bytes, { 'Content-Type': type }));
    for (const path of ['/v1/imports', '/v1/imports/preview', '/v1/goods/import', '/v1/warehouses/import'])
      await Promise.all(
        Array.from({ length: count }, (_, n) =>
          send(
            `${path}?fileName=large${n}.csv`,
            path.startsWith('/v1/imports') ? orders : smaller,
            'text/csv',
          ),
        ),
      );
    await Promise.all(
      Array.from({ length: count }, () =>
        send('/v1/party-documents', table(Math.min(megabytes, 19)), 'application/xml'),
      ),
    );
  });
