import type { z } from 'zod';
import type { timelineEntrySchema } from '../shapes.js';

/** One thing that happened to a declaration. */
export type Entry = z.output<typeof timelineEntrySchema>;

/** The fields an entry of the timeline may leave out. */
export const blank = {
  documentId: null,
  messageType: null,
  detail: null,
  status: null,
  verdict: null,
  outcome: null,
  infoCode: null,
  receivedAt: null,
  bytes: null,
  sha256: null,
  signature: null,
  changes: null,
  coach: null,
} satisfies Partial<Entry>;

/** Oldest first; what happened at one moment in the order of the journey. */
export const inTime = (a: Entry, b: Entry): number =>
  a.at.localeCompare(b.at) || ORDER[a.kind] - ORDER[b.kind];

const ORDER: Record<Entry['kind'], number> = {
  intake: 0,
  waiting: 1,
  signed: 2,
  attempt: 3,
  decision: 4,
  receipt: 5,
  record: 6,
};
