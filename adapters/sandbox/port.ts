import { createHash, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../src/base/clock.js';
import { Books, verdictOf, type Judgement } from './books.js';
import { BoundedMap } from './boundedMap.js';
import {
  markersOf,
  type Behaviour,
  type Busy,
  type Refusal,
  type RefusalId,
  type SandboxData,
} from './data.js';
import { FormCounters, identityOf, type ArrivedForm } from './declarations.js';
import { count, emptyCounts } from './counts.js';
import { plannedCopies, type Delivery, type Origin } from './deliveries.js';
import type { SandboxDocument } from './documents.js';
import { dxpRep } from './dxp.js';
import type { Gate, Reading } from './gate.js';
import type { Journal, JournalEntry } from './journal.js';
import { planReceipts, planUnreadable, type Judged, type PlannedFile, type ReceiptFile } from './receipts.js';

/** A message on the doorstep. `copMsgId` is the sender's own name for it, if the way in carries one. */
export interface Arrival {
  bytes: Buffer;
  origin: Origin;
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
  deliver: (origin: Origin, dxpId: string, file: ReceiptFile) => void;
}

/** Numbers for people and tests; nothing in it comes from a document. */
export interface PortState {
  messages: Record<string, number>;
  documents: Record<string, Record<string, number>>;
  behaviours: Record<string, number>;
  /** `withheld`: planned, but of a list that was withdrawn before they were due. */
  receipts: { planned: number; scheduled: number; withheld: number; waiting: number; acknowledged: number };
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

/** A message the port has taken. */
export interface Accepted {
  origin: Origin;
  dxpId: string;
  copMsgId: string;
  acceptedAt: Date;
  paceMs: number;
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
  #forms = new FormCounters();
  #known = new BoundedMap<string, Known>(messageLimit);
  #attempts = new BoundedMap<string, number>(messageLimit);
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
    const form = this.#forms.read(arrival.bytes);
    if (form) return this.#takeForm(arrival, form);

    const reading = gate.read(arrival.bytes);
    if (reading.kind === 'refused') return this.#refuse(reading.refusal);
    if (reading.kind === 'message' && arrival.dxpId !== undefined && reading.dxpId !== arrival.dxpId)
      return this.#refuse('dxp-id-differs');

    const guid = guidOf(reading);
    const copMsgId = reading.envelope?.copMsgId || arrival.copMsgId || guid || randomUUID().toUpperCase();
    const identity = guid ?? copMsgId;
    const known = this.#known.get(identity);
    const sha256 = fingerprint(reading, arrival.bytes);
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
    const inside = reading.kind === 'message' ? reading.dxpId : reading.envelope?.senderId;
    const dxpId = arrival.dxpId ?? inside ?? '';
    this.#o.journal?.append({
      kind: 'message',
      at: acceptedAt.toISOString(),
      origin: arrival.origin,
      dxpId,
      copMsgId,
      paceMs: settings.paceMs,
      bytes: arrival.bytes.toString('base64'),
    });
    const accepted = { origin: arrival.origin, dxpId, copMsgId, acceptedAt, paceMs: settings.paceMs };
    this.#schedule(this.#accept(accepted, reading, sha256));
    return { kind: 'accepted', copMsgId, cut: connection === 'drop-after' };
  }

  /** A declaration or application: the same number with other content is refused, as with messages. */
  #takeForm(arrival: Arrival, form: ArrivedForm): Answer {
    const { settings, clock, log, journal } = this.#o;
    const copMsgId = arrival.copMsgId || form.number || randomUUID().toUpperCase();
    const sha256 = createHash('sha256').update(arrival.bytes).digest('hex');
    const known = this.#known.get(identityOf(form, copMsgId));
    if (known?.sha256 === sha256) {
      this.#counts.duplicates++;
      return { kind: 'duplicate', copMsgId, acceptedAt: known.acceptedAt };
    }
    if (known || this.#forms.isUnderWay(form)) return this.#refuse('guid-taken');
    const acceptedAt = clock.now();
    const { origin, dxpId = '' } = arrival;
    journal?.append({
      kind: 'message',
      at: acceptedAt.toISOString(),
      origin,
      dxpId,
      copMsgId,
      paceMs: settings.paceMs,
      bytes: arrival.bytes.toString('base64'),
    });
    log.info({ event: 'form', copMsgId, messageType: form.type }, 'form accepted');
    this.#schedule(
      this.#acceptForm({ origin, dxpId, copMsgId, acceptedAt, paceMs: settings.paceMs }, form, sha256),
    );
    return { kind: 'accepted', copMsgId, cut: false };
  }

  #acceptForm(accepted: Accepted, form: ArrivedForm, sha256: string): Delivery[] {
    const { origin, dxpId, copMsgId, acceptedAt, paceMs } = accepted;
    this.#known.set(identityOf(form, copMsgId), { sha256, acceptedAt, unreadable: false });
    count(this.#counts.messages, form.type);
    const files = this.#forms.plan(form, acceptedAt, paceMs);
    this.#counts.planned += files.length;
    return files.map(({ id, fileName, bytes, dueAfterMs }) => ({
      id,
      fileName,
      origin,
      dxpId,
      dueAt: acceptedAt.getTime() + dueAfterMs,
      bytes,
    }));
  }

  /** Puts a journal's messages back as they were accepted; receipts acknowledged since are not planned again. */
  replay(entries: readonly JournalEntry[]): void {
    const acknowledged = new Set(entries.flatMap((e) => (e.kind === 'acknowledged' ? e.ids : [])));
    const owed: Delivery[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'message') continue;
      const bytes = Buffer.from(entry.bytes, 'base64');
      const { origin, dxpId, copMsgId, paceMs = this.#o.settings.paceMs } = entry;
      const accepted = { origin, dxpId, copMsgId, acceptedAt: new Date(entry.at), paceMs };
      const form = this.#forms.read(bytes);
      const reading = form ? undefined : this.#o.gate.read(bytes);
      if (reading?.kind === 'refused') continue;
      const planned = form
        ? this.#acceptForm(accepted, form, createHash('sha256').update(bytes).digest('hex'))
        : reading
          ? this.#accept(accepted, reading, fingerprint(reading, bytes))
          : [];
      for (const delivery of planned) if (!acknowledged.has(delivery.id)) owed.push(delivery);
    }
    this.#counts.acknowledged = acknowledged.size;
    // Only now is it known which receipts a later withdrawal holds back.
    this.#schedule(owed.sort((a, b) => a.dueAt - b.dueAt));
  }

  /** Books receipts as fetched for good. */
  acknowledged(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#o.journal?.append({ kind: 'acknowledged', ids: [...ids] });
    this.#counts.acknowledged += ids.length;
  }

  state(): PortState {
    const {
      messages,
      documents,
      behaviours,
      planned,
      scheduled,
      withheld,
      acknowledged,
      duplicates,
      refused,
    } = this.#counts;
    return structuredClone({
      messages,
      documents,
      behaviours,
      receipts: { planned, scheduled, withheld, waiting: this.#o.waiting(), acknowledged },
      duplicates,
      refused,
      settings: this.#o.settings,
    });
  }

  /** Forgets everything, the journal included. */
  reset(): void {
    this.close();
    this.#books = new Books(this.#o.data);
    this.#forms = new FormCounters();
    this.#known = new BoundedMap(messageLimit);
    this.#attempts = new BoundedMap(messageLimit);
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

  /** Books a message and plans what answers it, in the order in which it is due. */
  #accept(accepted: Accepted, reading: Exclude<Reading, { kind: 'refused' }>, sha256: string): Delivery[] {
    const { data, log } = this.#o;
    const { copMsgId, acceptedAt, paceMs } = accepted;
    const by900 =
      reading.kind === 'message' && messageBehaviours(reading, data).some((b) => b.effect.answer900);
    const unreadable = reading.kind !== 'message' || by900;
    this.#known.set(guidOf(reading) ?? copMsgId, { sha256, acceptedAt, unreadable });
    const messageType = typeOf(reading);
    count(this.#counts.messages, messageType);

    let files: PlannedFile[];
    if (reading.kind === 'misaddressed') {
      const { envelope, fault, detail } = reading;
      const { id, bytes } = dxpRep(data.dxp, envelope, fault, detail, acceptedAt);
      files = [{ id, fileName: `DxpRep_${id}.xml`, dueAfterMs: 0, bytes: () => bytes }];
      log.info({ event: 'misaddressed', copMsgId, fault }, 'answered by a DxpRep');
    } else if (reading.kind === 'unreadable' || by900) {
      const problem = reading.kind === 'unreadable' ? reading.problem : 'ordered';
      const detail = reading.kind === 'unreadable' ? reading.detail : '';
      files = planUnreadable(data, copMsgId, messageType, problem, detail, reading.bytes, acceptedAt);
      log.info({ event: 'unreadable', copMsgId, messageType, problem }, 'answered by 900');
    } else {
      const judged = reading.documents.map((d) => this.#judge(reading, d, acceptedAt, paceMs));
      files = planReceipts(data, reading.guid, reading.type, judged, acceptedAt, paceMs);
      const verdicts: Record<string, number> = {};
      for (const { verdict } of judged)
        count(verdicts, 'rule' in verdict ? verdict.rule.id : verdict.outcome);
      log.info(
        { event: 'accepted', copMsgId, messageType, documents: judged.length, verdicts },
        'message accepted',
      );
    }
    this.#counts.planned += files.length;
    return plannedCopies(data.dxp, accepted, reading, files);
  }

  #judge(
    reading: Reading & { kind: 'message' },
    document: SandboxDocument,
    at: Date,
    paceMs: number,
  ): Judged {
    const { data } = this.#o;
    const behaviours = behavioursOf(document, data);
    for (const { marker } of behaviours) count(this.#counts.behaviours, marker);
    const { tooMany, signatureFault } = reading;
    const fault = tooMany ? { id: 'too-many', detail: '' } : signatureFault;
    const judgement: Judgement = fault
      ? {
          verdict: verdictOf(data, fault.id, { detail: fault.detail }),
          numbers: {},
          completed: [],
          pushes: [],
        }
      : this.#books.judge(document, behaviours, at, paceMs);
    const { verdict } = judgement;
    const outcome = 'rule' in verdict ? verdict.rule.id : verdict.outcome;
    count((this.#counts.documents[document.kind.type] ??= {}), outcome);
    return { ...judgement, document, behaviours };
  }

  /** Hands the files out when they are due, at once when their time has passed. They come in the order of `dueAt`. */
  #schedule(deliveries: readonly Delivery[]): void {
    const queue = [...deliveries];
    const [started, startedAt] = [performance.now(), this.#o.clock.now().getTime()];
    const waitMs = (dueAt: number) => dueAt - startedAt - (performance.now() - started);
    const step = () => {
      for (let next = queue[0]; next && waitMs(next.dueAt) <= 0; next = queue[0]) {
        queue.shift();
        this.#counts.scheduled--;
        const { id, origin, dxpId, fileName, dueAt } = next;
        const bytes = next.bytes(dueAt);
        if (bytes) this.#o.deliver(origin, dxpId, { id, fileName, bytes });
        else this.#counts.withheld++;
      }
      const next = queue[0];
      if (!next) return;
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          step();
        },
        Math.max(1, waitMs(next.dueAt)),
      );
      this.#timers.add(timer);
    };
    this.#counts.scheduled += queue.length;
    step();
  }
}

function behavioursOf({ kind, fields }: SandboxDocument, data: SandboxData): Behaviour[] {
  const found = kind.markers.flatMap((name) => markersOf(fields[name] ?? '', data.behaviours));
  return found.length > 1 ? [...new Set(found)] : found;
}

const guidOf = (reading: Reading): string | undefined => ('guid' in reading ? reading.guid : undefined);

const typeOf = (reading: Exclude<Reading, { kind: 'refused' }>): string => {
  if (reading.kind === 'message') return reading.type.type;
  return reading.kind === 'unreadable' ? reading.messageType : 'DxpMsg';
};

/** The message inside decides whether two arrivals are the same; of a wrong wrapper, the wrapper. */
function fingerprint(reading: Reading, arrived: Buffer): string {
  const bytes = reading.kind === 'message' || reading.kind === 'unreadable' ? reading.bytes : arrived;
  return createHash('sha256').update(bytes).digest('hex');
}

function messageBehaviours(reading: Reading, data: SandboxData): Behaviour[] {
  if (reading.kind !== 'message') return [];
  return reading.documents.flatMap((d) => behavioursOf(d, data)).filter((b) => b.scope === 'message');
}
