import { failPoint } from '../base/failPoint.js';
import type { Log } from '../base/log.js';
import type { Signals } from '../store/signals.js';
import { isUnavailable, type Store } from '../store/store.js';
import { allowance, isAnswer, meetCounterpart, noteOutcome, tryNow } from './counterpart.js';
import {
  lease,
  LEASE_SECONDS,
  record,
  settle,
  type Effects,
  type Ended,
  type LeasedMessage,
  type Schedule,
} from './outbox.js';
import type { Route, SendOutcome, Transport } from './transport.js';

export const defaultSchedule: Schedule = {
  delaysMs: [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000],
  jitter: 0.2,
  budgetMs: 24 * 3_600_000,
  breaker: { after: 5, pausesMs: [1_000, 2_000, 5_000, 10_000, 30_000] },
};

export interface DispatchContext extends Effects {
  store: Store;
  /** Keeps the pace over all processes, and has somebody look when a pause is over. */
  signals: Pick<Signals, 'take' | 'giveBack' | 'later'>;
  transport: Transport;
  log: Log;
  worker: string;
  dxpId: string;
  /** Types of messages this version sends. */
  types: readonly string[];
  routeOf(messageType: string): Route;
  schedule: Schedule;
  /** Messages under way at once, beside those that are slow. */
  parallel: number;
  /** A message without an answer for so long gives its slot to others. Left out: five seconds. */
  slowMs?: number;
  /** Messages a second that the counterpart takes, over all processes; 0 or left out: as fast as it goes. */
  pace?: number;
  paused(): Promise<boolean>;
  /** Files that leave with messages of these families, by message. */
  filesOf?(messageIds: readonly string[]): Promise<ReadonlyMap<string, { name: string; bytes: Buffer }[]>>;
  /** A message ended and left its slot: there may be work for it. */
  freed(): void;
  /** How long one attempt may take; an answer after that is lost. Left out: three quarters of the lease. */
  patienceMs?: number;
}

/** A port that answers does so sooner. */
const SLOW_MS = 5_000;
/** So many of those that are slow give their slots: a port that is silent altogether gets no more than these. */
const MOST_SLOW = 24;

/** Sends what is due, each message in a slot of its own: those that get no answer hold up no other. */
export class Dispatcher {
  /** With the moment each began, of `performance.now()`. */
  private readonly underWay = new Map<Promise<void>, number>();
  private readonly abort = new AbortController();
  private readonly notes: Notes;
  private met = false;

  constructor(private readonly context: DispatchContext) {
    this.notes = new Notes(context);
  }

  /** Fills the free slots. Returns true when there may be more for those that are left. */
  async step(): Promise<boolean> {
    const { store, signals, transport, schedule, pace = 0 } = this.context;
    const free = this.free();
    if (free <= 0 || this.abort.signal.aborted || (await this.context.paused())) return false;
    if (!this.met) await meetCounterpart(store, transport.name);
    this.met = true;
    const paced = async (wanted: number) => (pace > 0 ? signals.take(transport.name, wanted, pace) : wanted);
    const allowed = await allowance(store, transport.name, free, paced, schedule.breaker);
    if (allowed.count === 0) return false;
    const messages = await lease(store, allowed, this.context);
    const left = allowed.count - messages.length;
    if (!allowed.probe && pace > 0 && left > 0) await signals.giveBack(transport.name, left, pace);
    if (allowed.probe && messages.length === 0) await tryNow(store, transport.name);
    if (messages.length > 0) failPoint('dispatch:leased');
    const filed = messages.filter((m) => m.envelope === 'file').map((m) => m.id);
    const files = filed.length > 0 ? await this.context.filesOf?.(filed) : undefined;
    for (const message of messages) {
      const attachments = files?.get(message.id);
      this.occupy(attachments ? { ...message, attachments } : message);
    }
    return messages.length > 0 && !allowed.probe && this.free() > 0;
  }

