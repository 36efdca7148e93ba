import type { ReceiptFile } from './receipts.js';

/** Receipt files that wait to be fetched, one box per dxpId. A file stays until it is acknowledged. */
export class Mailbox {
  readonly #boxes = new Map<string, Map<string, ReceiptFile>>();
  readonly #boxOf = new Map<string, string>();
  readonly #waiting = new Set<{ dxpId: string; wake: () => void }>();
  #closed = false;

  /** Files of all boxes that wait for an acknowledgement. */
  get size(): number {
    return this.#boxOf.size;
  }

  put(dxpId: string, file: ReceiptFile): void {
    const box = this.#boxes.get(dxpId) ?? new Map<string, ReceiptFile>();
    this.#boxes.set(dxpId, box.set(file.id, file));
    this.#boxOf.set(file.id, dxpId);
    for (const waiter of this.#waiting) if (waiter.dxpId === dxpId) waiter.wake();
  }

  /** The oldest files of a box; waits up to `waitMs` for a first one. Resolves empty on abort and on `close`. */
  async take(dxpId: string, limit: number, waitMs: number, signal: AbortSignal): Promise<ReceiptFile[]> {
    const peek = () => [...(this.#boxes.get(dxpId)?.values() ?? [])].slice(0, limit);
    if (this.#closed || signal.aborted || waitMs === 0 || peek().length > 0) return peek();
    await new Promise<void>((resolve) => {
      const waiter = { dxpId, wake: () => done() };
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(waiter);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener('abort', done);
      this.#waiting.add(waiter);
    });
    return peek();
  }

  /** Forgets acknowledged files; returns the ids that were waiting. Unknown ids were acknowledged before. */
  acknowledge(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const dxpId = this.#boxOf.get(id);
      if (dxpId === undefined) return false;
      this.#boxOf.delete(id);
      this.#boxes.get(dxpId)?.delete(id);
      return true;
    });
  }

  clear(): void {
    this.#boxes.clear();
    this.#boxOf.clear();
  }

  close(): void {
    this.#closed = true;
    for (const waiter of [...this.#waiting]) waiter.wake();
  }
}
