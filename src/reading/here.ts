import { setImmediate } from 'node:timers/promises';
import { withEveryFault, type EveryFaultParts } from '../checks/everyFault.js';
import { readOrders, type OrderFile, type ReadOptions, type ReadOrder } from '../orders/read/readOrders.js';

/** Work on a small body in this process, in milliseconds: real ones take a fifth of it. */
const HERE_MS = 150;
/** Others are served after so much of it. */
const SLICE_MS = 10;
/** Once the program is warm, no single order of a body of this size takes 50 ms, whatever it says. */
const HERE_BYTES = 64 * 1024;

/**
 * Reads and checks small bodies in this process, one at a time and in slices, because a reader apart costs more to ask
 * than they cost to read. What is larger, or takes longer than anything real, is left to a reader.
 */
export class ReadingHere {
  private busy = false;

  constructor(
    private readonly options: Omit<ReadOptions, 'format' | 'fromCheckpoint'>,
    private readonly parts: EveryFaultParts,
  ) {}

  /**
   * The orders of a body with every fault of each; undefined when it is not to be read here. Throws what reading throws
   * for the whole body.
   */
  async orders(body: Buffer, file: OrderFile): Promise<ReadOrder[] | undefined> {
    if (this.busy || body.length > HERE_BYTES || file.format === 'xlsx') return undefined;
    this.busy = true;
    try {
      return await this.within(body, file);
    } finally {
      this.busy = false;
    }
  }

  private async within(body: Buffer, file: OrderFile): Promise<ReadOrder[] | undefined> {
    const orders: ReadOrder[] = [];
    let spent = 0;
    let since = performance.now();
    const pause = async <T>(meanwhile: () => Promise<T>): Promise<T> => {
      spent += performance.now() - since;
      const result = await meanwhile();
      since = performance.now();
      return result;
    };
    const { complete } = file;
    const options: ReadOptions = {
      ...this.options,
      ...file,
      ...(complete && { complete: (all) => pause(() => complete(all)) }),
    };
    for await (const order of readOrders(oneChunk(body), options)) {
      orders.push(withEveryFault(order, this.parts));
      if (performance.now() - since < SLICE_MS) continue;
      await pause(() => setImmediate());
      if (spent > HERE_MS) return undefined;
    }
    return orders;
  }
}

/** A body as the stream it is read from. */
export async function* oneChunk(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
