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

/** Lets `work` loose on a gateway in a process of its own, with /health/live asked all along and its memory read at the end. */
async function watched(
  work: (it: Served, seller: Client, count: (answer: Response) => Promise<void>) => Promise<void>,
): Promise<LargeRun> {
  const it = await serve();
  const watch = probe(it.url);
  try {
    const seller = await it.enrolled({ code: '91500000MA5U0ABC13', name: '示例电商', role: 'seller' });
    watch.forget();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idle = watch.total();
    watch.forget();
    const statuses: Record<number, number> = {};
    await work(it, seller, async (answer) => {
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      await answer.arrayBuffer();
    });
    return { idle, under: watch.total(), memoryMb: it.worst().memoryMb, statuses };
  } finally {
    await watch.stop();
    await it.close();
  }
}

/** Sign-ins of nobody with an e-mail address of two megabytes each, eight at a time. */
export const longAddresses = (count: number): Promise<LargeRun> =>
  watched(async ({ url }, _seller, counted) => {
    const body = JSON.stringify({ email: `${'a'.repeat(2 * MB)}@example.com`, password: 'x' });
    let left = count;
    const one = async () => {
      while (left-- > 0)
        await counted(
          await fetch(`${url}/v1/session`, {
            method: 'POST',
            body,
            headers: { 'Content-Type': 'application/json' },
          }),
        );
    };
    await Promise.all(Array.from({ length: 8 }, one));
  });

/** As many uploads of so many megabytes at once, to each route that takes a file of orders or a table. */
export const uploadsAtOnce = (count: number, megabytes: number): Promise<LargeRun> =>
  watched(async (_it, seller, counted) => {
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
