/** Number of single-character edits between two words, counted up to `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = a[i - 1] === b[j - 1] ? 0 : 1;
      current.push(
        Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + swap),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/** Share of a word that may differ for another to be taken for it. */
const shareOf = (word: string): number => Math.max(1, Math.floor(word.length * 0.4));

/** The known word most like `word`, or undefined when none is near enough (more than 40 % of it would change). */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = shareOf(word) + 1;
  for (const candidate of known) {
    const d = distance(word, candidate, bestDistance);
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}
