import { createHash } from 'node:crypto';
import { time14, type Clock } from '../../src/base/clock.js';
import { FaultError } from '../../src/base/fault.js';
import { makeFault } from '../../src/base/faults.js';
import { rowOrigin } from '../../src/base/rowOrigin.js';
import type { IncomingFile } from '../../src/dispatch/transport.js';
import type { HttpAnswer } from './httpClient.js';
import { filled, parseJson, type AskedReceipts } from './profiles.js';

/** Rows remembered as stored, so that two looks may overlap. */
const REMEMBERED = 100_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Receipts of a counterpart that is asked for rows since a moment. A row is one file, as it stands in the answer. The moment
 * moves on only when every row of a look is acknowledged; after a start it lies hours back, and what is known is stored once.
 */
export function createRowReader(
  rule: AskedReceipts,
  dxpId: string,
  clock: Clock,
  get: (path: string, query: Record<string, string>, signal: AbortSignal) => Promise<HttpAnswer>,
) {
  let since = new Date(clock.now().getTime() - rule.lookBackHours * HOUR_MS);
  let nextSince = since;
  let pending: IncomingFile[] = [];
  const known = new Set<string>();

  const look = async (signal: AbortSignal): Promise<void> => {
    const started = clock.now();
    const found: IncomingFile[] = [];
    for (const { path, messageType } of rule.queries) {
      const fixed = Object.entries(rule.query).map(([name, text]) => [name, filled(text, () => dxpId)]);
      const answer = await get(path, { ...Object.fromEntries(fixed), [rule.since]: time14(since) }, signal);
      for (const row of rowsOf(answer.text)) {
        const id = createHash('sha256').update(`${messageType}\n${row}`).digest('hex').slice(0, 32);
        if (!known.has(id)) found.push({ id, origin: rowOrigin(messageType), bytes: Buffer.from(row) });
      }
    }
    pending = found;
    nextSince = new Date(started.getTime() - rule.overlapMinutes * MINUTE_MS);
    if (pending.length === 0) since = nextSince;
  };

  return {
    async read(limit: number, signal: AbortSignal): Promise<IncomingFile[]> {
      if (pending.length === 0) await look(signal);
      return pending.slice(0, limit);
    },

    acknowledge(ids: readonly string[]): void {
      for (const id of ids) known.add(id);
      for (const id of known) {
        if (known.size <= REMEMBERED) break;
        known.delete(id);
      }
      pending = pending.filter((file) => !known.has(file.id));
      if (pending.length === 0) since = nextSince;
    },
  };
}

/** A list of JSON objects, or as Java prints one (`[{a=1, b=2}, {a=3}]`). Throws FaultError P04 for anything else. */
function rowsOf(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const json = parseJson(trimmed);
  if (Array.isArray(json)) return json.map((row) => JSON.stringify(row));
  const inner = /^\[\{(\w+=.*)\}\]$/s.exec(trimmed)?.[1];
  if (inner === undefined) throw new FaultError([makeFault('P04', '')], 502);
  return inner.split(/\}, \{(?=\w+=)/).map((row) => `{${row}}`);
}
