/** One more of a name. */
export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** What a port counts, before anything happened. */
export function emptyCounts() {
  return {
    messages: {} as Record<string, number>,
    documents: {} as Record<string, Record<string, number>>,
    behaviours: {} as Record<string, number>,
    planned: 0,
    scheduled: 0,
    withheld: 0,
    acknowledged: 0,
    duplicates: 0,
    refused: {} as Record<string, number>,
  };
}