  /** Lets go of every answer that has not come; the outcomes are written down and nothing more is taken. */
  abandon(): void {
    this.abort.abort();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay.keys());
  }

  private free(): number {
    const before = performance.now() - (this.context.slowMs ?? SLOW_MS);
    const slow = [...this.underWay.values()].filter((began) => began < before).length;
    return this.context.parallel + Math.min(slow, MOST_SLOW) - this.underWay.size;
  }

  private occupy(message: LeasedMessage): void {
    const slot = sendOne(this.context, this.notes, message, this.abort.signal)
      .catch((error: unknown) => {
        // The lease runs out and the same bytes go again.
        this.context.log.error({ message: message.guid, err: error }, 'attempt not written down');
      })
      .finally(() => {
        this.underWay.delete(slot);
        this.context.freed();
      });
    this.underWay.set(slot, performance.now());
  }
}

async function sendOne(
  context: DispatchContext,
  notes: Notes,
  message: LeasedMessage,
  signal: AbortSignal,
): Promise<void> {
  const patienceMs = context.patienceMs ?? LEASE_SECONDS * 750;
  const outcome = await outcomeOf(context.transport, message, signal, patienceMs);
  failPoint('dispatch:sent');
  const settlement = settle(outcome, message.attempt, message.triedForMs, context.schedule, Math.random);
  await notes.write({ message, outcome: outcome.kind, settlement });
  failPoint('dispatch:recorded');
  if ('delayMs' in settlement) await context.signals.later('dispatch', settlement.delayMs);
  context.log.info(
    {
      message: message.guid,
      type: message.messageType,
      attempt: message.attempt,
      outcome: outcome.kind,
      delivery: settlement.delivery,
    },
    'attempt',
  );
}

interface Note {
  ended: Ended;
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes outcomes down: those that come while others are being written go together, in one transaction. */
class Notes {
  private readonly waiting: Note[] = [];
  private writing = false;

  constructor(private readonly context: DispatchContext) {}

  /** Resolves once it is written down. */
  write(ended: Ended): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ended, resolve, reject });
      if (!this.writing) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) await this.writeTogether(this.waiting.splice(0));
    this.writing = false;
  }

  private async writeTogether(notes: readonly Note[]): Promise<void> {
    try {
      await this.record(notes.map((n) => n.ended));
      for (const note of notes) note.resolve();
    } catch (error) {
      if (isUnavailable(error)) for (const note of notes) note.reject(error);
      else for (const note of notes) await this.writeAlone(note);
    }
  }

  private async writeAlone({ ended, resolve, reject }: Note): Promise<void> {
    try {
      await this.record([ended]).catch(async (error: unknown) => {
        if (isUnavailable(error)) throw error;
        // Whatever the counterpart said, its message must not stay between two states.
        this.context.log.error({ message: ended.message.id, err: error }, 'outcome not storable');
        await this.record([{ ...ended, settlement: { ...ended.settlement, detail: '' } }]);
      });
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  private async record(ended: readonly Ended[]): Promise<void> {
    await record(this.context.store, ended, this.context);
    await this.hear(ended);
  }

  /** What outcomes say of the counterpart; of several answers in a row one says it all. */
  private async hear(ended: readonly Ended[]): Promise<void> {
    const { store, transport, schedule, log } = this.context;
    const port = transport.name;
    let answered = false;
    for (const { message, outcome } of ended) {
      if (answered && isAnswer(outcome)) continue;
      answered = isAnswer(outcome);
      const turned = await noteOutcome(store, port, message.id, outcome, schedule.breaker);
      if (turned === 'opened') log.warn({ port }, 'no answer: messages are held back');
      if (turned === 'closed') log.info({ port }, 'answers again: messages go on');
    }
  }
}

/** How the attempt ended. A transport that throws or never answers may have sent: only "unknown" is honest. */
async function outcomeOf(
  transport: Transport,
  message: LeasedMessage,
  signal: AbortSignal,
  patienceMs: number,
): Promise<SendOutcome> {
  const tooLong = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SendOutcome>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'unknown', detail: `no answer in ${patienceMs} ms` });
      tooLong.abort();
    }, patienceMs);
  });
  try {
    return await Promise.race([transport.send(message, AbortSignal.any([signal, tooLong.signal])), late]);
  } catch (error) {
    return { kind: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
