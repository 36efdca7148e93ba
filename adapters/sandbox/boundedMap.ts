/** A map that forgets its oldest entry when it is full, so that a long-running sandbox cannot eat the machine. */
export class BoundedMap<K, V> {
  readonly #map = new Map<K, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  set(key: K, value: V): void {
    this.#map.set(key, value);
    if (this.#map.size > this.#limit) this.#map.delete(this.#map.keys().next().value as K);
  }

  values(): IterableIterator<V> {
    return this.#map.values();
  }

  delete(key: K): void {
    this.#map.delete(key);
  }
}
