/**
 * Room for so much of something that is scarce (bytes, megabytes); who does not fit waits for those who came before. One
 * that is larger than the room has it alone.
 */
export class Room {
  private taken = 0;
  private waiting: { amount: number; enter: () => void }[] = [];

  constructor(private readonly size: number) {}

  /** Resolves once there is room for `amount`, with what gives it back; with undefined when there was none for `mostMs`. */
  async take(amount: number, mostMs = Infinity): Promise<(() => void) | undefined> {
    if (this.waiting.length > 0 || !this.fits(amount)) {
      const entered = await new Promise<boolean>((resolve) => {
        const entry = { amount, enter: () => resolve(true) };
        this.waiting.push(entry);
        if (mostMs === Infinity) return;
        const late = setTimeout(() => {
          this.waiting = this.waiting.filter((other) => other !== entry);
          resolve(false);
          // Who came after it may be smaller.
          this.admit();
        }, mostMs);
        entry.enter = () => {
          clearTimeout(late);
          resolve(true);
        };
      });
      if (!entered) return undefined;
    } else this.taken += amount;
    return () => {
      this.taken -= amount;
      this.admit();
    };
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && this.fits(next.amount); next = this.waiting[0]) {
      this.waiting.shift();
      this.taken += next.amount;
      next.enter();
    }
  }

  private fits(amount: number): boolean {
    return this.taken === 0 || this.taken + amount <= this.size;
  }
}
