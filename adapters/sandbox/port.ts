import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { time14, type Clock } from '../../src/base/clock.js';
import { Books, verdictOf, type Verdict } from './books.js';
import { BoundedMap } from './boundedMap.js';
import {
  markersOf,
  type Behaviour,
  type Busy,
  type Refusal,
  type RefusalId,
  type SandboxData,
} from './data.js';
import { kinds, type SandboxDocument } from './documents.js';
import type { Gate, Reading } from './gate.js';
import type { Journal, JournalEntry } from './journal.js';
import { planReceipts, planUnreadable, type Judged, type ReceiptFile } from './receipts.js';

/** A message on the doorstep. `copMsgId` is the sender's own name for it, if the way in carries one. */
export interface Arrival {
  bytes: Buffer;
  origin: 'http' | 'folder';
  dxpId?: string;
  copMsgId?: string;
}

/** What the way in has to do; `cut`: end the connection without an answer. */
export type Answer =
  | { kind: 'accepted'; copMsgId: string; cut: boolean }
  | { kind: 'duplicate'; copMsgId: string; acceptedAt: Date }
  | { kind: 'refused'; id: RefusalId; refusal: Refusal }
  | { kind: 'busy'; busy: Busy }
  | { kind: 'cut' };

export interface PortSettings {
  /** Milliseconds between two receipt files of one message; 0 hands all of them out at once. */
  paceMs: number;
  /** While true every message and every fetch is answered by 503. */
  down: boolean;
}

export interface PortOptions {
  data: SandboxData;
  gate: Gate;
  settings: PortSettings;
  clock: Clock;
  log: Logger;
  journal?: Journal;
  /** Number of receipt files that wait to be fetched; above the limit the port takes no more messages. */
  waiting: () => number;
  /** Called when a receipt file is due. */
  deliver: (origin: Arrival['origin'], dxpId: string, file: ReceiptFile) => void;
}

/** Numbers for people and tests; nothing in it comes from a document. */
export interface PortState {
  messages: Record<string, number>;
  documents: Record<string, Record<string, number>>;
  behaviours: Record<string, number>;
  receipts: { planned: number; scheduled: number; waiting: number; acknowledged: number };
  duplicates: number;
  refused: Record<string, number>;
  settings: PortSettings;
}

interface Known {
  sha256: string;
  acceptedAt: Date;
  /** Answered by a 900 receipt: the corrected message may come under the same guid. */
  unreadable: boolean;
}

const messageLimit = 200_000;
const receiptLimit = 200_000;

/**
 * The single window as the sandbox plays it: decides what happens to a message and plans its receipts. Knows nothing of
 * HTTP or folders. Deterministic: receipts follow from the message, the moment of acceptance and what came before.
 */
export class Port {
  readonly #o: PortOptions;
  #books: Books;
  #known = new BoundedMap<string, Known>(messageLimit);
  #attempts = new BoundedMap<string, number>(messageLimit);
  #listSerial = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  #counts = emptyCounts();

  constructor(options: PortOptions) {
    this.#o = options;
    this.#books = new Books(options.data);
  }

