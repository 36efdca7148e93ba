/** Answers that speak of the connection or the sender, not of what was told. */
const NOT_OF_IDS = new Set([401, 403, 407, 408, 429, 502, 503, 504]);
/** So many refused one by one while none is taken: the counterpart takes nothing at all. */
const ALL_REFUSED = 3;
/** Refused ids that are remembered. */
const REMEMBERED = 10_000;

/**
 * Tells a counterpart which receipts are stored, so that one id it refuses keeps none of the others from being told: what is
 * refused together is told in halves. A refused id is told again with the next, after those, for as long as its receipt
 * comes. `tell` resolves with the HTTP status of the answer and rejects where there is none.
 */
export function createAcknowledger(tell: (ids: readonly string[]) => Promise<number>) {
  const refused = new Set<string>();

  /** Those of the ids that are refused by themselves, none where nothing is taken, with the last status of a refusal. */
  const halved = async (ids: readonly string[]): Promise<{ alone: string[]; status: number }> => {
    const parts = [ids];
    const alone: string[] = [];
    let taken = false;
    let status = 200;
    for (let part = parts.pop(); part; part = parts.pop()) {
      const answered = await tell(part);
      if (answered === 200) taken = true;
      else {
        status = answered;
        if (NOT_OF_IDS.has(status)) return { alone: [], status };
        const half = Math.ceil(part.length / 2);
        if (part.length > 1) parts.push(part.slice(half), part.slice(0, half));
        else if (alone.push(...part) >= ALL_REFUSED && !taken) break;
      }
    }
    return { alone: taken ? alone : [], status };
  };

  /** Resolves with the status of what was refused and not so before, and with those ids; status 200 when there is none. */
  return async (ids: readonly string[]): Promise<{ refused: string[]; status: number }> => {
    const before = ids.filter((id) => refused.has(id));
    const fresh = ids.filter((id) => !refused.has(id));
    const { alone, status } = fresh.length > 0 ? await halved(fresh) : { alone: [], status: 200 };
    for (const id of alone) refused.add(id);
    for (const id of refused) {
      if (refused.size <= REMEMBERED) break;
      refused.delete(id);
    }
    if (before.length > 0 && (await tell(before)) === 200) for (const id of before) refused.delete(id);
    return { refused: alone, status };
  };
}
