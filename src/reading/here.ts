import { setImmediate } from 'node:timers/promises';
import { withEveryFault, type EveryFaultParts } from '../checks/everyFault.js';
import type { OrderFormat } from '../orders/read/format.js';
import { readOrders, type OrderFile, type ReadOptions, type ReadOrder } from '../orders/read/readOrders.js';

/** Work on a body in this process, in milliseconds: real ones of this size take a quarter of it. */
const HERE_MS = 300;
/** Others are served after so much of it. */
const SLICE_MS = 10;
/** A larger body is left to a reader … */
const HERE_BYTES: Record<OrderFormat, number> = {
  json: 512 * 1024,
  ndjson: 512 * 1024,
  csv: 64 * 1024,
  xlsx: 0,
};
/** … and so is one with a larger order: up to this size none takes 50 ms once the program is warm, whatever it says. */
const HERE_ORDER_BYTES = 64 * 1024;
/** The fault of an order over the limit. */
const TOO_LARGE = 'I18';
/** Bodies that wait for the one being read; it is soon over. */
const MOST_WAITING = 8;
/** After a body that took longer than anything real, readers have so many times that time to themselves. */
const REST = 10;

/** A body took longer than anything real. */
class TooCostly extends Error {}

/**
 * Reads and checks bodies of a few hundred orders in this process, one after the other and in slices, because a reader
 * apart costs more to ask than they cost to read. What is larger, or takes longer than anything real, is left to a reader.
 */
export class ReadingHere {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private restsUntil = 0;

  constructor(
    private readonly options: Omit<ReadOptions, 'format' | 'fromCheckpoint'>,
    private readonly parts: EveryFaultParts,
    private readonly budgetMs = HERE_MS,
  ) {}

  /**
   * The orders of a body with every fault of each; undefined when it is not to be read here. Throws what reading throws
   * for the whole body.
   */
  async orders(body: Buffer, file: OrderFile): Promise<ReadOrder[] | undefined> {
    if (body.length > HERE_BYTES[file.format] || this.waiting >= MOST_WAITING) return undefined;
    this.waiting++;
    const before = this.last;
    const mine = before.then(() => this.within(body, file)).finally(() => this.waiting--);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async within(body: Buffer, file: OrderFile): Promise<ReadOrder[] | undefined> {
    let since = performance.now();
    if (since < this.restsUntil) return undefined;
    let spent = 0;
    const meanwhile = async <T>(others: () => Promise<T>): Promise<T> => {
      spent += performance.now() - since;
      if (spent > this.budgetMs) throw new TooCostly();
      const result = await others();
      since = performance.now();
      return result;
    };
    const { complete } = file;
    const options: ReadOptions = {
      ...this.options,
      ...file,
      ...(complete && { complete: (all) => meanwhile(() => complete(all)) }),
      limits: { maxOrderBytes: HERE_ORDER_BYTES },
      pause: () => (performance.now() - since < SLICE_MS ? undefined : meanwhile(() => setImmediate())),
    };
    const orders: ReadOrder[] = [];
    try {
      for await (const order of readOrders(oneChunk(body), options)) {
        if (order.faults.some((fault) => fault.code === TOO_LARGE)) return undefined;
        orders.push(withEveryFault(order, this.parts));
      }
    } catch (error) {
      if (!(error instanceof TooCostly)) throw error;
      this.restsUntil = performance.now() + spent * REST;
      return undefined;
    }
    return orders;
  }
}

/** A body as the stream it is read from. */
export async function* oneChunk(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