  take(arrival: Arrival): Answer {
    const { data, settings, clock, gate, waiting } = this.#o;
    const { busy } = data.verdicts;
    if (settings.down) return { kind: 'busy', busy: busy.down };
    if (waiting() + this.#counts.scheduled > receiptLimit) return { kind: 'busy', busy: busy.full };

    const reading = gate.read(arrival.bytes);
    if (reading.kind === 'refused') return this.#refuse(reading.refusal);
    if (reading.kind === 'message' && arrival.dxpId !== undefined && reading.dxpId !== arrival.dxpId)
      return this.#refuse('dxp-id-differs');

    const copMsgId = arrival.copMsgId ?? reading.guid ?? randomUUID().toUpperCase();
    const identity = reading.guid ?? copMsgId;
    const known = this.#known.get(identity);
    const sha256 = createHash('sha256').update(arrival.bytes).digest('hex');
    if (known?.sha256 === sha256) {
      this.#counts.duplicates++;
      this.#o.log.info({ event: 'duplicate', copMsgId }, 'message was taken before');
      return { kind: 'duplicate', copMsgId, acceptedAt: known.acceptedAt };
    }
    if (known && !known.unreadable) return this.#refuse('guid-taken');

    const ordered = messageBehaviours(reading, data);
    const attempt = (this.#attempts.get(identity) ?? 0) + 1;
    this.#attempts.set(identity, attempt);
    const connection = ordered.map((b) => b.effect.connection).find((c) => c !== undefined);
    if (connection === 'refuse') return this.#refuse('ordered');
    if (connection === 'drop-before' && attempt === 1) {
      this.#o.log.info({ event: 'cut', copMsgId, accepted: false }, 'connection cut before acceptance');
      return { kind: 'cut' };
    }
    if (attempt <= Math.max(0, ...ordered.map((b) => b.effect.busyTimes ?? 0)))
      return { kind: 'busy', busy: busy.ordered };

    const acceptedAt = clock.now();
    const dxpId = arrival.dxpId ?? (reading.kind === 'message' ? reading.dxpId : undefined) ?? '';
    this.#o.journal?.append({
      kind: 'message',
      at: acceptedAt.toISOString(),
      origin: arrival.origin,
      dxpId,
      copMsgId,
      bytes: arrival.bytes.toString('base64'),
    });
    this.#accept({ ...arrival, dxpId }, reading, copMsgId, sha256, acceptedAt, new Set());
    return { kind: 'accepted', copMsgId, cut: connection === 'drop-after' };
  }

  /** Puts a journal's messages back as they were accepted; receipts acknowledged since are not planned again. */
  replay(entries: readonly JournalEntry[]): void {
    const acknowledged = new Set(entries.flatMap((e) => (e.kind === 'acknowledged' ? e.ids : [])));
    for (const entry of entries) {
      if (entry.kind !== 'message') continue;
      const bytes = Buffer.from(entry.bytes, 'base64');
      const reading = this.#o.gate.read(bytes);
      if (reading.kind === 'refused') continue;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const arrival = { bytes, origin: entry.origin, dxpId: entry.dxpId };
      this.#accept(arrival, reading, entry.copMsgId, sha256, new Date(entry.at), acknowledged);
    }
    this.#counts.acknowledged = acknowledged.size;
  }

  /** Books receipts as fetched for good. */
  acknowledged(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#o.journal?.append({ kind: 'acknowledged', ids: [...ids] });
    this.#counts.acknowledged += ids.length;
  }

