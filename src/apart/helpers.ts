import { Helper, type HelperKind, type Kind } from './helper.js';

/** How long an idle helper is kept for the next job. */
const IDLE_MS = 20_000;
/** Idle helpers that are kept, of all sizes together. */
const IDLE_MOST = 2;

/** The helpers of one kind: lanes borrow one for each job, and a few idle ones wait for the next job of their size. */
export class Helpers<Question extends Kind, Answer extends Kind> {
  private idle: { helper: Helper<Question, Answer>; end: NodeJS.Timeout }[] = [];

  constructor(private readonly kind: HelperKind) {}

  /** An idle helper of that memory, or a new one. */
  take(memoryMb: number): Helper<Question, Answer> {
    const found = this.idle.find(({ helper }) => helper.memoryMb === memoryMb && helper.usable);
    if (!found) return new Helper(this.kind, memoryMb);
    this.forget(found.helper);
    return found.helper;
  }

  /** Takes a helper back for the next job; one that a file left large ends. */
  keep(helper: Helper<Question, Answer>): void {
    if (helper.swollen || !helper.usable) {
      helper.close();
      return;
    }
    const end = setTimeout(() => {
      this.forget(helper);
      helper.close();
    }, IDLE_MS).unref();
    this.idle.push({ helper, end });
    const [oldest] = this.idle;
    if (oldest && this.idle.length > IDLE_MOST) {
      this.forget(oldest.helper);
      oldest.helper.close();
    }
  }

  /** Ends the idle ones. */
  close(): void {
    for (const { helper } of [...this.idle]) {
      this.forget(helper);
      helper.close();
    }
  }

  private forget(helper: Helper<Question, Answer>): void {
    for (const entry of this.idle) if (entry.helper === helper) clearTimeout(entry.end);
    this.idle = this.idle.filter((entry) => entry.helper !== helper);
  }
}
