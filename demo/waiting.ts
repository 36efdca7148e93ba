/** Asks until the answer is as wanted, or until `withinMs` have passed; the last answer either way. */
export async function until<T>(
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const value = await read();
    if (wanted(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