  state(): PortState {
    const { messages, documents, behaviours, planned, scheduled, acknowledged, duplicates, refused } =
      this.#counts;
    return structuredClone({
      messages,
      documents,
      behaviours,
      receipts: { planned, scheduled, waiting: this.#o.waiting(), acknowledged },
      duplicates,
      refused,
      settings: this.#o.settings,
    });
  }

  /** Forgets everything, the journal included. */
  reset(): void {
    this.close();
    this.#books = new Books(this.#o.data);
    this.#known = new BoundedMap(messageLimit);
    this.#attempts = new BoundedMap(messageLimit);
    this.#listSerial = 0;
    this.#counts = emptyCounts();
    this.#o.journal?.clear();
  }

  /** Stops all planned deliveries. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #refuse(id: RefusalId): Answer {
    count(this.#counts.refused, id);
    this.#o.log.info({ event: 'refused', reason: id }, 'message refused');
    return { kind: 'refused', id, refusal: this.#o.data.verdicts.refusals[id] };
  }

  #accept(
    arrival: Arrival & { dxpId: string },
    reading: Exclude<Reading, { kind: 'refused' }>,
    copMsgId: string,
    sha256: string,
    acceptedAt: Date,
    acknowledged: ReadonlySet<string>,
  ): void {
    const { data, settings } = this.#o;
    const by900 =
      reading.kind === 'message' && messageBehaviours(reading, data).some((b) => b.effect.answer900);
    const unreadable = reading.kind === 'unreadable' || by900;
    this.#known.set(reading.guid ?? copMsgId, { sha256, acceptedAt, unreadable });
    count(this.#counts.messages, reading.messageType);

    let files: ReceiptFile[];
    if (reading.kind === 'unreadable' || by900) {
      const problem = reading.kind === 'unreadable' ? reading.problem : 'ordered';
      const detail = reading.kind === 'unreadable' ? reading.detail : '';
      files = planUnreadable(data, copMsgId, reading.messageType, problem, detail, arrival.bytes, acceptedAt);
      this.#o.log.info(
        { event: 'unreadable', copMsgId, messageType: reading.messageType, problem },
        'answered by 900',
      );
    } else {
      const judged = reading.documents.map((d) => this.#judge(reading, d, acceptedAt));
      files = planReceipts(data, reading.guid, reading.messageType, judged, acceptedAt, settings.paceMs);
      const verdicts: Record<string, number> = {};
      for (const { verdict } of judged)
        count(verdicts, 'rule' in verdict ? verdict.rule.id : verdict.outcome);
      this.#o.log.info(
        { event: 'accepted', copMsgId, messageType: reading.messageType, documents: judged.length, verdicts },
        'message accepted',
      );
    }
    const rest = files.filter((file) => !acknowledged.has(file.id));
    this.#counts.planned += files.length;
    this.#schedule(arrival, rest, acceptedAt);
  }

  #judge(reading: Reading & { kind: 'message' }, document: SandboxDocument, at: Date): Judged {
    const { data } = this.#o;
    const behaviours = behavioursOf(document, data);
    for (const { marker } of behaviours) count(this.#counts.behaviours, marker);
    let verdict: Verdict;
    if (reading.tooMany) verdict = verdictOf(data, 'too-many');
    else if (reading.signatureFault)
      verdict = verdictOf(data, reading.signatureFault.id, reading.signatureFault.detail);
    else verdict = this.#books.judge(document, behaviours);
    const outcome = 'rule' in verdict ? verdict.rule.id : verdict.outcome;
    count((this.#counts.documents[document.type] ??= {}), outcome);

    const numbered =
      document.type === 'CEB603Message' && (outcome === 'taken' || verdict.outcome === 'returned');
    if (!numbered) return { document, verdict, behaviours };
    const serial = String(++this.#listSerial).padStart(9, '0');
    const day = time14(at).slice(0, 8);
    return {
      document,
      verdict,
      behaviours,
      preNo: `B${day}${serial}`,
      invtNo:
        outcome === 'taken' ? `${document.fields.customsCode ?? ''}${day.slice(0, 4)}E${serial}` : undefined,
    };
  }

  /** Hands the files out when they are due; a replayed message whose time has passed is handed out at once. */
  #schedule(arrival: Arrival & { dxpId: string }, files: readonly ReceiptFile[], acceptedAt: Date): void {
    const queue = [...files];
    const started = performance.now() - (this.#o.clock.now().getTime() - acceptedAt.getTime());
    const elapsed = () => performance.now() - started;
    const step = () => {
      for (let file = queue[0]; file && file.dueAfterMs <= elapsed(); file = queue[0]) {
        queue.shift();
        this.#counts.scheduled--;
        this.#o.deliver(arrival.origin, arrival.dxpId, file);
      }
      const next = queue[0];
      if (!next) return;
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          step();
        },
        Math.max(1, next.dueAfterMs - elapsed()),
      );
      this.#timers.add(timer);
    };
    this.#counts.scheduled += queue.length;
    step();
  }
}

function behavioursOf(document: SandboxDocument, data: SandboxData): Behaviour[] {
  return markersOf(document.fields[kinds[document.type].marker] ?? '', data.behaviours);
}

function messageBehaviours(reading: Reading, data: SandboxData): Behaviour[] {
  if (reading.kind !== 'message') return [];
  return reading.documents.flatMap((d) => behavioursOf(d, data)).filter((b) => b.scope === 'message');
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function emptyCounts() {
  return {
    messages: {} as Record<string, number>,
    documents: {} as Record<string, Record<string, number>>,
    behaviours: {} as Record<string, number>,
    planned: 0,
    scheduled: 0,
    acknowledged: 0,
    duplicates: 0,
    refused: {} as Record<string, number>,
  };
}
