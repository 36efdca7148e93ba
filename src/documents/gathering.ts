/** Documents that may stand in one message: of one tenant, message type and party. */
export interface Group {
  tenantId: string;
  messageType: string;
  code: string;
}

/** Time as the process counts it, in milliseconds. */
export interface Timers {
  now(): number;
  /** Calls `then` after `ms`; returns how to prevent it. */
  after(ms: number, then: () => void): () => void;
}

const ownTimers: Timers = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms).unref();
    return () => clearTimeout(timer);
  },
};

interface Seen {
  group: Group;
  /** When a message of it was made last. */
  at: number;
  /** While it rests: prevents that it is looked at when it has rested. */
  cancel?: (() => void) | undefined;
}

/** Milliseconds a group rests while nothing is known of its pace, and at most. */
const FIRST_MS = 500;
const MOST_MS = 5_000;

/**
 * Documents that become ready one after the other go together, since a message costs as much as the documents in it. The
 * first goes at once; after a message that was not full its group rests for as long as filling one takes at the pace of
 * its documents. A group rests only while `more` documents may become ready, and never longer than five seconds. Each
 * process has its own; nothing depends on it but how full messages are.
 */
export class Gathering {
  private readonly groups = new Map<string, Seen>();

  /** `rested` is called when there may be a message to make. */
  constructor(
    private readonly more: () => boolean,
    private readonly rested: () => void,
    private readonly timers = ownTimers,
  ) {}

  /** A message of `count` documents of this group is being made, of `limit` that it could hold. */
  made(group: Group, count: number, limit: number): void {
    const key = `${group.tenantId} ${group.messageType} ${group.code}`;
    const before = this.groups.get(key);
    before?.cancel?.();
    const now = this.timers.now();
    const seen: Seen = { group, at: now };
    // The one used last stands last.
    this.groups.delete(key);
    this.groups.set(key, seen);
    this.forget(now - MOST_MS);
    if (count >= limit || !this.more()) return;
    const ms = before ? Math.min(MOST_MS, (limit * (now - before.at)) / count) : FIRST_MS;
    seen.cancel = this.timers.after(ms, () => {
      seen.cancel = undefined;
      this.rested();
    });
  }

  resting(): Group[] {
    return [...this.groups.values()].flatMap((seen) => (seen.cancel ? [seen.group] : []));
  }

  /** Nothing more becomes ready for now: what there is goes. */
  release(): void {
    if (this.stop()) this.rested();
  }

  /** Ends every rest without a call. True when there was one. */
  stop(): boolean {
    const resting = [...this.groups.values()].filter((seen) => seen.cancel);
    for (const seen of resting) {
      seen.cancel?.();
      seen.cancel = undefined;
    }
    return resting.length > 0;
  }

  /** Groups of whom nothing went for so long that their pace is none any more. */
  private forget(before: number): void {
    for (const [key, seen] of this.groups) {
      if (seen.at >= before) return;
      if (!seen.cancel) this.groups.delete(key);
    }
  }
}
