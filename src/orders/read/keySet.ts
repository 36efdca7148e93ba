import { createHash } from 'node:crypto';

/**
 * A set of order keys that holds 64 bits of each key's hash and nothing else: 16 to 32 bytes a key, so that a file of
 * millions of orders can be watched for orders that come back later. Two keys of a million share a hash with a
 * probability of 3 in 100 million.
 */
export class KeySet {
  #table = new Uint32Array(2 * 1024);
  #size = 0;

  /** Adds a key; false when it was there already. */
  add(key: string): boolean {
    const hash = createHash('sha1').update(key).digest();
    // The pair 0,0 marks a free place.
    const high = hash.readUInt32LE(0) || 1;
    const low = hash.readUInt32LE(4);
    if (!this.#insert(this.#table, high, low)) return false;
    if (++this.#size * 4 > this.#table.length) this.#grow();
    return true;
  }

  #insert(table: Uint32Array, high: number, low: number): boolean {
    const mask = table.length / 2 - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const found = table[2 * place];
      if (found === 0) {
        table[2 * place] = high;
        table[2 * place + 1] = low;
        return true;
      }
      if (found === high && table[2 * place + 1] === low) return false;
    }
  }

  #grow(): void {
    const wider = new Uint32Array(this.#table.length * 2);
    for (let i = 0; i < this.#table.length; i += 2) {
      const high = this.#table[i] ?? 0;
      if (high !== 0) this.#insert(wider, high, this.#table[i + 1] ?? 0);
    }
    this.#table = wider;
  }
}
